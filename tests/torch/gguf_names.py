#!/usr/bin/env python3
"""Tensors of tiny checkpoints by llama.cpp's names: gguf_names.py > FILE.toml

Reads `tests/data/checkpoints/transformers.toml`, gives each tensor the name that gguf-py's own table has for it, and
changes shapes and leaves tensors out as llama.cpp's conversion does (`conversion/*.py` there): experts are stacked, towers
stand in a file of their own, encoders have neither pooler nor predictions. Two tiny Qwen MoEs have dense layers among
them, which llama.cpp has not. Beside them stand the metadata that the
conversion writes (`set_gguf_parameters`) for the families that a GGUF file alone is read of. Needs `pip install gguf
transformers==5.23.0`.
"""
import json
import pathlib
import re
import sys
import tomllib
from itertools import product

import gguf
import transformers

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


def metadata(name, config):
    """What `set_gguf_parameters` writes for a configuration, without the architecture in front; none where a file of
    that architecture alone is not read."""
    architecture = ARCHITECTURES[name]
    plain = {key: value for key, value in config.items() if key not in ("architectures", "model_type")}
    if any(key.endswith("_config") for key in plain) or architecture in (
            "BERT", "MODERN_BERT", "T5", "T5ENCODER", "LLAMA4", "GPTJ", "FALCON", "QWEN2VL"):
        return None
    values = transformers.AutoConfig.for_model(config["model_type"], **plain).to_dict()

    def find(*keys):
        return next((values[key] for key in keys if values.get(key) is not None), None)

    heads, width = find("num_attention_heads", "n_head"), find("hidden_size", "n_embd")
    turned = round((values.get("rope_parameters") or {}).get("partial_rotary_factor", 1.0) * width / heads) if heads else None
    out = {
        "block_count": find("num_hidden_layers", "n_layer"), "context_length": find("max_position_embeddings", "n_positions"),
        "embedding_length": width, "feed_forward_length": find("intermediate_size", "n_inner"),
        "attention.head_count": heads, "attention.head_count_kv": find("num_key_value_heads"),
        "attention.key_length": find("head_dim"), "attention.value_length": find("head_dim"),
        "expert_count": find("num_local_experts", "num_experts", "n_routed_experts"),
        "expert_used_count": find("num_experts_per_tok"), "expert_group_count": find("n_group"),
        "expert_group_used_count": find("topk_group"), "vocab_size": values["vocab_size"],
    }
    if architecture in ("GEMMA2", "GEMMA3", "GPT_OSS", "STARCODER2"):
        out["attention.sliding_window"] = find("sliding_window")
    if architecture == "PHI3":
        out["attention.sliding_window"] = find("sliding_window") or 0
    if architecture in ("QWEN2MOE", "QWEN3MOE", "GPT_OSS", "DEEPSEEK2"):
        out["expert_feed_forward_length"] = find("moe_intermediate_size", "intermediate_size")
    if architecture == "QWEN2MOE":
        out["expert_shared_feed_forward_length"] = find("shared_expert_intermediate_size")
    if architecture in ("PHI2", "GPTNEOX"):
        out["rope.dimension_count"] = turned
    if architecture == "GPTNEOX":
        out["use_parallel_residual"] = find("use_parallel_residual")
    if architecture in ("GPT2", "BLOOM"):
        out |= {"feed_forward_length": 4 * width}
    if architecture == "BLOOM":
        out |= {"attention.head_count_kv": heads}
    if architecture == "DEEPSEEK2":
        nope, rope, latent = find("qk_nope_head_dim"), find("qk_rope_head_dim"), find("kv_lora_rank")
        out |= {"leading_dense_block_count": find("first_k_dense_replace"), "expert_shared_count": find("n_shared_experts"),
                "attention.q_lora_rank": find("q_lora_rank"), "attention.kv_lora_rank": latent,
                "rope.dimension_count": rope, "attention.key_length": nope + rope,
                "attention.value_length": find("v_head_dim"), "expert_weights_norm": find("norm_topk_prob")}
        if name == "deepseek_v3":
            out["expert_gating_func"] = 2
        if name == "deepseek_v2 cut":
            out |= {"attention.head_count_kv": 1, "attention.key_length": latent + rope, "attention.value_length": latent,
                    "attention.key_length_mla": nope + rope, "attention.value_length_mla": find("v_head_dim")}
    if architecture in ("MAMBA", "MAMBA2"):
        inner = find("intermediate_size") or values["expand"] * width
        heads = find("time_step_rank") if architecture == "MAMBA" else inner // values["head_dim"]
        out = {"block_count": out["block_count"], "embedding_length": width, "context_length": 2**20,
               "feed_forward_length": 0, "attention.head_count": 0, "ssm.conv_kernel": values["conv_kernel"],
               "ssm.inner_size": inner, "ssm.state_size": values["state_size"], "ssm.time_step_rank": heads,
               "ssm.group_count": values.get("n_groups")}
    return {key: value for key, value in out.items() if value is not None}


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
        known = metadata(saved["name"], json.loads(saved["config"]))
        print(f"[[checkpoint]]\nname = '{saved['name']}'")
        if known is not None:
            print(f"architecture = '{gguf.MODEL_ARCH_NAMES[getattr(gguf.MODEL_ARCH, architecture)]}'")
            print(f"metadata = '{json.dumps(known)}'")
        print("tensors = '''", *folded(result), "'''\n", sep="\n")
        print("FAIL" if lost else "ok  ", saved["name"], len(result), *lost[:6], file=sys.stderr)


if __name__ == "__main__":
    main()
