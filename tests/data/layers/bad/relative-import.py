from .mlp import SwiGLU  # error
