"""DINOv2: a vision transformer with layer scale, and SwiGLU in its largest size."""
from shared.encoder_attention import EncoderAttention
from shared.feed_forward import MLP
from shared.patches import ClassAndPositions, ClassToken, MaskToken, PatchEmbedding


def LayerScale(x: (..., C)):
    """A learnt factor for each channel."""
    scale = param(C)
    return x * scale


def SwiGLUFFN(x: (..., C), *, i):
    """Gated feed-forward network, with biases."""
    gate = linear(x, i)
    up = linear(x, i)
    down = linear(silu(gate) * up, C)
    return down


def Dinov2Block(x: (B, S, C), *, H, i, i_mlp, swiglu, qkv_bias=True):
    """Pre-norm block whose two branches are scaled channel by channel."""
    norm1 = layer_norm(x)
    attention = EncoderAttention(norm1, H=H, qkv_bias=qkv_bias)
    scale1 = LayerScale(attention)
    x = x + scale1
    norm2 = layer_norm(x)
    if swiglu:
        swiglu_mlp = SwiGLUFFN(norm2, i=i)
        y = swiglu_mlp
    else:
        mlp = MLP(norm2, i=i_mlp)
        y = mlp
    scale2 = LayerScale(y)
    return x + scale2


def Dinov2Encoder(x: (B, S, C), *, L, H, i, i_mlp, swiglu, qkv_bias=True):
    """L equal blocks."""
    for layer in range(L):
        x = Dinov2Block(x, H=H, i=i, i_mlp=i_mlp, swiglu=swiglu, qkv_bias=qkv_bias)
    return x


def Registers(x: (B, S, C), *, n_registers):
    """Learnt tokens without positions, between the class token and the patches."""
    tokens = param(n_registers, C)
    class_token, patches = split(x, [1, S - 1], dim=1)
    return concat(class_token, expand(tokens, B, n_registers, C), patches, dim=1)


def ClassAndMean(x: (B, S, C), *, before):
    """The class token beside the mean of the patches, which have `before` tokens before them."""
    patches = mean(crop(x, before, S - before, dim=1), 1)
    return concat(ClassToken(x), patches, dim=1)


patch_embedding = shared(PatchEmbedding)
mask = shared(MaskToken)
embeddings = shared(ClassAndPositions)
registers = shared(Registers)
encoder = shared(Dinov2Encoder)
norm = shared(layer_norm)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, head, labels, masked, n_registers):
    """B images once through encoder and head."""
    x = patch_embedding(image)
    if masked:
        x = mask(x)
    x = embeddings(x)
    if n_registers is not None:
        x = registers(x)
    y = norm(encoder(x))
    if head == "classifier":
        y = classifier(ClassAndMean(y, before=1 if n_registers is None else 1 + n_registers), labels)
    return y
