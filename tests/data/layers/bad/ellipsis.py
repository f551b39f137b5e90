def Layer(x: (B, S, h), *, n=2):
    y = reshape(x, ...)  # error
    return x
