"""Whole models against transformers: python whole_models.py PATH/TO/modelmeter config.json|preset.yaml …

Builds each configuration's model on the meta device in bf16, counts its parameters, runs prefill and decode under
FlopCounterMode, measures the cache, and compares with `modelmeter eval … convention=torch`. Experts run as batched
products, which the counter sees. Only the number of layers is cut, where it is above a bound: with `--layers 4`, four.
"""
import argparse
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers
import yaml
from torch.utils.flop_counter import FlopCounterMode

LAYERS = ("num_hidden_layers", "n_layer", "num_layers")


def read(path):
    """A configuration, from JSON or from a preset."""
    text = pathlib.Path(path).read_text()
    return json.loads(text) if path.endswith(".json") else yaml.safe_load(text)


def cut(config, most):
    """The same with fewer layers; lists by layer are cut too."""
    for key in LAYERS:
        if config.get(key, 0) > most:
            config[key] = most
    if config.get("layer_types"):
        config["layer_types"] = config["layer_types"][:most]
    return config


def build(config):
    """The class that `architectures` names, on the meta device."""
    options = {k: v for k, v in config.items() if k not in ("architectures", "model_type", "torch_dtype", "dtype")}
    kind = transformers.AutoConfig.for_model(config["model_type"], **options)
    for attention in ("sdpa", "eager"):
        kind._attn_implementation = attention
        kind._experts_implementation = "batched_mm"
        try:
            with torch.device("meta"):
                model = getattr(transformers, config["architectures"][0])(kind).to(torch.bfloat16).eval()
            return model
        except (ValueError, ImportError) as error:
            reason = error
    raise reason


def measured(model, phase, batch, length):
    """FLOPs and cache bytes of a phase."""
    ids = torch.zeros(batch, length, dtype=torch.long, device="meta")
    with torch.no_grad():
        if phase == "prefill":
            with FlopCounterMode(display=False) as counter:
                out = model(input_ids=ids, use_cache=True)
        else:
            past = model(input_ids=ids, use_cache=True).past_key_values
            one = torch.zeros(batch, 1, dtype=torch.long, device="meta")
            with FlopCounterMode(display=False) as counter:
                out = model(input_ids=one, past_key_values=past, use_cache=True)
    cache = 0
    for layer in out.past_key_values.layers:
        for tensor in (layer.keys, layer.values):
            if tensor is not None:
                cache += tensor.numel() * tensor.element_size()
    return counter.get_total_flops(), cache


def derived(binary, folder, arguments):
    """What ModelMeter says."""
    command = [*binary, "eval", folder, *arguments, "convention=torch", "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise ValueError(run.stderr)
    totals = json.loads(run.stdout)["totals"]
    return totals["flops.tensor_core"], totals["kv_cache.bytes"], totals["weights"], run.stderr


def write(path, config, parameters, cases):
    """Adds what was measured to a file as `tests/data/oracle/library` has them."""
    if path is None:
        return
    lines = ["[[model]]", f"config = '{json.dumps(config)}'", f"parameters = {parameters}", "cases = ["]
    for phase, sizes, (flops, cache, _) in cases:
        lines.append(f"    {{ phase = '{phase}', sizes = '{sizes}', flops = {flops}, cache = {cache} }},")
    with open(path, "a") as file:
        file.write("\n".join([*lines, "]", "", ""]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("configs", nargs="+")
    parser.add_argument("--write", help="a file of figures, to which what was measured is added")
    parser.add_argument("--layers", type=int, default=7)
    parser.add_argument("--sizes", default="1x16,2x40")
    options = parser.parse_args()
    binary = options.binary.split()
    wrong = figures = 0
    for path in options.configs:
        config = cut(read(path), options.layers)
        config.pop("torch_dtype", None)
        config.pop("quantization_config", None)
        problems = []
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "config.json").write_text(json.dumps(config))
            try:
                model = build(copy.deepcopy(config))
                cases = []
                parameters = sum({id(p): p.numel() for p in model.parameters()}.values())
                for size in options.sizes.split(","):
                    batch, length = map(int, size.split("x"))
                    for phase in ("prefill", "decode"):
                        want = (*measured(model, phase, batch, length), parameters)
                        cases.append((phase, f"B={batch} S={length}", want))
                        got = derived(binary, folder, [f"phase={phase}", f"B={batch}", f"S={length}"])
                        if got[3]:
                            problems.append(got[3])
                        for name, a, b in zip(("flops", "cache", "weights"), got, want):
                            figures += 1
                            if a != b:
                                problems.append(f"{phase} {size} {name}: derived {a}, measured {b}")
                write(options.write, config, parameters, cases)
            except Exception as error:  # a configuration that cannot be built is reported, and the next one tried
                problems.append(f"{type(error).__name__}: {str(error)[:300]}")
        wrong += bool(problems)
        print("FAIL" if problems else "ok  ", path, flush=True)
        for problem in problems[:6]:
            print("     ", problem)
    print(f"{len(options.configs) - wrong} of {len(options.configs)} models equal, {figures} figures compared")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
