"""Sizes of the layer language: integers whose division is exact."""


class Size(int):
    """An integer that stays a size under arithmetic; `a / b` claims that b divides a."""

    def __truediv__(self, other):
        return exact_quotient(self, other)

    def __rtruediv__(self, other):
        return exact_quotient(other, self)


def exact_quotient(a, b):
    if a % b:
        raise ArithmeticError(f"{int(a)} / {int(b)} is no integer")
    return Size(int(a) // int(b))


def _stays_a_size(name):
    plain = getattr(int, name)

    def method(self, *others):
        result = plain(self, *others)
        return result if result is NotImplemented else Size(result)

    return method


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "floordiv", "rfloordiv", "mod", "rmod",
              "pow", "neg"):
    setattr(Size, f"__{_name}__", _stays_a_size(f"__{_name}__"))


def ceil_div(a, b):
    return Size(-(-int(a) // int(b)))


def sized(value):
    """Plain numbers of a binding as sizes, also inside lists; flags and strings as they are."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return Size(value)
    if isinstance(value, (list, tuple)):
        return [sized(v) for v in value]
    return value
