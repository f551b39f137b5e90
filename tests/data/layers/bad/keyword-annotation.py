def Layer(x: (h), *, n: int = 2):  # error
    return linear(x, n)
