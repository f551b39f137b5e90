"""Whisper's parts and phases; its layers are those of the examples."""
from whisper import Decoder, Encoder

encoder = shared(Encoder)
decoder = shared(Decoder)


def encode(mel: (B, mels, S)):
    """The encoder over S mel frames."""
    return encoder(mel)


def prefill(mel: (B, mels, S), ids: tokens(B, T)):
    """The encoder, then T decoder positions; fills both caches."""
    return decoder(ids, encoder(mel), past=0, fill=True)


def decode(ids: tokens(B, 1), memory: (B, ceil_div(S, 2), h), *, S, T):
    """One new token after T; S mel frames lie in the cross cache."""
    return decoder(ids, memory, past=T, fill=False)
