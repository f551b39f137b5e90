"""Which activations are live when: the referee's account of storages.

Every operator makes a new storage for each of its results; a view shares its operand's. A storage
lives from the operator that makes it (a phase's input: from the start) to the last operator that
reads it, through whatever view; the phase's results live to the end. Weights, constants and what
`kv_cache` returns (views of the cache) have no storage here. The peak is the maximum, over the
operators executed, of the bytes live while one runs: its operands and its results coexist.
"""

ACTIVATION_BYTES = 2
INDEX_BYTES = 8


class Storage:
    __slots__ = ("bytes", "made", "last")

    def __init__(self, bytes, made):
        self.bytes = bytes
        self.made = made
        self.last = made


class Trace:
    def __init__(self):
        self.now = 0
        self.storages = []
        self.flops = {}
        self.quiet = 0

    def new_storage(self, data):
        """A storage made by the operator that runs now; None while the trace is quiet."""
        if self.quiet:
            return None
        integer = not data.dtype.is_floating_point
        size = data.numel() * (INDEX_BYTES if integer else ACTIVATION_BYTES)
        storage = Storage(size, self.now)
        self.storages.append(storage)
        return storage

    def begin(self, operands):
        """One operator that is no view begins to run on these storages."""
        if self.quiet:
            return
        self.now += 1
        for storage in operands:
            if storage is not None:
                storage.last = self.now

    def add_flops(self, path, count):
        if count and not self.quiet:
            self.flops[path] = self.flops.get(path, 0) + count

    def total_flops(self):
        return sum(self.flops.values())

    def keep(self, storages):
        """The results of the phase: live to the end."""
        for storage in storages:
            if storage is not None:
                storage.last = self.now

    def peak(self):
        change = [0] * (self.now + 2)
        for storage in self.storages:
            change[storage.made] += storage.bytes
            change[storage.last + 1] -= storage.bytes
        peak = live = 0
        for delta in change:
            live += delta
            peak = max(peak, live)
        return peak
