def Layer(x: (h), n):  # error
    return x
