"""Runs layer files under PyTorch as they stand: every figure of the referee comes from here.

Annotations stay text (`from __future__ import annotations` is in force) and bind names from the
tensors of each call. Every call gets fresh globals: operators, the file's own names, the sizes just
bound; so a body sees nothing of its caller. Weights and caches have an identity: the part, the
chain of call sites, and how often each site ran.
"""
import __future__

import ast
import inspect
import pathlib
import types

import torch

from binding import Annotation, bind
from operators import OPERATORS
from paths import Naming
from runtime import DTYPE, RUN, Call, Run, Value, run
from sizes import Size, ceil_div, sized

BUILTINS = {"range": lambda *n: map(Size, range(*n)), "enumerate": enumerate, "zip": zip,
            "len": len, "min": min, "max": max, "ceil_div": ceil_div,
            "AssertionError": AssertionError}


class Layer:
    """A function of a layer file."""

    def __init__(self, function, module):
        self.name = function.__name__
        self.code = function.__code__
        self.module = module
        self.doc = function.__doc__
        signature = inspect.signature(function).parameters.values()
        self.tensors = {p.name: Annotation(p.annotation) for p in signature
                        if p.kind is not p.KEYWORD_ONLY}
        self.keywords = {p.name: p.default for p in signature if p.kind is p.KEYWORD_ONLY}
        self._naming = None

    @property
    def naming(self):
        if self._naming is None:
            node = next(n for n in self.module.tree.body if getattr(n, "name", None) == self.name)
            self._naming = Naming(node, lambda n: isinstance(self.module.names.get(n), Layer))
        return self._naming

    def __call__(self, *tensors, **given):
        path, names = run().call.site()
        if self.module.is_model and run().call.is_phase:
            names = run().call.names
        return self.call(path, names, run().call.symbols, tensors, given)

    def settle(self, given, symbols):
        """The value of every keyword: given, else a symbol of the part, else the default."""
        if unknown := given.keys() - self.keywords.keys():
            raise TypeError(f"{self.name} declares no {', '.join(sorted(unknown))}")
        values = {}
        for name, default in self.keywords.items():
            value = given.get(name, symbols.get(name, default))
            if value is inspect.Parameter.empty:
                raise TypeError(f"{self.name}: nothing gives {name}")
            values[name] = self.module.wrapped(sized(value))
        return values

    def call(self, path, names, symbols, tensors, given):
        if len(tensors) != len(self.tensors):
            raise TypeError(f"{self.name} takes {len(self.tensors)} tensors, not {len(tensors)}")
        keywords = self.settle(given, symbols)
        sizes = {k: v for k, v in keywords.items() if v is not None}
        bind(self.tensors.values(), [t.data.shape for t in tensors], sizes)
        scope = {**self.module.names, **sizes}
        function = types.FunctionType(self.code, scope, self.name)
        # A layer of the model's own file that a part or a layer calls is no phase.
        is_phase = self.module.is_model and path[:1] == ("phase",) and not any(c.of_part for c in run().calls)
        call = Call(path, names, symbols, scope, self.naming, is_phase)
        call.wrap = self.module.wrapped
        with run().calling(call):
            return function(*tensors, **keywords)


class Part:
    """`shared(Layer, …)`: one set of weights, whoever calls; at module level with own symbols."""

    def __init__(self, layer, path, names, symbols):
        self.layer = layer
        self.path = path
        self.names = names
        self.symbols = symbols

    def __call__(self, *tensors, **given):
        if isinstance(self.layer, Layer):
            with run().calling(Call(self.path, self.names, self.symbols, of_part=True)):
                return self.layer.call(self.path, self.names, self.symbols, tensors, given)
        with run().calling(Call(self.path, self.names, self.symbols)):
            return self.layer(*tensors, **given)


def shared(layer, **symbols):
    path, names = run().call.site()
    return Part(run().call.wrap(layer), path, names, sized_all(symbols) or run().call.symbols)


def sized_all(symbols):
    return {name: sized(value) for name, value in symbols.items()}


class Module:
    """One layer file, or the file of a model's parts and phases (`is_model`)."""

    def __init__(self, path, library, symbols=None):
        source = path.read_text()
        self.path = path
        self.is_model = symbols is not None
        self.tree = ast.parse(source)
        self.names = {**OPERATORS, "shared": shared, **(symbols or {}),
                      "__builtins__": {**BUILTINS, "__import__": library.import_}}
        code = compile(source, str(path), "exec", flags=__future__.annotations.compiler_flag,
                       dont_inherit=True)
        names = Naming(ast.FunctionDef("", EMPTY, self.tree.body, []), lambda _: False)
        call = Call((str(path),), (), symbols or {}, self.names, names)
        call.wrap = self.wrapped
        self.layers = {}
        with run().calling(call):
            exec(code, self.names)
        for name, value in list(self.names.items()):
            if isinstance(value, types.FunctionType) and value.__globals__ is self.names:
                self.names[name] = self.layers[name] = self.wrapped(value)
            if isinstance(value, Part) and not self.is_model:
                raise TypeError(f"{name}: a part outside a model's file")

    def wrapped(self, value):
        """A function of this file as the layer it is."""
        if isinstance(value, types.FunctionType) and value.__globals__ is self.names:
            return self.layers.get(value.__name__) or Layer(value, self)
        return value


EMPTY = ast.arguments([], [], None, [], [], None, [])


class Library:
    """Layer files found as imports find them: in the model's folder, then among the shared ones."""

    def __init__(self, model_folder):
        self.roots = [pathlib.Path(model_folder), pathlib.Path(model_folder).parent]
        self.modules = {}

    def import_(self, name, globals=None, locals=None, fromlist=(), level=0):
        module = self.load(name)
        found = types.SimpleNamespace()
        for wanted in fromlist:
            setattr(found, wanted, module.names[wanted])
        return found

    def load(self, name):
        if name not in self.modules:
            paths = [root / (name.replace(".", "/") + ".py") for root in self.roots]
            path = next((p for p in paths if p.exists()), None)
            if path is None:
                raise ImportError(f"no layer file {name}")
            self.modules[name] = Module(path, self)
        return self.modules[name]


class Result:
    """What one phase or layer took."""

    def __init__(self, state, outputs):
        self.flops = state.trace.total_flops()
        self.peak = state.trace.peak()
        self.kv_cache = sum(state.caches.values())
        self.flops_by_path = state.trace.flops
        self.shapes = [tuple(o.data.shape) for o in outputs]


def execute_layer(state, layer, path, names, symbols, sizes, leading=()):
    """Runs a layer on inputs made to its annotations; `sizes` are its dimensions and keywords."""
    state.begin_phase()
    known = {**symbols, **sized_all(sizes)}
    keywords = {n: known[n] for n in layer.keywords if n in known}
    defaults = {n: sized(v) for n, v in layer.keywords.items() if n not in known}
    inputs = []
    for annotation in layer.tensors.values():
        shape = annotation.shape({**defaults, **known}, leading if annotation.open else ())
        data = torch.empty(shape, dtype=torch.int64 if annotation.integer else DTYPE, device="meta")
        inputs.append(Value(data, state.trace.new_storage(data)))
    with state.counter:
        outputs = layer.call(path, names, symbols, inputs, keywords)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    state.trace.keep([o.storage for o in outputs])
    return Result(state, outputs)


class Model:
    """A model folder with the values of its symbols: phases share one set of weights. Its parts and
    phases stand in `module`, in the folder or among the shared files.
    """

    def __init__(self, folder, symbols, module=None):
        folder = pathlib.Path(folder)
        module = module or f"{folder.name}.py"
        path = next(p for p in (folder / module, folder.parent / module) if p.exists())
        self.state = Run()
        self.symbols = sized_all(symbols)
        RUN.append(self.state)
        try:
            self.module = Module(path, Library(folder), self.symbols)
        finally:
            RUN.pop()
        self.phases = self.module.layers

    def phase(self, name, **sizes):
        RUN.append(self.state)
        try:
            return execute_layer(self.state, self.phases[name], ("phase", name), (), self.symbols,
                                 sizes)
        finally:
            RUN.pop()

    def weight_count(self):
        return self.state.weight_count()


def run_layer(folder, module, name, leading=(), **values):
    """A layer by itself, every size, flag and list of it given; returns its figures and weights."""
    state = Run()
    RUN.append(state)
    try:
        layer = Library(folder).load(module).layers[name]
        result = execute_layer(state, layer, (), (), sized_all(values), values, leading)
    finally:
        RUN.pop()
    result.weights = state.weight_count()
    return result
