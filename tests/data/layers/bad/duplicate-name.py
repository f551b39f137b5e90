def Layer(x: (h)):
    return x


def Layer(x: (h)):  # error
    return silu(x)
