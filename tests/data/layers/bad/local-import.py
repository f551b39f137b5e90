def Layer(x: (B, S, h), *, n=2):
    from mlp import MLP  # error
    return x
