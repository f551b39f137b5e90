def Layer(x: (B, S, h), *, n=2):
    (a, (b, c)) = split(x, [1, 2])  # error
    return x
