import torch  # error
