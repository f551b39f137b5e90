def Layer(x: (B, S, h), *, n=2):
    y = concat([x for i in widths], dim=1)  # error
    return x
