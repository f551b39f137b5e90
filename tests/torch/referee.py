#!/usr/bin/env python3
"""PyTorch against ModelMeter, on the same layer files.

With a binary, FLOPs, parameters, peak of live activations and KV cache of every layer and phase are
compared with `modelmeter eval … convention=torch`. --only-torch needs none: it compares what the
layer files take under PyTorch with the measured figures of tests/data/oracle. --operators runs the
cases of rules/operators. Exit status 1 when anything differs.
"""
import argparse
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

import deepseek_ocr
from cases import CONFIGURATIONS, FACTS, LAYERS, PEAKS, PHASES
from measured import compare_with_measurements
from operator_cases import compare_operators
from prelude import Model, run_layer

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "models" / "deepseek_ocr"
ORACLE = ROOT / "tests" / "data" / "oracle" / "deepseek-ocr.json"
METRICS = {"flops": "flops.tensor_core", "weights": "weights", "peak": "activations.bytes",
           "kv_cache": "kv_cache.bytes"}


class Report:
    def __init__(self, verbose):
        self.same = self.different = 0
        self.verbose = verbose

    def compare(self, what, found, wanted):
        if found == wanted:
            self.same += 1
            if self.verbose:
                print(f"same  {what}: {found}")
        else:
            self.different += 1
            print(f"WRONG {what}: {found}, not {wanted}")


def layer_runs():
    """(label, module, name, values, oracle row, figures by torch) of every case."""
    for module, name, cases in LAYERS:
        for values, row in cases:
            result = by_torch(f"layers.{module}", name, values)
            label = f"{name} {' '.join(arguments(values))}"
            yield label, name, values, row, result


def by_torch(module, name, values):
    sizes = dict(values)
    leading = (sizes.pop("N"),) if "N" in sizes else ()
    return run_layer(FOLDER, module, name, leading, **sizes)


def arguments(values):
    return [f"{key}={argument(value)}" for key, value in values.items()]


def argument(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace(" ", "")


def changed(config, changes):
    config = copy.deepcopy(config)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            config[key] = changed(config[key], value)
        else:
            config[key] = value
    return config


def reply(binary, *args):
    command = [binary, "eval", *args, "convention=torch", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {metric: done.stderr.strip().split("\n")[0] for metric in METRICS.values()}
    return json.loads(done.stdout)["totals"]


def compare_with_modelmeter(binary, oracle, report):
    for label, name, values, _, result in layer_runs():
        totals = reply(binary, f"deepseek_ocr:{name}", *arguments(values))
        compare_figures(report, label, result, totals)
    for title, changes in CONFIGURATIONS.items():
        config = changed(oracle["config"], changes)
        model = Model(FOLDER, deepseek_ocr.symbols(config))
        # A phase runs its own part of the model; the weights are those of all phases.
        results = [(phase, sizes, model.phase(phase, **sizes)) for phase, sizes in PHASES]
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "config.json").write_text(json.dumps(config))
            for phase, sizes, result in results:
                result.weights = model.weight_count()
                totals = reply(binary, folder, f"phase={phase}", *arguments(sizes))
                label = f"{title}: {phase} {' '.join(arguments(sizes))}"
                compare_figures(report, label, result, totals)


def compare_figures(report, label, result, totals):
    for figure, metric in METRICS.items():
        report.compare(f"{label}: {metric}", totals.get(metric), getattr(result, figure))


def compare_with_oracle(oracle, report):
    rows = {row["module"]: row for row in oracle["published_table_rows"]}
    unused = set(rows)
    for label, name, values, row, result in layer_runs():
        if row is not None:
            unused.discard(row)
            report.compare(f"{label}: flops", result.flops, rows[row]["flops"])
            report.compare(f"{label}: params", result.weights, rows[row]["params"])
    # The first is measured with a stub for the kernel, the second is the same layer once more.
    known = {"LlamaFlashAttention2(flash core uncounted)", "DeepseekV2MoE(real CPU routing)"}
    report.compare("rows of the table that no case reaches", sorted(unused), sorted(known))
    for module, name, values, peak, _ in PEAKS:
        module = module if module.startswith("shared.") else f"layers.{module}"
        report.compare(f"{name} {values}: peak", by_torch(module, name, values).peak, peak)
    model = Model(FOLDER, deepseek_ocr.symbols(oracle["config"]))
    compare_with_measurements(model, oracle, report)
    for phase, sizes, flops in FACTS:
        result = model.phase(phase, **sizes)
        report.compare(f"{phase} {' '.join(arguments(sizes))}: flops", result.flops, flops)
    for title, changes in CONFIGURATIONS.items():
        model = Model(FOLDER, deepseek_ocr.symbols(changed(oracle["config"], changes)))
        for phase, sizes in PHASES:
            result = model.phase(phase, **sizes)
            if report.verbose:
                print(f"      {title}: {phase} {' '.join(arguments(sizes))}: {result.flops} FLOP, "
                      f"peak {result.peak}, cache {result.kv_cache}, {result.shapes}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modelmeter", default=str(ROOT / "target" / "release" / "modelmeter"))
    parser.add_argument("--only-torch", action="store_true")
    parser.add_argument("--operators", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="print what agrees, too")
    options = parser.parse_args()
    oracle = json.loads(ORACLE.read_text())
    report = Report(options.verbose)
    if options.operators:
        compare_operators(ROOT / "rules" / "operators", report)
    elif options.only_torch:
        compare_with_oracle(oracle, report)
    else:
        compare_with_modelmeter(options.modelmeter, oracle, report)
    print(f"{report.same} figures agree, {report.different} differ")
    return 1 if report.different else 0


if __name__ == "__main__":
    sys.exit(main())
