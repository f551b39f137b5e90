"""What surrounds an operator while a layer file runs: call sites, weights, caches, the trace."""
import sys
from contextlib import contextmanager

import torch
from torch.utils.flop_counter import FlopCounterMode

from paths import segments
from trace import Trace

DTYPE = torch.bfloat16


class Value:
    """A tensor of the layer language. Only operators look inside."""

    __slots__ = ("data", "storage")

    def __init__(self, data, storage):
        self.data = data
        self.storage = storage


class Call:
    """One running call of a phase, layer or operator."""

    def __init__(self, path, names, symbols, scope=None, naming=None, is_phase=False, of_part=False):
        self.path = path
        self.names = names
        self.symbols = symbols
        self.scope = scope
        self.naming = naming
        self.is_phase = is_phase
        self.of_part = of_part
        self.sites = {}

    def site(self):
        """Identity and name of the call that happens now: its place in the text, which time."""
        place, names = None, ()
        if self.scope is not None:
            frame = sys._getframe(1)
            while frame.f_globals is not self.scope:
                frame = frame.f_back
            place = frame.f_lasti
            names = segments(self.naming, frame.f_code, place)
        turn = self.sites.get(place, 0)
        self.sites[place] = turn + 1
        return (*self.path, (place, turn)), (*self.names, *names)


class Run:
    """The state of one model: weights and caches by identity, and the trace of a phase."""

    def __init__(self):
        self.weights = {}
        self.multiplicity = 1
        self.calls = []
        self.begin_phase()

    def begin_phase(self):
        self.caches = {}
        self.trace = Trace()
        self.counter = FlopCounterMode(display=False)

    @property
    def call(self):
        return self.calls[-1]

    @contextmanager
    def calling(self, call):
        self.calls.append(call)
        try:
            yield call
        finally:
            self.calls.pop()

    @contextmanager
    def copies(self, count):
        """Weights made inside exist `count` times."""
        self.multiplicity *= count
        try:
            yield
        finally:
            self.multiplicity //= count

    @contextmanager
    def unexecuted(self):
        """Weights and shapes as ever, but no work and no activations."""
        self.trace.quiet += 1
        try:
            yield
        finally:
            self.trace.quiet -= 1

    def weight(self, name, shape):
        if any(call.is_phase for call in self.calls[-2:-1]):
            raise TypeError("a weight belongs to a part or to the module, not to a phase")
        identity = (*self.call.path, name)
        made = (tuple(shape), self.multiplicity, self.call.names)
        found = self.weights.setdefault(identity, made)
        if found[0] != tuple(shape):
            raise TypeError(f"one weight with two shapes: {found[0]} and {tuple(shape)}")
        return torch.empty(shape, dtype=DTYPE, device="meta")

    def cache(self, name, bytes):
        self.caches[(*self.call.path, name)] = bytes

    def weight_count(self):
        return sum(torch.Size(shape).numel() * times for shape, times, _ in self.weights.values())

    def weights_by_path(self):
        found = {}
        for shape, times, names in self.weights.values():
            found[names] = found.get(names, 0) + torch.Size(shape).numel() * times
        return found


RUN = []


def run():
    return RUN[-1]
