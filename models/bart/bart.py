"""BART: an encoder reads a text, a decoder writes another one. Its parts and phases."""
from layers.bart_model import BartDecoder, BartEncoder, BartHead
from shared.encoder_decoder import ClassificationHead, SpanHead

embeddings = param(V, h)
encoder = shared(BartEncoder)
decoder = shared(BartDecoder)
lm_head = shared(BartHead)
classification_head = shared(ClassificationHead)
qa_outputs = shared(SpanHead)


def encode(ids: tokens(B, S)):
    """The encoder over S tokens."""
    return encoder(embedding(ids, table=embeddings))


def prefill(ids: tokens(B, S), written: tokens(B, T), *, head, n_labels):
    """The encoder over S tokens, then the decoder over T; fills both caches."""
    x = decoder(embedding(written, table=embeddings), encode(ids), past=0, fill=True)
    if head == "sequence":
        scores = classification_head(x, n_labels=n_labels)
    elif head == "span":
        scores = qa_outputs(x)
    else:
        scores = lm_head(x, embeddings)
    return scores


def decode(written: tokens(B, 1), memory: (B, S, h), *, T, head, n_labels):
    """One new token after T, beside the cached keys and values of S encoded ones."""
    x = decoder(embedding(written, table=embeddings), memory, past=T, fill=False)
    if head == "sequence":
        scores = classification_head(x, n_labels=n_labels)
    elif head == "span":
        scores = qa_outputs(x)
    else:
        scores = lm_head(x, embeddings)
    return scores


def generate(written: tokens(B, 1), memory: (B, S, h), *, T, K):
    """K decode steps after T tokens."""
    for token in range(K):
        logits = decode(written, memory, T=T + token)
    return logits
