"""Feed-forward networks: the gated one of Llama's family, and the plain one of GPT's."""


def Activation(x: (...), *, activation):
    """The activation that the configuration names."""
    if activation == "silu" or activation == "swish":
        x = silu(x)
    elif activation == "relu":
        x = relu(x)
    elif activation == "relu2":
        x = relu(x) * relu(x)
    elif activation == "quick_gelu":
        x = quick_gelu(x)
    elif activation == "tanh":
        x = tanh(x)
    elif activation == "sigmoid":
        x = sigmoid(x)
    elif activation == "gelu" or activation == "gelu_python":
        x = gelu(x)
    else:
        x = gelu_tanh(x)
    return x


def GatedMLP(x: (..., h), *, i, activation="silu", mlp_bias=False):
    """Gated feed-forward network: a dense network, a shared expert, and each expert of a mixture."""
    gate = linear(x, i, bias=mlp_bias)
    up = linear(x, i, bias=mlp_bias)
    down = linear(Activation(gate, activation=activation) * up, h, bias=mlp_bias)
    return down


def MLP(x: (..., h), *, i, activation="gelu", mlp_bias=True):
    """Two linear layers around an activation."""
    up = linear(x, i, bias=mlp_bias)
    down = linear(Activation(up, activation=activation), h, bias=mlp_bias)
    return down
