"""The two halves of Whisper: pre-norm transformers with learnt positions."""
from shared.encoder_decoder import CrossAttention, LearntPositions, SelfAttention
from shared.feed_forward import MLP


def WhisperEncoderLayer(x: (B, S, h), *, H, i):
    """Pre-norm block: self-attention over all positions, keys without bias, then the feed-forward
    network.
    """
    self_attn_layer_norm = layer_norm(x)
    self_attn = SelfAttention(self_attn_layer_norm, H=H, key_bias=False)
    x = x + self_attn
    final_layer_norm = layer_norm(x)
    feed_forward = MLP(final_layer_norm, i=i)
    return x + feed_forward


def WhisperEncoder(mel: (B, mels, frames), *, h, H, i, L, S_max):
    """Two convolutions, of which the second halves the frames, learnt positions, L blocks, and a
    last norm.
    """
    conv1 = conv1d(mel, h, 3, padding=1)
    conv2 = conv1d(gelu(conv1), h, 3, stride=2, padding=1)
    x = LearntPositions(transpose(gelu(conv2), 1, 2), positions=S_max)
    for layer in range(L):
        x = WhisperEncoderLayer(x, H=H, i=i)
    norm = layer_norm(x)
    return norm


def WhisperDecoderLayer(x: (B, T, h), memory: (B, S, h), *, H_dec, i_dec, past=0, fill=True):
    """Pre-norm block: causal self-attention, attention to the encoder's output, and the
    feed-forward network.
    """
    self_attn_layer_norm = layer_norm(x)
    self_attn = SelfAttention(self_attn_layer_norm, H=H_dec, key_bias=False, past=past)
    x = x + self_attn
    encoder_attn_layer_norm = layer_norm(x)
    encoder_attn = CrossAttention(encoder_attn_layer_norm, memory, H=H_dec, key_bias=False,
                                  fill=fill)
    x = x + encoder_attn
    final_layer_norm = layer_norm(x)
    feed_forward = MLP(final_layer_norm, i=i_dec)
    return x + feed_forward


def WhisperDecoder(x: (B, T, h), memory: (B, S, h), *, H_dec, i_dec, L_dec, T_max, scaled=False,
                   past=0, fill=True):
    """Learnt positions on the token embeddings, L_dec blocks, and a last norm."""
    if scaled:
        scale = constant(1)  # sqrt(h)
        x = x * scale
    x = LearntPositions(x, positions=T_max, past=past)
    for layer in range(L_dec):
        x = WhisperDecoderLayer(x, memory, H_dec=H_dec, i_dec=i_dec, past=past, fill=fill)
    norm = layer_norm(x)
    return norm
