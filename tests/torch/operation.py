"""What every operator does besides computing: identity of its weights, storages, FLOPs."""
import functools

from runtime import Call, Value, run

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
