"""ModernBERT: an encoder of text with rotary positions and gated feed-forward networks, by itself or with a head."""
from shared.feed_forward import Activation


def ModernBertEmbeddings(word: (B, S, h), *, norm_bias=False):
    """A norm over the embeddings of the tokens; positions come in attention."""
    norm = layer_norm(word, bias=norm_bias)
    return norm


def ModernBertAttention(x: (B, S, h), *, H, attention_bias=False, flash=True):
    """Multi-head self-attention with one fused projection and rotary positions. Every third layer sees
    the whole text, the others a window around each token, which masks scores and saves no work.
    """
    d = h / H
    qkv = linear(x, 3 * h, bias=attention_bias)
    q, k, v = unbind(permute(reshape(qkv, B, S, 3, H, d), 2, 0, 3, 1, 4))
    q = rope(q, constant(1, 1, S, d), constant(1, 1, S, d))
    k = rope(k, constant(1, 1, S, d), constant(1, 1, S, d))
    if flash:
        context = sdpa(q, k, v)
    else:
        scale = constant(1)  # 1 / sqrt(d)
        probabilities = softmax(matmul(q, transpose(k, 2, 3)) * scale)
        context = matmul(probabilities, v)
    output = linear(reshape(transpose(context, 1, 2), B, S, h), h, bias=attention_bias)
    return output


def ModernBertMLP(x: (B, S, h), *, i, mlp_bias=False):
    """Gated feed-forward network with one fused projection."""
    gated = linear(x, 2 * i, bias=mlp_bias)
    value, gate = split(gated, [i, i])
    output = linear(Activation(value) * gate, h, bias=mlp_bias)
    return output


def ModernBertLayer(x: (B, S, h), *, H, i, first=False, norm_bias=False):
    """Pre-norm block; the first one goes without a norm before attention."""
    if first:
        y = x
    else:
        attention_norm = layer_norm(x, bias=norm_bias)
        y = attention_norm
    attention = ModernBertAttention(y, H=H)
    x = x + attention
    mlp_norm = layer_norm(x, bias=norm_bias)
    mlp = ModernBertMLP(mlp_norm, i=i)
    return x + mlp


def ModernBertEncoder(x: (B, S, h), *, L, H, i, norm_bias=False):
    """L blocks, and a norm."""
    for layer in range(L):
        x = ModernBertLayer(x, H=H, i=i, first=layer == 0)
    final_norm = layer_norm(x, bias=norm_bias)
    return final_norm


def PredictionHead(x: (..., h), *, head_bias=False, head_activation="gelu", norm_bias=False):
    """A linear layer, an activation, and a norm."""
    dense = linear(x, h, bias=head_bias)
    norm = layer_norm(Activation(dense, activation=head_activation), bias=norm_bias)
    return norm


def TokenScores(x: (B, S, h), table: (V, h), *, decoder_bias=True, tied=True):
    """Scores of every token of the vocabulary at every position, by the table of tokens unless the
    head has one of its own.
    """
    if tied:
        weight = table
    else:
        own = param(V, h)
        weight = own
    decoder = linear(x, V, bias=decoder_bias, weight=weight)
    return decoder


def Pooled(x: (B, S, h), *, pooling):
    """The first position, or the mean of all."""
    if pooling == "mean":
        y = mean(x, 1)
    else:
        y = reshape(crop(x, 0, 1, dim=1), B, h)
    return y


tok_embeddings = param(V, h)
embeddings = shared(ModernBertEmbeddings)
encoder = shared(ModernBertEncoder)
prediction = shared(PredictionHead)
scores = shared(TokenScores)
classifier = shared(linear)


def forward(ids: tokens(B, S), *, head, labels):
    """S tokens of each of B texts, once through encoder and head."""
    y = encoder(embeddings(embedding(ids, table=tok_embeddings)))
    if head == "masked_lm":
        y = scores(prediction(y), tok_embeddings)
    elif head == "sequence":
        y = classifier(prediction(Pooled(y)), labels)
    elif head == "choice":
        y = classifier(prediction(Pooled(y)), 1)
    elif head == "labels":
        y = classifier(prediction(y), labels)
    return y
