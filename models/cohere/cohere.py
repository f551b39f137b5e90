"""Cohere's Command R: parts and phases."""
from layers.decoder import CohereDecoder
from shared.language_model_head import LanguageModelHead


def ScaledHead(x: (B, S, h), table: (V, h), *, head="tokens"):
    """Logits of tokens times a constant of the configuration; or what the decoder gives, as it is."""
    scores = LanguageModelHead(x, table, head=head)
    if head == "tokens":
        scores = 0.0625 * scores
    return scores


embed_tokens = param(V, h)
decoder = shared(CohereDecoder)
lm_head = shared(ScaledHead)


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
