"""The measured cases of a whole model, module by module, against what its layer files take."""
import pathlib
import tomllib

MODULES = pathlib.Path(__file__).resolve().parents[1] / "data" / "deepseek_ocr_modules.toml"


def phase_of(case):
    """The phase and the runtime keys of a measured case."""
    if case["phase"] == "encoder":
        height, width = case["image"]
        return "view", dict(B=case["batch"], height=height, width=width)
    if case["phase"] == "prefill":
        return "prefill", dict(B=case["batch"], S=case["seq"], P=0)
    return "decode", dict(B=case["batch"], S=case["past"])


def added_up(by_path, paths):
    """The sum over everything below the paths; `paths` is dotted, several joined by ` + `."""
    total = 0
    for path in paths.split(" + "):
        prefix = tuple(path.split(".")) if path else ()
        total += sum(v for names, v in by_path.items() if names[:len(prefix)] == prefix)
    return total


def modules_below(mapping, roots, measured):
    """(mapped modules, path) for the measured names, which begin with a root's class."""
    full = {}
    for name in measured:
        root = name.split(".")[0]
        full[roots[root] + name[len(root):] if root in roots else name] = name
    pairs = []
    for modules, path in mapping.items():
        names = [full.get(m) for m in modules.split(" + ")]
        if all(names):
            pairs.append((names, path))
    reached = {n for names, _ in pairs for n in names}
    return pairs, sorted(set(measured) - reached)


def compare_with_measurements(model, oracle, report):
    table = tomllib.loads(MODULES.read_text())
    for case in oracle["cases"]:
        phase, sizes = phase_of(case)
        label = f"{phase} {sizes}"
        result = model.phase(phase, **sizes)
        report.compare(f"{label}: flops", result.flops, case["flops_total"])
        cache = case.get("kv_cache_bytes_after", case["kv_cache_bytes"])
        report.compare(f"{label}: KV cache", result.kv_cache, cache)
        measured = case.get("flops_by_module", {})
        pairs, missed = modules_below(table["modules"], table["roots"], measured)
        report.compare(f"{label}: modules without a path", missed, [])
        for names, path in pairs:
            wanted = sum(measured[n]["flops"] for n in names)
            report.compare(f"{label}: {names}", added_up(result.flops_by_path, path), wanted)
    report.compare("parameters", model.weight_count(), oracle["params_total"])
    measured = oracle["params_by_module"]
    pairs, missed = modules_below(table["modules"], {}, measured)
    report.compare("modules without a path", missed, [])
    weights = model.state.weights_by_path()
    for names, path in pairs:
        wanted = sum(measured[n]["params"] for n in names)
        report.compare(f"parameters of {names}", added_up(weights, path), wanted)
    shapes = {}
    for shape, times, _ in model.state.weights.values():
        shapes[shape] = shapes.get(shape, 0) + times
    wanted = {}
    for tensor in oracle["params_by_tensor"]:
        shape = tuple(tensor["shape"])
        wanted[shape] = wanted.get(shape, 0) + tensor["count"]
    report.compare("tensors by shape", shapes, wanted)
