"""Shape annotations: bound from a tensor's shape at each call, or turned into a shape."""
import ast

from sizes import Size, ceil_div

ARITHMETIC = {"__builtins__": {}, "ceil_div": ceil_div, "min": min, "max": max}


class Annotation:
    """One parameter's shape: `(B, S, H * d)`, `(..., h)`, `tokens(B, S)`."""

    def __init__(self, text):
        node = ast.parse(text, mode="eval").body
        self.text = text
        self.integer = (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                        and node.func.id == "tokens")
        if self.integer:
            entries = node.args
        else:
            entries = node.elts if isinstance(node, ast.Tuple) else [node]
        first = entries[0] if entries else None
        self.open = isinstance(first, ast.Constant) and first.value is ...
        self.entries = [Entry(e) for e in (entries[1:] if self.open else entries)]

    def names(self):
        return {name for entry in self.entries for name in entry.names}

    def dimensions(self, shape):
        """The part of a shape that the entries speak of."""
        rank = len(self.entries)
        if len(shape) < rank or (len(shape) > rank and not self.open):
            raise TypeError(f"shape {tuple(shape)} does not fit {self.text}")
        return shape[len(shape) - rank:]

    def shape(self, sizes, leading=()):
        return [*leading, *(entry.value(sizes) for entry in self.entries)]


class Entry:
    def __init__(self, node):
        self.text = ast.unparse(node)
        self.bare = isinstance(node, ast.Name)
        self.names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - ARITHMETIC.keys()
        self.code = compile(ast.Expression(node), self.text, "eval")

    def value(self, sizes):
        return Size(eval(self.code, dict(ARITHMETIC), sizes))

    def solve(self, size, sizes):
        """The one unbound name of an expression that is affine in it."""
        (name,) = self.names - sizes.keys()
        at = [self.value({**sizes, name: Size(t)}) for t in (0, 1)]
        slope = at[1] - at[0]
        if slope == 0:
            raise TypeError(f"{self.text} does not determine {name}")
        sizes[name] = Size(size - at[0]) / slope


def bind(annotations, shapes, sizes):
    """Binds the annotations' names in `sizes`, which holds the keywords, and checks the rest."""
    pending = []
    for annotation, shape in zip(annotations, shapes):
        for entry, size in zip(annotation.entries, annotation.dimensions(shape)):
            if entry.bare and entry.text not in sizes:
                sizes[entry.text] = Size(size)
            else:
                pending.append((entry, size))
    for entry, size in sorted(pending, key=lambda p: len(p[0].names - sizes.keys())):
        if entry.names - sizes.keys():
            entry.solve(size, sizes)
        if entry.value(sizes) != size:
            raise TypeError(f"{entry.text} = {entry.value(sizes)} but the tensor has {size}")
