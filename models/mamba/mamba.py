"""Mamba: a language model of selective state spaces, without attention. Its parts and phases."""
from layers.mamba_model import MambaModel
from shared.language_model_head import LanguageModelHead

embeddings = param(V, h)
backbone = shared(MambaModel)
lm_head = shared(LanguageModelHead)


def prefill(ids: tokens(B, S)):
    """S tokens, logits at every position."""
    x = backbone(embedding(ids, table=embeddings))
    return lm_head(x, embeddings)


def decode(ids: tokens(B, 1)):
    """One new token; what came before stands in states of constant size."""
    x = backbone(embedding(ids, table=embeddings), step=True)
    return lm_head(x, embeddings)


def generate(ids: tokens(B, 1), *, K):
    """K decode steps."""
    for token in range(K):
        logits = decode(ids)
    return logits
