def Layer(x: (B, S, h), *, n=2):
    y = 9223372036854775808 * x  # error
    return x
