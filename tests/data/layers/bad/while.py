def Layer(x: (h), *, n):
    while n:  # error
        x = silu(x)
    return x
