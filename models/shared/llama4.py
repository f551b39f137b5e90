"""Llama 4: a decoder of which most layers attend within chunks, and a vision tower that joins patches."""
from shared.attention import CausalAttention
from shared.feed_forward import GatedMLP
from shared.mixture_of_experts import MoE
from shared.patches import PatchEmbedding, WholePatches


def ChunkedAttention(x: (B, S, h), *, H, H_kv, d, past=0, window=None, rotary=True, l2_norm=False,
                     tuned=False, qkv_bias=False, out_bias=False):
    """Causal attention of S new positions over `past` cached ones, of which a layer with chunks keeps
    as many as a chunk has. Layers without rotary positions may scale queries by their position; the
    others may norm queries and keys, without weights.
    """
    q = reshape(linear(x, H * d, bias=qkv_bias), B, S, H, d)
    k = reshape(linear(x, H_kv * d, bias=qkv_bias), B, S, H_kv, d)
    v = reshape(linear(x, H_kv * d, bias=qkv_bias), B, S, H_kv, d)
    if rotary:
        q = rope(q)
        k = rope(k)
        if l2_norm:
            q = rms_norm(q, affine=False)
            k = rms_norm(k, affine=False)
    elif tuned:
        temperatures = constant(1, S, 1, 1)
        q = q * temperatures
    keys, values = kv_cache(transpose(k, 1, 2), transpose(v, 1, 2), past=past, window=window)
    a = CausalAttention(transpose(q, 1, 2), keys, values)
    out = linear(reshape(transpose(a, 1, 2), B, S, H * d), h, bias=out_bias)
    return out


def Llama4DecoderLayer(x: (B, S, h), *, dense, i, past=0, window=None, rotary=True):
    """Attention, then a dense network or a mixture of experts with a shared one, each behind a norm
    and with its residual.
    """
    norm1 = rms_norm(x)
    self_attn = ChunkedAttention(norm1, past=past, window=window, rotary=rotary)
    x = x + self_attn
    norm2 = rms_norm(x)
    if dense:
        mlp = GatedMLP(norm2, i=i)
    else:
        mlp = MoE(norm2)
    return x + mlp


def Llama4Decoder(x: (B, S, h), *, L, i, W=None, rope_layers=None, rope_interval=4,
                  layer_types=None, moe_layers=None, moe_step=1, past=0):
    """All layers and the norm behind them. Layers with rotary positions attend within chunks of W,
    unless a list says which do; which they are, and which have experts, comes as a list or a period.
    """
    for layer in range(L):
        if rope_layers is None or len(rope_layers) == 0:
            rotary = layer % rope_interval != rope_interval - 1
        else:
            rotary = rope_layers[layer] == True
        chunked = rotary
        if layer_types is not None:
            chunked = layer_types[layer] == "chunked_attention"
        if moe_layers is None:
            dense = layer % moe_step != moe_step - 1
        else:
            dense = layer not in moe_layers
        window = W if chunked else None
        x = Llama4DecoderLayer(x, dense=dense, i=i, past=past, window=window, rotary=rotary)
    norm = rms_norm(x)
    return norm


def AxialAttention(x: (B, S, C), *, H):
    """Attention over all positions of an image, with rotary positions of rows and columns."""
    d = C / H
    q = rope(transpose(reshape(linear(x, C), B, S, H, d), 1, 2))
    k = rope(transpose(reshape(linear(x, C), B, S, H, d), 1, 2))
    v = transpose(reshape(linear(x, C), B, S, H, d), 1, 2)
    a = sdpa(q, k, v)
    out = linear(reshape(transpose(a, 1, 2), B, S, C), C)
    return out


def VisionMLP(x: (..., C), *, i):
    """Two linear layers around a GELU."""
    fc1 = linear(x, i)
    fc2 = linear(gelu(fc1), C)
    return fc2


def Llama4VisionLayer(x: (B, S, C), *, H, i):
    """Pre-norm block of the vision tower."""
    norm1 = layer_norm(x)
    self_attn = AxialAttention(norm1, H=H)
    x = x + self_attn
    norm2 = layer_norm(x)
    mlp = VisionMLP(norm2, i=i)
    return x + mlp


def PixelShuffle(x: (B, g * g, C), *, g, side):
    """Joins squares of patches, so that side x side are left, with all their channels."""
    x = permute(reshape(x, B, side, g / side, side, g / side, C), 0, 1, 3, 2, 4, 5)
    return reshape(x, B, side * side, (g / side) * (g / side) * C)


def VisionAdapter(x: (B, S, joined), *, width):
    """Two linear layers without biases, each followed by a GELU."""
    fc1 = linear(x, width, bias=False)
    fc2 = linear(gelu(fc1), width, bias=False)
    return gelu(fc2)


def Llama4VisionModel(image: (B, channels, height, width), *, C, L, H, i, p, g, side, out):
    """The vision tower: patches, a class token behind them, learnt and rotary positions, norms before
    and behind L blocks, and an adapter that joins squares of patches.
    """
    patches = PatchEmbedding(WholePatches(image, g=g, p=p), C=C, p=p, patch_bias=False)
    class_embedding = param(C)
    position_embedding = param(g * g + 1, C)
    sequence = concat(reshape(patches, B, g * g, C), expand(class_embedding, B, 1, C), dim=1)
    x = layer_norm(sequence + position_embedding)
    for layer in range(L):
        x = Llama4VisionLayer(x, H=H, i=i)
    layernorm_post = layer_norm(x)
    joined = PixelShuffle(crop(layernorm_post, 0, g * g, dim=1), g=g, side=side)
    adapter = VisionAdapter(joined, width=out)
    return adapter
