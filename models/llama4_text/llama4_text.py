"""Llama 4's language model by itself: parts and phases."""
from shared.language_model_head import LanguageModelHead
from shared.llama4 import Llama4Decoder

embed_tokens = param(V, h)
decoder = shared(Llama4Decoder)
lm_head = shared(LanguageModelHead)


def prefill(ids: tokens(B, S), *, P):
    """S tokens after P cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=P), embed_tokens)


def decode(ids: tokens(B, 1), *, S):
    """One new token after S cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=S), embed_tokens)


def generate(ids: tokens(B, 1), *, S, K):
    """K decode steps after S cached tokens."""
    for step in range(K):
        scores = decode(ids, S=S + step)
    return scores
