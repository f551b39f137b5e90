#!/usr/bin/env python3
"""Tensors of tiny checkpoints by llama.cpp's names: gguf_names.py > FILE.toml

Reads `tests/data/checkpoints/transformers.toml`, gives each tensor the name that gguf-py's own table has for it, and
joins experts as llama.cpp's conversion does: stacked in one tensor. The tiny Qwen MoEs have dense layers among them, which
llama.cpp has not. Needs `pip install gguf`.
"""
import json
import pathlib
import re
import sys
import tomllib
from itertools import product

import gguf

from checkpoints import folded

SAVED = pathlib.Path(__file__).resolve().parents[1] / "data/checkpoints/transformers.toml"
ARCHITECTURES = {
    "llama": "LLAMA", "llama tied": "LLAMA", "mistral": "LLAMA", "mixtral": "LLAMA", "qwen2": "QWEN2",
    "qwen3": "QWEN3", "gemma2": "GEMMA2", "gemma3_text": "GEMMA3",
    "olmo2": "OLMO2", "olmoe": "OLMOE", "phi3": "PHI3", "starcoder2": "STARCODER2", "deepseek_v2": "DEEPSEEK2",
    "deepseek_v2 lite": "DEEPSEEK2", "gpt_oss": "GPT_OSS", "gpt2": "GPT2", "gpt_neox": "GPTNEOX",
    "bloom": "BLOOM", "falcon": "FALCON", "falcon grouped": "FALCON", "phi": "PHI2",
}


def expand(line):
    name, kind, shape = line.split(" ", 2)
    parts = re.split(r"\{([^}]*)\}", name)
    numbers = []
    for listing in parts[1::2]:
        runs = [list(map(int, run.split(".."))) for run in listing.split(",")]
        numbers.append([n for run in runs for n in range(run[0], run[-1] + 1)])
    for chosen in product(*numbers):
        yield "".join(a + str(b) for a, b in zip(parts[::2], [*chosen, ""])), json.loads(shape)


def converted(name, tensors):
    """Name → shape as llama.cpp's conversion makes them."""
    experts, out = {}, {}
    for tensor, shape in tensors.items():
        if name == "bloom":
            tensor = tensor.removeprefix("transformer.")
        stacked = re.sub(r"experts\.\d+\.", "experts.", tensor)
        if stacked != tensor:
            experts.setdefault(stacked, []).append(shape)
        elif name == "gpt2" and re.search(r"(c_attn|c_proj|c_fc)\.weight$", tensor):
            out[tensor] = shape[::-1]
        elif name == "gpt_oss" and "experts" in tensor:
            # Gate and up are interleaved in the last dimension, and split; matrices are turned.
            module, bias = tensor.removesuffix("_bias"), "bias" if tensor.endswith("_bias") else "weight"
            turned = shape if bias == "bias" else [shape[0], shape[2], shape[1]]
            if "gate_up" in module:
                half = [turned[0], turned[1] // 2, *turned[2:]]
                for half_name in ("gate_proj", "up_proj"):
                    out[module.replace("gate_up_proj", half_name) + "." + bias] = half
            else:
                out[module + "." + bias] = turned
        else:
            out[tensor] = shape
    return out | {tensor: [len(shapes), *shapes[0]] for tensor, shapes in experts.items()}


def main():
    print("# The tensors of transformers.toml as llama.cpp names them: tests/torch/gguf_names.py\n")
    for saved in tomllib.loads(SAVED.read_text())["checkpoint"]:
        architecture = ARCHITECTURES.get(saved["name"])
        if architecture is None:
            continue
        names = gguf.get_tensor_name_map(getattr(gguf.MODEL_ARCH, architecture), 8)
        tensors = dict(pair for line in saved["tensors"].splitlines() for pair in expand(line))
        result, lost = {}, []
        for tensor, shape in converted(saved["name"], tensors).items():
            new = names.get_name(tensor, try_suffixes=(".weight", ".bias"))
            if new is None:
                lost.append(tensor)
            else:
                result[new] = ("F32", shape)
        print(f"[[checkpoint]]\nname = '{saved['name']}'\ntensors = '''", *folded(result), "'''\n", sep="\n")
        print("FAIL" if lost else "ok  ", saved["name"], len(result), *lost[:6], file=sys.stderr)


if __name__ == "__main__":
    main()
