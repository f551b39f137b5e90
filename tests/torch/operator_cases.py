"""The cases of rules/operators, executed: what a rule says of an operator is what torch does."""
import tomllib

import torch

from operators import OPERATORS
from runtime import DTYPE, RUN, Call, Run, Value

INDICES = {"ids", "chosen"}


def compare_operators(rules, report):
    for path in sorted(rules.glob("*.toml")):
        for name, rule in tomllib.loads(path.read_text()).items():
            if name not in OPERATORS:
                report.compare(f"{name}: known to the prelude", False, True)
                continue
            for number, case in enumerate(rule.get("cases", []), 1):
                label = f"{name}, case {number}"
                try:
                    compare_case(label, name, rule, case, report)
                except Exception as error:
                    report.compare(label, f"{type(error).__name__}: {error}", "a result")


def compare_case(label, name, rule, case, report):
    state = Run()
    RUN.append(state)
    try:
        with state.calling(Call(("case",), (), {})), state.counter:
            operands = tensors(state, case.get("operands", {}))
            results = OPERATORS[name](*positional(name, rule, case, operands),
                                      **keywords(rule, case, operands))
    finally:
        RUN.pop()
    results = results if isinstance(results, tuple) else (results,)
    report.compare(f"{label}: shapes", [list(r.data.shape) for r in results], case["results"])
    report.compare(f"{label}: tensor-core FLOPs", state.trace.total_flops(),
                   case.get("tensor_core", 0))
    report.compare(f"{label}: weights", state.weight_count(), case.get("weights", 0))
    owned = {id(o.storage) for o in operands.values()} | {id(None)}
    shared = all(id(r.storage) in owned for r in results)
    is_cache = rule.get("shape") in ("kv_cache", "state_cache", "cached")
    report.compare(f"{label}: a view", shared, rule.get("view", False) or is_cache)


def tensors(state, shapes):
    made = {}
    for name, shape in shapes.items():
        dtype = torch.int64 if name in INDICES else DTYPE
        data = torch.empty(shape, dtype=dtype, device="meta")
        made[name] = Value(data, state.trace.new_storage(data))
    return made


def optional(rule):
    return {o["name"] for o in rule.get("operands", []) if o.get("optional")}


def positional(name, rule, case, operands):
    """Operands and sizes in the order of a call in a layer file."""
    args = [v for n, v in operands.items() if n not in optional(rule)]
    if "subscripts" in case.get("flags", {}):
        args.insert(0, case["flags"]["subscripts"])
    for size in rule.get("sizes", []):
        value = case.get("sizes", {}).get(size.lstrip("*"))
        if value is None:
            continue
        if size.startswith("*") and name != "split":
            args.extend(value)
        else:
            args.append(value)
    return args


def keywords(rule, case, operands):
    given = {n: v for n, v in case.get("flags", {}).items() if n != "subscripts"}
    return given | {n: v for n, v in operands.items() if n in optional(rule)}
