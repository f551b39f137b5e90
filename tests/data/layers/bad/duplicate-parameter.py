def Layer(x: (h), *, x):  # error
    return x
