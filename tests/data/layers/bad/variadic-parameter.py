def Layer(x: (h), *layers):  # error
    return x
