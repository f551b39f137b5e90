"""The operators of the layer language, executed by torch on the meta device."""
import functools
import math

import torch
import torch.nn.functional as F

from runtime import DTYPE, Call, Value, run

OPERATORS = {}


def operator(function):
    """An operator by its name: runs as a call of its own, so that its weights have an identity."""

    @functools.wraps(function)
    def call(*args, **keywords):
        path, names = run().call.site()
        with run().calling(Call(path, names, run().call.symbols)):
            return function(*args, **keywords)

    call.is_operator = True
    OPERATORS[function.__name__] = call
    return call


def execute(compute, *operands):
    """One operator on these values: new storages for what it returns, FLOPs noted for its path."""
    state = run()
    state.trace.begin([o.storage for o in operands])
    before = state.counter.get_total_flops()
    results = compute(*(o.data for o in operands))
    state.trace.add_flops(state.call.names, state.counter.get_total_flops() - before)
    if isinstance(results, tuple):
        return tuple(Value(r, state.trace.new_storage(r)) for r in results)
    return Value(results, state.trace.new_storage(results))


def view(data, of):
    return Value(data, of.storage)


# Weights and buffers


@operator
def param(*shape):
    return Value(run().weight("param", shape), None)


@operator
def constant(*shape):
    return Value(torch.empty(shape, dtype=DTYPE, device="meta"), None)


# Products


@operator
def linear(x, out, bias=True, weight=None):
    width = x.data.shape[-1]
    matrix = weight.data if weight is not None else run().weight("weight", (out, width))
    if tuple(matrix.shape) != (out, width):
        raise TypeError(f"weight of shape {tuple(matrix.shape)}, not {(out, width)}")
    offset = run().weight("bias", (out,)) if bias else None
    return execute(lambda a: F.linear(a, matrix, offset), x)


@operator
def conv2d(x, out, k, stride=1, padding=0, groups=1, bias=True):
    height, width = k if isinstance(k, (list, tuple)) else (k, k)
    channels = x.data.shape[1]
    kernel = run().weight("weight", (out, channels // groups, height, width))
    offset = run().weight("bias", (out,)) if bias else None
    return execute(lambda a: F.conv2d(a, kernel, offset, stride, padding, groups=groups), x)


@operator
def matmul(a, b, causal=False):
    return execute(torch.matmul, a, b)


@operator
def einsum(subscripts, a, b):
    return execute(lambda x, y: torch.einsum(subscripts, x, y), a, b)


@operator
def sdpa(q, k, v, causal=False):
    """Written as two products: the counter does not see every attention kernel."""

    def attend(q, k, v):
        groups = q.shape[-3] // k.shape[-3]
        k, v = (t.repeat_interleave(groups, -3) for t in (k, v))
        return F.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v

    return execute(attend, q, k, v)


# Norms, activations, elementwise


@operator
def layer_norm(x, dim=-1):
    size = x.data.shape[dim]
    weight, bias = run().weight("weight", (size,)), run().weight("bias", (size,))

    def norm(a):
        return F.layer_norm(a.movedim(dim, -1), (size,), weight, bias).movedim(-1, dim)

    return execute(norm, x)


@operator
def rms_norm(x, dim=-1):
    size = x.data.shape[dim]
    weight = run().weight("weight", (size,))
    return execute(lambda a: F.rms_norm(a.movedim(dim, -1), (size,), weight).movedim(-1, dim), x)


@operator
def softmax(x, causal=False):
    return execute(lambda a: F.softmax(a, -1), x)


def elementwise(name, function):
    def apply(x):
        return execute(function, x)

    apply.__name__ = name
    operator(apply)


for _name, _function in {
    "gelu": F.gelu, "quick_gelu": lambda a: a * torch.sigmoid(1.702 * a), "silu": F.silu,
    "relu": F.relu, "tanh": torch.tanh, "cos": torch.cos, "sin": torch.sin, "exp": torch.exp,
}.items():
    elementwise(_name, _function)


@operator
def rope(x, cos, sin):
    def rotate(a, c, s):
        first, second = a.chunk(2, -1)
        return a * c + torch.cat((-second, first), -1) * s

    return execute(rotate, x, cos, sin)


def arithmetic(function):
    def apply(a, b):
        if isinstance(a, Value) and isinstance(b, Value):
            return execute(function, a, b)
        if isinstance(a, Value):
            return execute(lambda x: function(x, b), a)
        return execute(lambda y: function(a, y), b)

    return apply


for _name, _function in {"add": torch.add, "sub": torch.sub, "mul": torch.mul,
                         "truediv": torch.div}.items():
    _apply = arithmetic(_function)
    setattr(Value, f"__{_name}__", lambda a, b, f=_apply: f(a, b))
    setattr(Value, f"__r{_name}__", lambda b, a, f=_apply: f(a, b))
setattr(Value, "__neg__", lambda a: execute(torch.neg, a))


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
def resize(x, *shape):
    return execute(lambda a: a.new_empty(shape), x)


@operator
def concat(*xs, dim=-1):
    return execute(lambda *data: torch.cat(data, dim), *xs)


@operator
def pad(x, before, after, dim=-1):
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
def crop(x, start, length, dim=-1):
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
def cached(function, *args, fill, **keywords):
    if fill:
        result = function(*args, **keywords)
        run().trace.begin([result.storage])
    else:
        with run().unexecuted():
            result = function(*args, **keywords)
    run().cache("cached", result.data.numel() * DTYPE.itemsize)
    return Value(result.data, None)
