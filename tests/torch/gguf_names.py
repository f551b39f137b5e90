#!/usr/bin/env python3
"""Tensors of tiny checkpoints by llama.cpp's names: gguf_names.py > FILE.toml

Reads `tests/data/checkpoints/transformers.toml`, gives each tensor the name that gguf-py's own table has for it, and
changes shapes and leaves tensors out as llama.cpp's conversion does (`conversion/*.py` there): experts are stacked, towers
stand in a file of their own, encoders have neither pooler nor predictions. Two tiny Qwen MoEs have dense layers among
them, which llama.cpp has not. Needs `pip install gguf`.
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
    "qwen2_moe sparse": "QWEN2MOE", "qwen3_moe sparse": "QWEN3MOE", "deepseek_v3": "DEEPSEEK2", "deepseek_v2 cut": "DEEPSEEK2",
    "gptj": "GPTJ",
    "cohere": "COMMAND_R", "llama4_text": "LLAMA4", "llama4": "LLAMA4", "gemma3": "GEMMA3", "qwen2_vl": "QWEN2VL",
    "qwen2_5_vl": "QWEN2VL", "llava": "LLAMA", "mamba": "MAMBA", "mamba_2": "MAMBA2", "t5": "T5", "flan_t5": "T5",
    "umt5": "T5", "t5_encoder": "T5ENCODER", "bert": "BERT", "bert base": "BERT", "roberta base": "BERT",
    "modernbert": "MODERN_BERT", "modernbert base": "MODERN_BERT",
}
# Ends of vision towers' and projectors' names, and what encoders lose: `filter_tensors` of the conversion.
LEFT_OUT = re.compile(r"vision_|visual\.|multi_modal_projector|^pooler\.|^cls\.|^decoder\.(weight|bias)$|position_ids$")
ENCODERS = ("BERT", "MODERN_BERT")


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
        if ARCHITECTURES[name] in ENCODERS:
            tensor = re.sub(r"^(bert|roberta|model)\.", "", tensor)
        if LEFT_OUT.search(tensor) and (ARCHITECTURES[name] in ENCODERS or not tensor.startswith(("cls.", "decoder."))):
            continue
        tensor = tensor.replace("language_model.", "")
        if name == "bloom":
            tensor = tensor.removeprefix("transformer.")
        if name == "mamba_2":
            tensor = tensor.replace(".dt_bias", ".dt_proj.bias")
        stacked = re.sub(r"experts\.\d+\.", "experts.", tensor)
        if stacked != tensor:
            experts.setdefault(stacked, []).append(shape)
        elif name == "gpt2" and re.search(r"(c_attn|c_proj|c_fc)\.weight$", tensor):
            out[tensor] = shape[::-1]
        elif name == "roberta base" and "position_embeddings" in tensor:
            # Positions are counted from the padding token's on.
            out[tensor] = [shape[0] - 2, shape[1]]
        elif name == "mamba_2" and tensor.endswith("mixer.norm.weight"):
            out[tensor] = [2, shape[0] // 2]
        elif name == "deepseek_v2 cut" and "kv_b_proj" in tensor:
            # 4 heads, 8 channels without position and 6 values each; keys are turned.
            out[tensor.replace("kv_b", "k_b")] = [4, shape[1], 8]
            out[tensor.replace("kv_b", "v_b")] = [4, 6, shape[1]]
        elif tensor.endswith("e_score_correction_bias"):
            out[tensor.replace("_bias", ".bias")] = shape
        elif "conv1d.weight" in tensor:
            out[tensor] = [shape[0], shape[2]]
        elif ARCHITECTURES[name] == "LLAMA4" and "experts" in tensor and "shared" not in tensor:
            turned = [shape[0], shape[2], shape[1]]
            if "gate_up" in tensor:
                for half_name in ("gate_proj", "up_proj"):
                    out[tensor.replace("gate_up_proj", half_name) + ".weight"] = [turned[0], turned[1] // 2, turned[2]]
            else:
                out[tensor + ".weight"] = turned
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
    checkpoints = tomllib.loads(SAVED.read_text())["checkpoint"]
    # Newer conversions cut `kv_b_proj` into keys and values.
    cut = [saved | {"name": "deepseek_v2 cut"} for saved in checkpoints if saved["name"] == "deepseek_v2"]
    for saved in checkpoints + cut:
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
