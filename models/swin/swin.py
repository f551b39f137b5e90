"""Swin: attention within windows that are shifted from block to block, by itself or with a classifier."""
from shared.feed_forward import MLP
from shared.patches import PositionGrid
from shared.window import WindowMerge, WindowPartition


def SwinEmbeddings(image: (B, channels, height, width), *, C, p, g, absolute=False):
    """Patches of p by p pixels of the padded image, and a norm; some models add learnt positions."""
    rows = ceil_div(height, p)
    cols = ceil_div(width, p)
    image = pad(image, 0, rows * p - height, dim=2)
    image = pad(image, 0, cols * p - width, dim=3)
    projection = conv2d(image, C, p, stride=p)
    norm = layer_norm(permute(projection, 0, 2, 3, 1))
    if absolute:
        norm = PositionGrid(norm, g=g)
    return norm


def SwinAttention(x: (B, w, w, C), *, H, qkv_bias=True, masked=False):
    """Multi-head self-attention within each window, with a learnt score for each offset of two
    positions. In shifted windows a mask keeps apart what does not belong together.
    """
    d = C / H
    S = w * w
    x = reshape(x, B, S, C)
    query = transpose(reshape(linear(x, C, bias=qkv_bias), B, S, H, d), 1, 2)
    key = transpose(reshape(linear(x, C, bias=qkv_bias), B, S, H, d), 1, 2)
    value = transpose(reshape(linear(x, C, bias=qkv_bias), B, S, H, d), 1, 2)
    table = param((2 * w - 1) * (2 * w - 1), H)
    bias = permute(lookup(table, S, S), 2, 0, 1)
    if masked:
        bias = bias + constant(B, 1, S, S)
    scale = constant(1)  # 1 / sqrt(d)
    scores = matmul(query, transpose(key, 2, 3)) * scale
    probabilities = softmax(scores + bias)
    context = matmul(probabilities, value)
    output = linear(reshape(transpose(context, 1, 2), B, S, C), C)
    return reshape(output, B, w, w, C)


def SwinBlock(x: (B, m, n, C), *, H, i, w, shifted=False, qkv_bias=True):
    """Pre-norm block: attention within w x w windows of the padded grid, which is turned by half a
    window in shifted blocks.
    """
    norm1 = layer_norm(x)
    if shifted:
        norm1 = roll(roll(norm1, w // 2, dim=1), w // 2, dim=2)
    windows = WindowPartition(norm1, w=w)
    attention = SwinAttention(windows, H=H, qkv_bias=qkv_bias, masked=shifted)
    attention = WindowMerge(attention, x)
    if shifted:
        attention = roll(roll(attention, w // 2, dim=1), w // 2, dim=2)
    x = x + attention
    norm2 = layer_norm(x)
    mlp = MLP(norm2, i=i)
    return x + mlp


def PatchMerging(x: (B, m, n, C)):
    """Two by two positions of the padded grid become one of twice the width."""
    rows = ceil_div(m, 2)
    cols = ceil_div(n, 2)
    x = pad(x, 0, 2 * rows - m, dim=1)
    x = pad(x, 0, 2 * cols - n, dim=2)
    x = reshape(permute(reshape(x, B, rows, 2, cols, 2, C), 0, 1, 3, 4, 2, 5), B, rows, cols, 4 * C)
    norm = layer_norm(x)
    reduction = linear(norm, 2 * C, bias=False)
    return reduction


def SwinStage(x: (B, m, n, C), *, blocks, H, C_0, i_0, w, shifting, qkv_bias=True):
    """Blocks of one width and resolution, every second one shifted. The feed-forward network widens
    as the first stage does, where C_0 channels become i_0.
    """
    i = i_0 * C / C_0
    for block in range(blocks):
        x = SwinBlock(x, H=H, i=i, w=w, shifted=shifting and block % 2 == 1, qkv_bias=qkv_bias)
    return x


def SwinEncoder(image: (B, channels, height, width), *, C, i, p, g, w, depths, heads,
                absolute=False, qkv_bias=True):
    """Patches, and stages from two lists of the configuration. The grid of the last stage is one
    window at the size that the model is trained for, and is not shifted.
    """
    embeddings = SwinEmbeddings(image, C=C, p=p, g=g, absolute=absolute)
    x = embeddings
    for stage, (blocks, H) in enumerate(zip(depths, heads)):
        if stage != 0:
            x = PatchMerging(x)
        last = stage == len(depths) - 1
        x = SwinStage(x, blocks=blocks, H=H, C_0=C, i_0=i, w=w, shifting=not last, qkv_bias=qkv_bias)
    return x


def MeanOfPositions(x: (B, m, n, C)):
    """The mean over the grid."""
    return mean(x, 1, 2)


encoder = shared(SwinEncoder)
final_norm = shared(layer_norm)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, head, labels):
    """B images once through encoder and head."""
    y = MeanOfPositions(final_norm(encoder(image)))
    if head == "classifier":
        y = classifier(y, labels)
    return y
