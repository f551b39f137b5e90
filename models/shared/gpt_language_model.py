"""Decoder-only language models that follow GPT: parts and phases."""
from shared.gpt_decoder import Embedding, GPTDecoder
from shared.language_model_head import LanguageModelHead

table = param(V, w if projected else h)
embed = shared(Embedding)
decoder = shared(GPTDecoder)
lm_head = shared(LanguageModelHead)


def prefill(ids: tokens(B, S), *, P):
    """S tokens after P cached ones."""
    x = decoder(embed(ids, table, past=P), past=P)
    return lm_head(x, table)


def decode(ids: tokens(B, 1), *, S):
    """One new token after S cached ones."""
    x = decoder(embed(ids, table, past=S), past=S)
    return lm_head(x, table)


def generate(ids: tokens(B, 1), *, S, K):
    """K decode steps after S cached tokens."""
    for step in range(K):
        scores = decode(ids, S=S + step)
    return scores
