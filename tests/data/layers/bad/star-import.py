from mlp import *  # error
