from mlp import SwiGLU as Gated  # error
