def Layer(x: (h), *, n):
    for i in range(n):
        x = silu(x)
    else:
        x = gelu(x)  # error
    return x
