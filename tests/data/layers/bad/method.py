def Layer(x: (B, S, h), *, n=2):
    y = x.view(B, S * h)  # error
    return x
