def Layer(x: (B, S, h), *, n=2):
    y = await silu(x)  # error
    return x
