def Layer(x: (h)):
    try:  # error
        x = silu(x)
    finally:
        pass
    return x
