"""The operators of the layer language, executed by torch on the meta device."""
import math

import torch
import torch.nn.functional as F

from operation import OPERATORS, execute, operator, view
from runtime import DTYPE, Value, run


# Weights and buffers


@operator
def param(*shape, dtype=None):
    return Value(run().weight("param", shape), None)


@operator
def constant(*shape, dtype=None):
    kind = torch.int64 if dtype == "int64" else DTYPE
    return Value(torch.empty(shape, dtype=kind, device="meta"), None)


# Products


@operator
def linear(x, out, bias=True, weight=None, quantized=True):
    width = x.data.shape[-1]
    matrix = weight.data if weight is not None else run().weight("weight", (out, width))
    if tuple(matrix.shape) != (out, width):
        raise TypeError(f"weight of shape {tuple(matrix.shape)}, not {(out, width)}")
    offset = run().weight("bias", (out,)) if bias else None
    return execute(lambda a: F.linear(a, matrix, offset), x)


def convolution(rank, convolve):
    def apply(x, out, k, stride=1, padding=0, groups=1, bias=True):
        window = list(k) if isinstance(k, (list, tuple)) else [k] * rank
        channels = x.data.shape[1]
        kernel = run().weight("weight", (out, channels // groups, *window))
        offset = run().weight("bias", (out,)) if bias else None
        return execute(lambda a: convolve(a, kernel, offset, stride, padding, groups=groups), x)

    apply.__name__ = f"conv{rank}d"
    operator(apply)


for _rank, _convolve in [(1, F.conv1d), (2, F.conv2d), (3, F.conv3d)]:
    convolution(_rank, _convolve)


@operator
def matmul(a, b, causal=None, window=None):
    return execute(torch.matmul, a, b)


@operator
def einsum(subscripts, a, b):
    return execute(lambda x, y: torch.einsum(subscripts, x, y), a, b)


@operator
def sdpa(q, k, v, sink=None, bias=None, causal=False, window=None):
    """Written as two products: the counter does not see every attention kernel."""

    def attend(q, k, v):
        groups = q.shape[-3] // k.shape[-3]
        k, v = (t.repeat_interleave(groups, -3) for t in (k, v))
        return F.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v

    return execute(attend, q, k, v)


# Recurrences


@operator
def selective_scan(x, delta, A, b, c, state):
    """The states themselves cost no product; each position reads its own out."""

    def scan(x, delta, A, b, c, state):
        states = state.unsqueeze(-3).expand(*state.shape[:-2], x.shape[-2], *state.shape[-2:])
        return (states @ c.unsqueeze(-1)).squeeze(-1)

    return execute(scan, x, delta, A, b, c, state)


@operator
def cumsum(x):
    return execute(lambda a: torch.cumsum(a, -1), x)


# Norms, activations, elementwise


@operator
def layer_norm(x, dim=-1, bias=True, affine=True):
    size = x.data.shape[dim]
    weight = run().weight("weight", (size,)) if affine else None
    offset = run().weight("bias", (size,)) if affine and bias else None

    def norm(a):
        return F.layer_norm(a.movedim(dim, -1), (size,), weight, offset).movedim(-1, dim)

    return execute(norm, x)


@operator
def rms_norm(x, affine=True):
    size = x.data.shape[-1]
    weight = run().weight("weight", (size,)) if affine else None
    return execute(lambda a: F.rms_norm(a, (size,), weight), x)


@operator
def batch_norm(x, dim=1):
    size = x.data.shape[dim]
    weight, bias = run().weight("weight", (size,)), run().weight("bias", (size,))
    running = [torch.empty(size, dtype=DTYPE, device="meta") for _ in range(2)]

    def norm(a):
        return F.batch_norm(a.movedim(dim, 1), *running, weight, bias).movedim(1, dim)

    return execute(norm, x)


@operator
def softmax(x, sink=None, causal=False, window=None):
    return execute(lambda a: F.softmax(a, -1), x)


def elementwise(name, function):
    def apply(x):
        return execute(function, x)

    apply.__name__ = name
    operator(apply)


for _name, _function in {
    "relu": F.relu, "gelu": F.gelu, "gelu_tanh": lambda a: F.gelu(a, approximate="tanh"),
    "quick_gelu": lambda a: a * torch.sigmoid(1.702 * a), "silu": F.silu,
    "sigmoid": torch.sigmoid, "softplus": F.softplus, "tanh": torch.tanh, "exp": torch.exp,
    "log": torch.log, "sqrt": torch.sqrt, "cos": torch.cos, "sin": torch.sin,
}.items():
    elementwise(_name, _function)


@operator
def rope(x, cos=None, sin=None):
    def rotate(a, c=1.0, s=1.0):
        first, second = a.chunk(2, -1)
        return a * c + torch.cat((-second, first), -1) * s

    return execute(rotate, x) if cos is None else execute(rotate, x, cos, sin)


def number(value):
    return torch.full((), float(value), dtype=DTYPE, device="meta")


def arithmetic(name, function):
    def apply(a, b):
        if isinstance(a, Value) and isinstance(b, Value):
            return execute(function, a, b)
        if isinstance(a, Value):
            return execute(lambda x: function(x, number(b)), a)
        return execute(lambda y: function(number(a), y), b)

    apply.__name__ = name
    return operator(apply)


for _name, _sign, _function in [
    ("add", "add", torch.add), ("subtract", "sub", torch.sub), ("multiply", "mul", torch.mul),
    ("divide", "truediv", torch.div), ("maximum", None, torch.maximum),
    ("minimum", None, torch.minimum),
]:
    _apply = arithmetic(_name, _function)
    if _sign is not None:
        setattr(Value, f"__{_sign}__", lambda a, b, f=_apply: f(a, b))
        setattr(Value, f"__r{_sign}__", lambda b, a, f=_apply: f(a, b))


@operator
def pool2d(x, k, stride=None, padding=0, kind="max"):
    pool = {"max": F.max_pool2d, "mean": F.avg_pool2d}[kind]
    return execute(lambda a: pool(a, k, stride, padding), x)


@operator
def mean(x, *dims):
    return execute(lambda a: a.mean(dims), x)


@operator
def sum(x, *dims):
    return execute(lambda a: a.sum(dims), x)


# Look-ups and copies


@operator
def embedding(ids, V=None, h=None, table=None):
    rows = table.data if table is not None else run().weight("weight", (V, h))
    return execute(lambda i: F.embedding(i, rows), ids)


@operator
def lookup(table, m, n):
    def pick(t):
        row = torch.arange(m, device="meta")[:, None]
        column = torch.arange(n, device="meta")[None, :]
        return t[row - column + (n - 1)]

    return execute(pick, table)


@operator
def gather(x, n):
    def pick(a):
        places = torch.empty((*a.shape[:-1], n), dtype=torch.int64, device="meta")
        return torch.gather(a, -1, places)

    return execute(pick, x)


@operator
def resize(x, *shape, mode="bicubic"):
    return execute(lambda a: a.new_empty(shape), x)


@operator
def concat(*xs, dim=-1):
    return execute(lambda *data: torch.cat(data, dim), *xs)


@operator
def roll(x, shift, dim=1):
    return execute(lambda a: torch.roll(a, shift, dim), x)


@operator
def pad(x, before, after, dim=1):
    def widen(a):
        return F.pad(a, [0, 0] * (a.dim() - 1 - dim % a.dim()) + [before, after])

    return execute(widen, x)


# Views


@operator
def reshape(x, *shape):
    return view(x.data.reshape(shape), x)


@operator
def transpose(x, i, j):
    return view(x.data.transpose(i, j), x)


@operator
def permute(x, *dims):
    return view(x.data.permute(dims), x)


@operator
def expand(x, *shape):
    return view(x.data.expand(shape), x)


@operator
def crop(x, start, length, dim=1):
    return view(x.data.narrow(dim, start, length), x)


@operator
def split(x, sizes, dim=-1):
    return tuple(view(part, x) for part in x.data.split([int(s) for s in sizes], dim))


@operator
def unbind(x, dim=0):
    return tuple(view(part, x) for part in x.data.unbind(dim))


# Mixture of experts


@operator
def topk(x, k):
    return execute(lambda a: tuple(torch.topk(a, k)), x)


@operator
def route(x, chosen):
    def repeat(a, c):
        return a.reshape(-1, a.shape[-1]).repeat_interleave(c.shape[-1], 0)

    return execute(repeat, x, chosen)


@operator
def per_expert(layer, rows, *, experts, top_k, **keywords):
    """One expert does the work of all; its weights exist once per expert."""
    with run().copies(experts):
        return layer(rows, **keywords)


@operator
def combine(routed, scores):
    def add_up(r, s):
        return (r.reshape(*s.shape, r.shape[-1]) * s.unsqueeze(-1)).sum(-2)

    return execute(add_up, routed, scores)


# Caches


@operator
def kv_cache(*tensors, past=0, window=None):
    state = run()
    state.trace.begin([t.storage for t in tensors])
    seen = []
    for index, tensor in enumerate(tensors):
        shape = list(tensor.data.shape)
        new, per_token = shape[-2], tensor.data.numel() // max(shape[-2], 1)
        kept = past + new if window is None else min(past + new, window - 1)
        shape[-2] = past + new if window is None else min(past, window - 1) + new
        state.cache(index, kept * per_token * DTYPE.itemsize)
        seen.append(Value(torch.empty(shape, dtype=DTYPE, device="meta"), None))
    return seen[0] if len(seen) == 1 else tuple(seen)


@operator
def state_cache(x, dtype=None):
    bits = {None: 16, "bf16": 16, "f16": 16, "f32": 32}[dtype]
    run().cache("state", x.data.numel() * bits // 8)
    return Value(x.data, None)


@operator
def cached(function, *args, fill, **keywords):
    if fill:
        result = function(*args, **keywords)
        run().trace.begin([result.storage])
    else:
        with run().unexecuted():
            result = function(*args, **keywords)
    run().cache("cached", result.data.numel() * DTYPE.itemsize)
    return Value(result.data, None)
