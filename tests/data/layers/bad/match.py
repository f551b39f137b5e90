def Layer(x: (h), *, kind):
    match kind:  # error
        case "half":
            x = silu(x)
    return x
