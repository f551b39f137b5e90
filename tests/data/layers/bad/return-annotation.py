def Layer(x: (h)) -> Tensor:  # error
    return x
