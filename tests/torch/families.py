"""The layer files of a model of the library, run by PyTorch: families.py PATH/TO/modelmeter MODEL [KEY=VALUE …] [-- …]

Several runs are parted by `--`. The values of the symbols are those that ModelMeter binds, read from its report;
FLOPs, parameters, cache and peak of the phase in force are compared with `eval … convention=torch`.
"""
import ast
import json
import pathlib
import re
import subprocess
import sys
import tomllib

from prelude import Model

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ("B", "S", "P", "T", "K", "height", "width", "rows", "cols", "cut_rows", "cut_cols", "images", "prompts", "n_points", "prompt")
METRICS = {"flops": "flops.tensor_core", "weights": "weights", "peak": "activations.bytes", "kv_cache": "kv_cache.bytes"}


def output(binary, *arguments):
    run = subprocess.run([binary, *arguments], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stderr)
    return run.stdout


def symbols(binary, model, overrides):
    """Every symbol of the model with its value."""
    model_only = [word for word in overrides if word.split("=")[0] not in (*RUNTIME, "phase")]
    text = output(binary, "report", model, *model_only).split("### Shape parameters")[1]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    # What is nothing has no row.
    nothing = re.findall(r"^  (\w+) = None\b", output(binary, "models", model), re.MULTILINE)
    found = {cells[0].strip("`"): value(cells[-1]) for cells in rows if cells[0].strip("`") not in RUNTIME}
    return dict.fromkeys(nothing) | {name: ast.literal_eval(text) for name, text in found.items()}


def value(cell):
    """A cell of the table as Python writes it."""
    return cell.replace(",", "") if cell[0].isdigit() else cell.replace("\\", "").strip("`")


def compare(binary, model, *overrides):
    reply = json.loads(output(binary, "eval", model, *overrides, "convention=torch", "--format", "json"))
    values = symbols(binary, model, overrides)
    known = {name: value for name, value in values.items() if name not in RUNTIME}
    folder = ROOT / "models" / model
    described = tomllib.loads((folder / "model.toml").read_text())
    run = Model(folder, known, described.get("module"))
    result = run.phase(reply["phase"], **{name: reply["bindings"][name] for name in RUNTIME if name in reply["bindings"]})
    result.weights = run.weight_count()
    wrong = [f"{metric}: ModelMeter {reply['totals'][metric]}, PyTorch {getattr(result, figure)}"
             for figure, metric in METRICS.items() if reply["totals"][metric] != getattr(result, figure)]
    print("FAIL" if wrong else "ok  ", model, *overrides, *(f"\n      {line}" for line in wrong))
    return not wrong


def main():
    binary, *words = sys.argv[1:]
    runs = [run.split("\0") for run in re.split("\0--\0", "\0".join(words))]
    return 0 if all([compare(binary, *run) for run in runs]) else 1


if __name__ == "__main__":
    sys.exit(main())
