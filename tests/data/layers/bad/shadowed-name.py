from mlp import MLP


def Layer(x: (h)):
    MLP = silu(x)  # error
    return MLP
