def Layer[T](x: (h)):  # error
    return x
