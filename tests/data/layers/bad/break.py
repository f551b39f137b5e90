def Layer(x: (h), *, n):
    for i in range(n):
        x = silu(x)
        break  # error
    return x
