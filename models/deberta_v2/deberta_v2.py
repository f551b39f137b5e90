"""DeBERTa-v2 and v3: an encoder of text whose attention keeps content and position apart, by itself or with a head."""
from shared.bert import MaskedLMHead, PostNormFeedForward
from shared.encoder_attention import EncoderAttention
from shared.feed_forward import Activation


def DebertaEmbeddings(word: (B, S, h), *, positions, segments, absolute, segmented):
    """Embeddings of the tokens, with those of positions and segments in some models, and a norm, masked
    where a text ends.
    """
    x = word
    if absolute:
        position = embedding(constant(1, S, dtype="int64"), positions, h)
        x = x + position
    if segmented:
        segment = embedding(constant(B, S, dtype="int64"), segments, h)
        x = x + segment
    norm = layer_norm(x)
    return norm * constant(B, S, 1)


def Heads(x: (B, S, h), *, H):
    """Heads apart."""
    return transpose(reshape(x, B, S, H, h / H), 1, 2)


def DisentangledAttention(x: (B, S, h), offsets: (R, h), *, H, c2p, p2c, share_att_key):
    """Multi-head self-attention whose scores add up content with content, content with the position of
    the other (c2p), and position with content (p2c). Offsets between positions have embeddings of
    their own, which go through the projections of content (both, needed or not) or through ones of
    their own.
    """
    query_proj = shared(linear)
    key_proj = shared(linear)
    query = Heads(query_proj(x, h), H=H)
    key = Heads(key_proj(x, h), H=H)
    value = Heads(linear(x, h), H=H)
    scale = constant(1)  # 1 / sqrt(d times how many terms the scores have)
    scores = matmul(query, transpose(key, 2, 3) * scale)
    offsets = reshape(offsets, 1, R, h)
    if c2p:
        if share_att_key:
            offset_key = key_proj(offsets, h)
        else:
            offset_key = linear(offsets, h)
        to_position = matmul(query, expand(transpose(Heads(offset_key, H=H), 2, 3), B, H, h / H, R))
        scores = scores + gather(to_position, S) * scale
    elif share_att_key:
        idle_key = key_proj(offsets, h)
    if p2c:
        if share_att_key:
            offset_query = query_proj(offsets, h)
        else:
            offset_query = linear(offsets, h)
        to_content = matmul(key, expand(transpose(Heads(offset_query, H=H), 2, 3), B, H, h / H, R))
        scores = scores + transpose(gather(to_content, S), 2, 3) * scale
    elif share_att_key:
        idle_query = query_proj(offsets, h)
    probabilities = softmax(scores)
    context = matmul(probabilities, value)
    output = linear(reshape(transpose(context, 1, 2), B, S, h), h)
    return output


def ConvLayer(x: (B, S, h), residual: (B, S, h), *, k_conv, conv_groups, conv_activation):
    """A convolution over neighbouring tokens, added to what the block gives, and a norm."""
    conv = conv1d(permute(x, 0, 2, 1), h, k_conv, padding=(k_conv - 1) / 2, groups=conv_groups)
    out = Activation(permute(conv, 0, 2, 1), activation=conv_activation)
    norm = layer_norm(residual + out)
    return norm * constant(B, S, 1)


def DebertaLayer(x: (B, S, h), offsets: (R, h), *, H, i, relative, c2p, p2c, share_att_key, k_conv=None):
    """Post-norm block, in some models with a convolution beside it."""
    if relative:
        disentangled = DisentangledAttention(x, offsets, H=H, c2p=c2p, p2c=p2c, share_att_key=share_att_key)
        y = disentangled
    else:
        attention = EncoderAttention(x, H=H, flash=False)
        y = attention
    norm = layer_norm(x + y)
    feed_forward = PostNormFeedForward(norm, i=i)
    z = feed_forward
    if k_conv is not None:
        z = ConvLayer(x, z, k_conv=k_conv)
    return z


def Offsets(table: (R, h), *, normed):
    """Embeddings of the offsets between positions, normed in v3."""
    if normed:
        norm = layer_norm(table)
        y = norm
    else:
        y = table
    return y


def DebertaEncoder(x: (B, S, h), *, L, H, i, relative, buckets, max_relative, positions, bucketed, limited,
                   pos_att_type, norm_rel_ebd, share_att_key, k_conv=None):
    """L blocks, of which the first may have a convolution beside it. Offsets between positions are
    embedded once for all of them.
    """
    span = buckets if bucketed else max_relative if limited else positions
    if relative:
        rel_embeddings = param(2 * span, h)
        offsets = Offsets(rel_embeddings, normed=norm_rel_ebd is not None and "layer_norm" in norm_rel_ebd)
    else:
        offsets = constant(2 * span, h)
        if norm_rel_ebd is not None and "layer_norm" in norm_rel_ebd:   # the checkpoint has it all the same
            idle_norm_weight = param(h)
            idle_norm_bias = param(h)
    for layer in range(L):
        x = DebertaLayer(x, offsets, H=H, i=i, relative=relative,
                         c2p=pos_att_type is not None and "c2p" in pos_att_type,
                         p2c=pos_att_type is not None and "p2c" in pos_att_type, share_att_key=share_att_key,
                         k_conv=k_conv if layer == 0 else None)
    return x


def ContextPooler(x: (B, S, h), *, pooler_activation):
    """The first position, through a linear layer and an activation."""
    first = reshape(crop(x, 0, 1, dim=1), B, h)
    dense = linear(first, h)
    return Activation(dense, activation=pooler_activation)


word_embeddings = param(V, h)
embeddings = shared(DebertaEmbeddings)
encoder = shared(DebertaEncoder)
predictions = shared(MaskedLMHead)
pooler = shared(ContextPooler)
classifier = shared(linear)
qa_outputs = shared(linear)


def forward(ids: tokens(B, S), *, head, labels):
    """S tokens of each of B texts, once through encoder and head; all positions see each other."""
    y = encoder(embeddings(embedding(ids, table=word_embeddings)))
    if head == "masked_lm":
        y = predictions(y, word_embeddings)
    elif head == "sequence":
        y = classifier(pooler(y), labels)
    elif head == "choice":
        y = classifier(pooler(y), 1)
    elif head == "labels":
        y = classifier(y, labels)
    elif head == "span":
        y = qa_outputs(y, labels)
    return y
