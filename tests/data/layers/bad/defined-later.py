model = shared(Layer)  # error


def Layer(x: (h)):
    return x
