"""The activation that a configuration names."""


def Activation(x: (...), *, hidden_act):
    """The configuration's activation, value by value."""
    if hidden_act == "gelu":
        y = gelu(x)
    elif hidden_act == "gelu_tanh":
        y = gelu_tanh(x)
    elif hidden_act == "quick_gelu":
        y = quick_gelu(x)
    elif hidden_act == "relu":
        y = relu(x)
    elif hidden_act == "silu":
        y = silu(x)
    else:
        y = tanh(x)
    return y
