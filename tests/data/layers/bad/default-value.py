def Layer(x: (h), *, n=ceil_div(7, 2)):  # error
    return linear(x, n)
