"""Whisper: an encoder listens to 30 seconds of sound, a decoder writes what is said. Its parts and
phases.
"""
from layers.whisper_model import WhisperDecoder, WhisperEncoder
from shared.language_model_head import LanguageModelHead

embeddings = param(V, h)
encoder = shared(WhisperEncoder)
decoder = shared(WhisperDecoder)
lm_head = shared(LanguageModelHead)


def encode(mel: (B, mels, S)):
    """The encoder over S frames of the mel spectrogram."""
    return encoder(mel)


def prefill(mel: (B, mels, S), written: tokens(B, T)):
    """The encoder over S frames, then the decoder over T tokens; fills both caches."""
    x = decoder(embedding(written, table=embeddings), encode(mel), past=0, fill=True)
    return lm_head(x, embeddings)


def decode(written: tokens(B, 1), memory: (B, ceil_div(S, 2), h), *, S, T):
    """One new token after T, beside the cached keys and values of S encoded frames."""
    x = decoder(embedding(written, table=embeddings), memory, past=T, fill=False)
    return lm_head(x, embeddings)


def generate(written: tokens(B, 1), memory: (B, ceil_div(S, 2), h), *, S, T, K):
    """K decode steps after T tokens."""
    for token in range(K):
        logits = decode(written, memory, S=S, T=T + token)
    return logits
