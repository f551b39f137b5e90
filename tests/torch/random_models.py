#!/usr/bin/env python3
"""Configurations that nobody published, against transformers: which keys change the structure, and does ModelMeter know?

    random_models.py PATH/TO/modelmeter [--only NAME] [--keys] [--random N] [--twice] [--seed N] [--models DIR]

`structures.json` holds a small configuration for each architecture. Its keys are those that transformers' own
configuration has. With `--keys` each is changed by itself, and each that the configuration gives is left out, so that
its default holds; with `--random N` several are changed at once, N times. What transformers builds and runs is compared
exactly: FLOPs, unique parameters, and the cache where there is one; both with the keys written out as they stand and as
transformers saves them. What transformers cannot build or run is left out and counted; what ModelMeter refuses or warns
of is shown, and counted by itself: a refusal is no wrong number.

With `--twice` a key stands beside another one that means the same to transformers and says something else. ModelMeter has
to name both and to refuse them under `--strict`, and without it to take the one that transformers takes.
"""
import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

import torch
import transformers

import passes

HERE = pathlib.Path(__file__).parent
ACTIVATIONS = ["gelu", "silu", "relu"]
# Keys that every configuration has and that name, load or train a model, or generate text with it.
SETTLED = set(transformers.PreTrainedConfig().to_dict()) | {"model_type", "architectures", "_name_or_path"}
SETTLED |= {"dtype", "torch_dtype", "use_cache", "quantization_config", "is_decoder", "pruned_heads", "is_encoder_decoder",
            "pad_token_id", "bos_token_id", "eos_token_id", "sep_token_id", "cls_token_id", "decoder_start_token_id",
            "_attn_implementation_autoset", "attn_implementation", "experts_implementation"}
SETTLED -= {"tie_word_embeddings"}
OMITTED = "left out"



def others(key, value, generator):
    """Other values of a key: those that its type suggests."""
    if key == "head_dim":
        return [value + 2, value * 2] if value else [8]    # rotary positions need pairs of channels
    if key in ("hidden_size", "d_model", "n_embd", "embed_dim"):
        return [value * 2, value * 3]    # heads must divide it
    if key.endswith("_token_id") or key.endswith("_token_index") or "dropout" in key or "init" in key or key.endswith("_eps"):
        return []
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [generator.choice([v for v in (value + 1, value * 2, value * 3, value // 2, 1) if v != value])]
    if isinstance(value, float):
        return [generator.choice([0.5, 2.0])]
    if isinstance(value, str):
        if key.endswith("_act") or "activation" in key:
            return [generator.choice([v for v in ACTIVATIONS if v != value])]
        return []
    if value is None:
        return [generator.choice([True, 2, 4])]
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        kinds = sorted(set(value))
        return [[generator.choice(kinds) for _ in value], value[::-1], [generator.choice(kinds)] * len(value)]
    if isinstance(value, list) and value and all(isinstance(v, int) for v in value):
        return [value[::-1], [v + 1 for v in value], [value[0]] * len(value), value[:-1], []]
    return []


def changes(entry, generator):
    """All single changes of a structure: a path of keys, and the value to set."""
    own = passes.configuration(entry["config"]).to_dict()
    result = []

    def walk(mapping, path):
        for key, value in mapping.items():
            if isinstance(value, dict):
                if key in entry.get("nested", []):
                    walk(value, [*path, key])
                continue
            dotted = ".".join([*path, key])
            values = list(entry.get("values", {}).get(dotted, []))
            if key not in SETTLED and dotted not in entry.get("leave", []):
                values += others(key, value, generator)
            result.extend(([*path, key], v) for v in values)

    walk(own, [])
    for dotted, values in entry.get("values", {}).items():
        path = dotted.split(".")
        if not any(p == path for p, _ in result):
            result.extend((path, v) for v in values)
    return result


def changed(config, made):
    config = copy.deepcopy(config)
    for path, value in made:
        place = config
        for key in path[:-1]:
            place = place.setdefault(key, {})
        if value == OMITTED:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = value
    return config


def omissions(entry):
    """Each key that the configuration gives, left out."""
    named = ("model_type", "pad_token_id")
    keys = [[key] for key, value in entry["config"].items() if not isinstance(value, dict) and key not in named]
    for outer in entry.get("nested", []):
        inner = entry["config"].get(outer, {})
        keys += [[outer, key] for key, value in inner.items() if not isinstance(value, dict) and key not in named]
    return [(path, OMITTED) for path in keys if ".".join(path) not in entry.get("leave", [])]


def doubled(entry, generator):
    """Configurations in which one thing is said twice and differently: by two names of one attribute, by the number of
    labels and their names, and by the pairs of `twice`."""
    config = entry["config"]
    kind = passes.configuration(config)
    for alias, key in type(kind).attribute_map.items():
        value = getattr(kind, key, None)
        unused = alias.endswith("_token_id") or alias in entry.get("leave", [])
        if unused or isinstance(value, bool) or not isinstance(value, int):
            continue
        for other in others(key, value, generator):
            yield [([alias], other), ([key], value)]
    if any(word in config["architectures"][0] for word in ("Classification", "NextSentence")):
        yield [(["num_labels"], 4), (["id2label"], {"0": "a", "1": "b", "2": "c"})]
    for pair in entry.get("twice", []):
        yield [(key.split("."), value) for key, value in pair.items()]


def derived(command, config, words, strict=True):
    """ModelMeter's totals, or its message. The type of weights, which is none of the structure, is bf16."""
    config = config if "torch_dtype" in config or "dtype" in config else {**config, "dtype": "bfloat16"}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "config.json").write_text(json.dumps(config))
        run = subprocess.run([*command, *["--strict"] * strict, "eval", folder, *words, "convention=torch", "--format",
                              "json"], capture_output=True, text=True)
    if run.returncode:
        return None, run.stderr.strip()
    return json.loads(run.stdout)["totals"], run.stderr.strip()


def saved(config, own):
    """The configuration as transformers saves it."""
    full = json.loads(own.to_json_string(use_diff=False))
    full["architectures"] = config["architectures"]
    for one in [full, *(v for v in full.values() if isinstance(v, dict))]:
        for key in ("dtype", "torch_dtype"):
            one.pop(key, None)
    return full


def write(path, config, measured):
    """Adds what was measured to a file as `tests/data/oracle/library` has them."""
    lines = ["[[model]]", f"config = '{json.dumps(config)}'", f"parameters = {measured[0][1]['weights']}", "cases = ["]
    for words, want in measured:
        phase = next((word[6:] for word in words if word.startswith("phase=")), "forward")
        sizes = " ".join(word for word in words if not word.startswith("phase="))
        cache = f", cache = {want['kv_cache.bytes']}" if "kv_cache.bytes" in want else ""
        lines.append(f"    {{ phase = '{phase}', sizes = '{sizes}', flops = {want['flops.tensor_core']}{cache} }},")
    with open(path, "a") as file:
        file.write("\n".join([*lines, "]", "", ""]))


def attempt(command, entry, config, file=None):
    """What is compared for one configuration: how many figures were equal, what was not; None where torch refuses."""
    passes.DEVICE = entry.get("device", "meta")
    try:
        own = passes.configuration(config)
        text = saved(config, own)
        model = passes.build(config, own)
        measured = list(passes.measured(entry["kind"], model, own, entry))
    except Exception as error:  # transformers has many ways to refuse
        return None, [f"{type(error).__name__}: {str(error)[:150]}"]
    wrong, equal = [], 0
    forms = [("", config)] + ([("saved: ", text)] if entry.get("saved", True) else [])
    for name, form in forms:
        for words, want in measured:
            got, message = derived(command, form, [*words, *entry.get("settings", [])])
            if message:
                wrong.append(f"{name}{message}")
                break
            for what, figure in want.items():
                if got.get(what) == figure:
                    equal += 1
                else:
                    wrong.append(f"{name}{' '.join(words)} {what}: derived {got.get(what)}, measured {figure}, "
                                 f"difference {(got.get(what) or 0) - figure}")
    if file is not None:
        write(file, config, measured)
    return equal, wrong


def attempt_twice(command, entry, config, made):
    """The same for keys that contradict each other: what is taken without `--strict`, and that it is refused with it."""
    passes.DEVICE = entry.get("device", "meta")
    try:
        own = passes.configuration(config)
        model = passes.build(config, own)
        measured = list(passes.measured(entry["kind"], model, own, entry))
    except Exception as error:
        return None, [f"{type(error).__name__}: {str(error)[:150]}"]
    wrong, equal = [], 0
    settings = entry.get("settings", [])
    _, message = derived(command, config, [*measured[0][0], *settings])
    names = [".".join(path) for path, _ in made]
    if "contradiction" not in message or not all(name in message for name in names):
        wrong.append(f"not refused as a contradiction: {message}")
    for words, want in measured:
        got, message = derived(command, config, [*words, *settings], strict=False)
        if got is None:
            wrong.append(message)
            break
        for what, figure in want.items():
            if got.get(what) == figure:
                equal += 1
            else:
                wrong.append(f"{' '.join(words)} {what}: derived {got.get(what)}, measured {figure}")
    return equal, wrong


def main():
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--only", help="the architecture, or a part of its name; several parted by commas")
    parser.add_argument("--keys", action="store_true")
    parser.add_argument("--random", type=int, default=0, metavar="N")
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", help="a folder of models instead of the built-in ones")
    parser.add_argument("--write", help="a file of figures, to which what was measured is added")
    parser.add_argument("--left-out", action="store_true", help="show what transformers refuses")
    parser.add_argument("--structures", default=str(HERE / "structures.json"))
    options = parser.parse_args()
    command = [options.binary] + (["--models", options.models] if options.models else [])
    totals = {"configurations": 0, "figures": 0, "different": 0, "refused": 0, "left out": 0}
    for entry in json.loads(pathlib.Path(options.structures).read_text()):
        for architecture in entry["architectures"]:
            name = entry.get("name", architecture)
            if options.only and not any(part in f"{architecture} {name}" for part in options.only.split(",")):
                continue
            generator = random.Random(f"{options.seed} {name} {architecture}")
            config = {"architectures": [architecture], **entry["config"]}
            single = changes({**entry, "config": config}, generator)
            tries = [[]]
            if options.keys and architecture == entry["architectures"][0]:
                tries += [[change] for change in single]
                if entry.get("device", "meta") == "meta":      # defaults are large
                    tries += [[change] for change in omissions(entry)]
            for _ in range(options.random):
                tries.append(generator.sample(single, min(len(single), generator.randint(2, 5))))
            twice = list(doubled({**entry, "config": config}, generator)) if options.twice else []
            shown = {}
            for number, made in enumerate(tries + twice):
                if number < len(tries):
                    equal, wrong = attempt(command, entry, changed(config, made), options.write)
                else:
                    equal, wrong = attempt_twice(command, entry, changed(config, made), made)
                what = ", ".join(f"{'.'.join(p)}={json.dumps(v)}" for p, v in made) or "as it stands"
                if equal is None:
                    totals["left out"] += 1
                    if options.left_out or not made:
                        print(f"left {name}: {what}: {wrong[0]}", flush=True)
                    continue
                totals["configurations"] += 1
                totals["figures"] += equal
                if wrong:
                    totals["different" if "derived" in wrong[0] or "not refused" in wrong[0] else "refused"] += 1
                    shown.setdefault(wrong[0].splitlines()[0], []).append(what)
            print("FAIL" if shown else "ok  ", name, architecture, len(tries) + len(twice), flush=True)
            for line, whats in shown.items():
                print(f"     {' | '.join(whats[:6])}\n        {line}", flush=True)
    print(", ".join(f"{number} {what}" for what, number in totals.items()))
    return 1 if totals["different"] or totals["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
