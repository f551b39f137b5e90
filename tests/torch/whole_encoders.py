#!/usr/bin/env python3
"""ModelMeter against transformers on the meta device: whole models, at sizes that are measured nowhere else.

    whole_encoders.py PATH/TO/modelmeter FILE.json … [--only NAME]

A file holds a list of models: `name`, `config` (a config.json) and `cases`, each with runtime keys of one forward
pass. Compared, all exactly: FLOPs as torch.utils.flop_counter counts them, and the number of unique parameters. Names
of tensors are compared by `checkpoints.py`.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

class Refused(Exception):
    """ModelMeter's own message."""


def build(config):
    """The model of a config.json on the meta device, and its own configuration."""
    architecture = getattr(transformers, config["architectures"][0])
    own = architecture.config_class.from_dict(dict(config))
    own._attn_implementation = "sdpa" if getattr(architecture, "_supports_sdpa", False) else "eager"
    with torch.device("meta"):
        model = architecture(own).to(torch.bfloat16).eval()
    model.tie_weights()
    return model.requires_grad_(False), own


def inputs(sizes, own, mask):
    """The arguments of a forward pass with these sizes; few models need a mask of ones."""
    batch = sizes["B"]
    given = {}
    if "S" in sizes:
        texts = sizes.get("T", batch)
        given["input_ids"] = torch.zeros(texts, sizes["S"], dtype=torch.long, device="meta")
        if mask:
            given["attention_mask"] = torch.ones(texts, sizes["S"], dtype=torch.long, device="meta")
    if "height" in sizes:
        vision = getattr(own, "vision_config", own)
        channels = getattr(vision, "num_channels", 3)
        shape = (batch, channels, sizes["height"], sizes["width"])
        given["pixel_values"] = torch.zeros(shape, dtype=torch.bfloat16, device="meta")
    return given


def flops(model, own, sizes, entry):
    given = inputs(sizes, own, entry.get("attention_mask", False))
    with FlopCounterMode(display=False) as counter:
        model(**given, **entry.get("arguments", {}))
    return counter.get_total_flops()


def evaluated(binary, folder, sizes, settings):
    words = [f"{name}={value}" for name, value in sizes.items()] + settings
    command = [binary, "eval", folder, *words, "convention=torch", "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise Refused(run.stderr)
    if run.stderr.strip():
        print("     warned:", run.stderr.strip().splitlines()[0])
    return json.loads(run.stdout)["totals"]


def compare(binary, entry):
    model, own = build(entry["config"])
    parameters = sum(p.numel() for p in {id(p): p for p in model.parameters()}.values())
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "config.json").write_text(json.dumps(entry["config"]))
        for sizes in entry["cases"]:
            totals = evaluated(binary, folder, sizes, entry.get("settings", []))
            want = flops(model, own, sizes, entry)
            for what, got, want in [("flops", totals["flops.tensor_core"], want), ("weights", totals["weights"], parameters)]:
                if got != want:
                    wrong.append(f"{sizes}: {what} {got} want {want}, more by {got - want}")
    print("FAIL" if wrong else "ok  ", entry["name"], f"{parameters:,}", f"{len(entry['cases'])} cases")
    for line in wrong[:12]:
        print("    ", line)
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--only")
    given = parser.parse_args()
    good = True
    for file in given.files:
        for entry in json.loads(pathlib.Path(file).read_text()):
            if not given.only or given.only in entry["name"]:
                try:
                    good &= compare(given.binary, entry)
                except Refused as error:
                    print("FAIL", entry["name"])
                    print(error)
                    good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
