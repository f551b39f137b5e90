def Layer(x: (h), *, i=h):  # error
    return linear(x, i)
