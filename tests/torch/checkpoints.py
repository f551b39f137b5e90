#!/usr/bin/env python3
"""Tensors of tiny checkpoints, as transformers and diffusers save them: checkpoints.py [--only NAME] > FILE.toml

Each architecture of `tiny_models.py` is built with random weights and saved; the header of what was saved is written,
names with equal shapes put together. `tests/reconcile.rs` makes safetensors files of these headers and holds them
against what is derived from the same configuration. Needs `pip install transformers==5.23.0 diffusers safetensors`.
"""
import argparse
import importlib
import itertools
import json
import pathlib
import re
import struct
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

import torch
import transformers

import tiny_models

transformers.logging.set_verbosity_error()


def build(config):
    """The class that `architectures` names."""
    name = config["architectures"][0]
    architecture = getattr(transformers, name, None)
    if architecture is None:
        kind = config["model_type"]
        architecture = getattr(importlib.import_module(f"transformers.models.{kind}.modeling_{kind}"), name)
    own = architecture.config_class.from_dict({key: value for key, value in config.items() if key != "model_type"})
    torch.manual_seed(0)
    return architecture(own)


def header(path):
    """Name → (type, shape) of a safetensors file."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        entries = json.loads(file.read(length))
    entries.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"]) for name, entry in entries.items()}


def listing(numbers):
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][1] + 1 == number:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ",".join(str(a) if a == b else f"{a}..{b}" for a, b in runs)
    return text if runs == [[runs[0][0]] * 2] else "{" + text + "}"


def folded(tensors):
    """Lines `name type [shape]`; names that differ in numbers alone are one where all combinations are there."""
    alike = {}
    for name, (kind, shape) in tensors.items():
        form = re.sub(r"(?<=\.)\d+(?=\.)|^\d+(?=\.)", "{}", name)
        numbers = tuple(map(int, re.findall(r"(?<=\.)\d+(?=\.)|^\d+(?=\.)", name)))
        alike.setdefault((form, kind, tuple(shape)), []).append(numbers)
    for (form, kind, shape), members in alike.items():
        for numbers in combined(sorted(members)):
            yield f"{form.format(*numbers)} {kind} {json.dumps(list(shape))}"


def combined(members):
    """Tuples of listings that stand for tuples of numbers: one for all, or one for each first number."""
    sets = [sorted(set(places)) for places in zip(*members)]
    if len(list(itertools.product(*sets))) == len(members):
        return [tuple(map(listing, sets))]
    return [(str(first), *rest) for first in sets[0]
            for rest in combined([numbers[1:] for numbers in members if numbers[0] == first])]


def write(name, config, tensors, out):
    print(f"[[checkpoint]]\nname = '{name}'\nconfig = '{json.dumps(config)}'\ntensors = '''", file=out)
    for line in folded(tensors):
        print(line, file=out)
    print("'''\n", file=out)


def pipeline():
    """The parts of a tiny Wan2.1, as diffusers and transformers save them, with the keys that make ours as small."""
    from diffusers import AutoencoderKLWan, WanTransformer3DModel

    denoiser = dict(num_attention_heads=2, attention_head_dim=12, in_channels=4, out_channels=4, text_dim=20, ffn_dim=40,
                    freq_dim=16, num_layers=2)
    text = dict(vocab_size=96, d_model=20, num_heads=3, d_kv=8, d_ff=36, num_layers=2, feed_forward_proj="gated-gelu")
    decoder = dict(base_dim=6, z_dim=4, temperal_downsample=[False, True, True])
    yield "transformer", denoiser, WanTransformer3DModel(**denoiser)
    yield "text_encoder", text, transformers.UMT5EncoderModel(transformers.UMT5Config(**text))
    yield "vae", decoder, AutoencoderKLWan(**decoder, latents_mean=[0.0] * 4, latents_std=[1.0] * 4)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--pipeline", action="store_true", help="the parts of Wan2.1 instead")
    given = parser.parse_args()
    if given.pipeline:
        print("# What diffusers saves of Wan2.1: tests/torch/checkpoints.py --pipeline\n")
        for name, config, model in pipeline():
            tensors = {key: ("F32", list(value.shape)) for key, value in model.state_dict().items()}
            write(name, config, tensors, sys.stdout)
        return
    print("# What transformers", transformers.__version__, "saves: tests/torch/checkpoints.py\n")
    for name, config in tiny_models.MODELS.items():
        if given.only and given.only not in name:
            continue
        try:
            model = build(config)
            with tempfile.TemporaryDirectory() as folder:
                model.save_pretrained(folder)
                tensors = header(pathlib.Path(folder, "model.safetensors"))
            write(name, config, tensors, sys.stdout)
            print("ok  ", name, len(tensors), file=sys.stderr)
        except Exception as error:
            print("FAIL", name, type(error).__name__, str(error)[:300], file=sys.stderr)


if __name__ == "__main__":
    main()
