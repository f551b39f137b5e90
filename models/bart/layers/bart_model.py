"""The two halves of BART: post-norm transformers with learnt positions."""
from shared.encoder_decoder import CrossAttention, LearntPositions, SelfAttention
from shared.feed_forward import MLP


def BartEmbeddings(x: (B, S, h), *, positions, scaled=False, past=0):
    """Scales token embeddings where the configuration asks for it, adds learnt positions, norms."""
    if scaled:
        scale = constant(1)  # sqrt(h)
        x = x * scale
    x = LearntPositions(x, positions=positions, past=past, offset=2)
    layernorm_embedding = layer_norm(x)
    return layernorm_embedding


def BartEncoderLayer(x: (B, S, h), *, H, i):
    """Post-norm block: self-attention over the whole input, then the feed-forward network."""
    self_attn = SelfAttention(x, H=H)
    self_attn_layer_norm = layer_norm(x + self_attn)
    feed_forward = MLP(self_attn_layer_norm, i=i)
    final_layer_norm = layer_norm(self_attn_layer_norm + feed_forward)
    return final_layer_norm


def BartEncoder(x: (B, S, h), *, H, i, L, positions):
    """Embeddings and L blocks."""
    x = BartEmbeddings(x, positions=positions)
    for layer in range(L):
        x = BartEncoderLayer(x, H=H, i=i)
    return x


def BartDecoderLayer(x: (B, T, h), memory: (B, S, h), *, H_dec, i_dec, past=0, fill=True):
    """Post-norm block: causal self-attention, attention to the encoder's output, and the
    feed-forward network.
    """
    self_attn = SelfAttention(x, H=H_dec, past=past)
    self_attn_layer_norm = layer_norm(x + self_attn)
    encoder_attn = CrossAttention(self_attn_layer_norm, memory, H=H_dec, fill=fill)
    encoder_attn_layer_norm = layer_norm(self_attn_layer_norm + encoder_attn)
    feed_forward = MLP(encoder_attn_layer_norm, i=i_dec)
    final_layer_norm = layer_norm(encoder_attn_layer_norm + feed_forward)
    return final_layer_norm


def BartDecoder(x: (B, T, h), memory: (B, S, h), *, H_dec, i_dec, L_dec, positions, past=0,
                fill=True):
    """Embeddings and L_dec blocks."""
    x = BartEmbeddings(x, positions=positions, past=past)
    for layer in range(L_dec):
        x = BartDecoderLayer(x, memory, H_dec=H_dec, i_dec=i_dec, past=past, fill=fill)
    return x


def BartHead(x: (B, T, h), table: (V, h), *, head="tokens", logits="all"):
    """Projects hidden states to a logit for each token of the vocabulary by the embedding's table,
    and adds a bias that is kept but not learnt; or gives them as they are.
    """
    if head == "none":
        scores = x
    else:
        if logits == "last":
            x = crop(x, T - 1, 1, dim=1)
        final_logits_bias = constant(1, V)
        scores = linear(x, V, bias=False, weight=table) + final_logits_bias
    return scores
