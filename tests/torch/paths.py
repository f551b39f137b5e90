"""How a call is named in paths: by the variable of its statement, else by its callee.

A variable names its statement when it is assigned once; updates (statements that read what they
assign) and the other branch of an `if` do not count. Loops add their variable, and stand for their
body when that is one call of a layer.
"""
import ast
import functools


class Naming:
    """The names of all calls in one function's text."""

    def __init__(self, function, is_layer):
        parameters = function.args.args + function.args.kwonlyargs
        self.calls = {}
        self.is_layer = is_layer
        self.counts = assignments(function.body)
        for parameter in parameters:
            self.counts[parameter.arg] = 2
        self.visit(function.body, ())

    def visit(self, body, prefix):
        for statement in body:
            if isinstance(statement, ast.If):
                self.visit(statement.body, prefix)
                self.visit(statement.orelse, prefix)
            elif isinstance(statement, ast.For):
                self.visit_loop(statement, prefix)
            else:
                self.name(statement, prefix)

    def visit_loop(self, loop, prefix):
        variables = [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
        prefix = (*prefix, variables[0])
        if len(loop.body) == 1 and isinstance(loop.body[0], ast.Assign):
            value = loop.body[0].value
            if (isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
                    and self.is_layer(value.func.id)):
                self.calls[position(value)] = prefix
        self.visit(loop.body, prefix)

    def name(self, statement, prefix):
        target = named_target(statement)
        named = target is not None and self.counts[target] == 1 and not is_update(statement, target)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                segment = target if named else node.func.id
                self.calls.setdefault(position(node), (*prefix, segment))


def named_target(statement):
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


def is_update(statement, target):
    return any(isinstance(n, ast.Name) and n.id == target for n in ast.walk(statement.value))


def assignments(body):
    """How often each name is assigned, updates apart, the branches of an `if` counted once."""
    counts = {}
    for statement in body:
        if isinstance(statement, ast.If):
            branches = [assignments(statement.body), assignments(statement.orelse)]
            found = {n: max(b.get(n, 0) for b in branches) for n in {*branches[0], *branches[1]}}
        elif isinstance(statement, ast.For):
            found = assignments(statement.body)
        else:
            target = named_target(statement)
            fresh = target is not None and not is_update(statement, target)
            found = {target: 1} if fresh else {target: 0} if target is not None else {}
        for name, count in found.items():
            counts[name] = counts.get(name, 0) + count
    return counts


def position(node):
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


@functools.lru_cache(maxsize=None)
def instruction_positions(code):
    return [(p[0], p[2], p[1], p[3]) for p in code.co_positions()]


def segments(naming, code, instruction):
    """The path segments of the call at one instruction; empty for arithmetic on tensors."""
    if naming is None:
        return ()
    return naming.calls.get(instruction_positions(code)[instruction // 2], ())
