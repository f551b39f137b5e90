def Layer(x: (B, "h")):  # error
    return x
