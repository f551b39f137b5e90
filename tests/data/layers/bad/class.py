def Layer(x: (B, S, h), *, n=2):
    class Block: pass  # error
    return x
