"""Layers of BERT and its successors: a post-norm encoder, and the heads that stand on it."""
from shared.encoder_attention import EncoderAttention
from shared.feed_forward import Activation


def BertEmbeddings(word: (B, S, h), *, positions, segments):
    """Embeddings of token, segment and position added up, and a norm. The embeddings of the tokens
    come from outside, since the head may share their table.
    """
    segment = embedding(constant(B, S, dtype="int64"), segments, h)
    position = embedding(constant(1, S, dtype="int64"), positions, h)
    norm = layer_norm(word + segment + position)
    return norm


def PostNormFeedForward(x: (B, S, h), *, i):
    """Two linear layers around an activation, the residual, and a norm behind it."""
    intermediate = linear(x, i)
    output = linear(Activation(intermediate), h)
    norm = layer_norm(x + output)
    return norm


def BertLayer(x: (B, S, h), *, H, i):
    """Post-norm transformer block: the norms stand behind the residuals."""
    attention = EncoderAttention(x, H=H)
    norm = layer_norm(x + attention)
    feed_forward = PostNormFeedForward(norm, i=i)
    return feed_forward


def BertEncoder(x: (B, S, h), *, L, H, i):
    """L equal blocks."""
    for layer in range(L):
        x = BertLayer(x, H=H, i=i)
    return x


def BertPooler(x: (B, S, h)):
    """The first position, through a linear layer and a tanh: a vector for the whole text."""
    first = reshape(crop(x, 0, 1, dim=1), B, h)
    dense = tanh(linear(first, h))
    return dense


def MaskedLMHead(x: (B, S, h), table: (V, h), *, tied):
    """Scores of every token of the vocabulary at every position: a linear layer, an activation, a
    norm, and the table of tokens. A bias over the vocabulary belongs to the head; untied, the
    checkpoint holds one that never runs beside the one that does.
    """
    dense = linear(x, h)
    norm = layer_norm(Activation(dense))
    if tied:
        decoder = linear(norm, V, weight=table)
    else:
        idle_bias = param(V)
        decoder_weight = param(V, h)
        decoder = linear(norm, V, weight=decoder_weight)
    return decoder
