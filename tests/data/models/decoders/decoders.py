"""The phases of the decoders: `causal_lm.py` of the examples, its ids marked as integers."""
from decoder import CausalLM

model = shared(CausalLM)


def prefill(ids: tokens(B, S)):
    """S tokens into an empty cache."""
    return model(ids, past=0)


def decode(ids: tokens(B, 1), *, S):
    """One new token after S cached ones."""
    return model(ids, past=S)


def generate(ids: tokens(B, 1), *, S, K):
    """K decode steps after S cached tokens."""
    for step in range(K):
        logits = model(ids, past=S + step)
    return logits
