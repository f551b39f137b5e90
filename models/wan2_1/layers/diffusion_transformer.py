"""The diffusion transformer: what it is conditioned on, its blocks, and the way in and out."""


def TimeEmbedding(waves: (B, n), *, C):
    """A step's time as C channels, from sines and cosines of n frequencies; and six modulations of
    C channels from it, for every block.
    """
    linear_1 = linear(waves, C)
    linear_2 = linear(silu(linear_1), C)
    time_proj = linear(silu(linear_2), 6 * C)
    return linear_2, reshape(time_proj, B, 6, C)


def TextProjection(text: (B, S, h), *, C):
    """The encoded prompt in the transformer's width."""
    linear_1 = linear(text, C)
    linear_2 = linear(gelu_tanh(linear_1), C)
    return linear_2


def Modulate(x: (B, N, C), shift: (B, 1, C), scale: (B, 1, C)):
    """A norm without weights, then scaled and shifted by what the step's time says."""
    norm = layer_norm(x, affine=False)
    return norm * (1.0 + scale) + shift


def WanSelfAttention(x: (B, N, C), *, H):
    """Every patch of the video with every other, with rotary positions of frame, row and column.
    Queries and keys are normed over all heads together.
    """
    d = C / H
    q = rms_norm(linear(x, C))
    k = rms_norm(linear(x, C))
    v = linear(x, C)
    q = rope(transpose(reshape(q, B, N, H, d), 1, 2))
    k = rope(transpose(reshape(k, B, N, H, d), 1, 2))
    v = transpose(reshape(v, B, N, H, d), 1, 2)
    attn = sdpa(q, k, v)
    out = linear(reshape(transpose(attn, 1, 2), B, N, C), C)
    return out


def WanCrossAttention(x: (B, N, C), text: (B, S, C), *, H):
    """Every patch of the video with every token of the prompt."""
    d = C / H
    q = rms_norm(linear(x, C))
    k = rms_norm(linear(text, C))
    v = linear(text, C)
    q = transpose(reshape(q, B, N, H, d), 1, 2)
    k = transpose(reshape(k, B, S, H, d), 1, 2)
    v = transpose(reshape(v, B, S, H, d), 1, 2)
    attn = sdpa(q, k, v)
    out = linear(reshape(transpose(attn, 1, 2), B, N, C), C)
    return out


def WanFeedForward(x: (B, N, C), *, i):
    """Two linear layers around a GELU."""
    up = linear(x, i)
    down = linear(gelu_tanh(up), C)
    return down


def WanBlock(x: (B, N, C), text: (B, S, C), time: (B, 6, C), *, H, i, cross_norm=True):
    """Self-attention and feed-forward network, each modulated by the step's time before and gated
    by it behind; between them cross-attention to the prompt.
    """
    scale_shift_table = param(1, 6, C)
    shift, scale, gate, shift_2, scale_2, gate_2 = split(scale_shift_table + time,
                                                         [1, 1, 1, 1, 1, 1], dim=1)
    norm1 = Modulate(x, shift, scale)
    attn1 = WanSelfAttention(norm1, H=H)
    x = x + attn1 * gate
    norm2 = x
    if cross_norm:
        norm2 = layer_norm(x)
    attn2 = WanCrossAttention(norm2, text, H=H)
    x = x + attn2
    norm3 = Modulate(x, shift_2, scale_2)
    ffn = WanFeedForward(norm3, i=i)
    return x + ffn * gate_2


def WanTransformer(latents: (B, z, frames, m, n), text: (B, S, h), *, C, H, i, L, patch, freq_dim,
                   out_channels, cross_norm=True):
    """Patches of the noisy latents, L blocks, and what to take away from each patch."""
    assert frames % patch[0] == 0
    assert m % patch[1] == 0
    assert n % patch[2] == 0
    t = frames / patch[0]
    rows = m / patch[1]
    cols = n / patch[2]
    volume = patch[0] * patch[1] * patch[2]
    patch_embedding = conv3d(latents, C, patch, stride=patch)
    x = transpose(reshape(patch_embedding, B, C, t * rows * cols), 1, 2)
    waves = constant(B, freq_dim)
    embedded, time = TimeEmbedding(waves, C=C)
    prompt = TextProjection(text, C=C)
    for layer in range(L):
        x = WanBlock(x, prompt, time, H=H, i=i, cross_norm=cross_norm)
    scale_shift_table = param(1, 2, C)
    shift, scale = split(scale_shift_table + reshape(embedded, B, 1, C), [1, 1], dim=1)
    norm_out = Modulate(x, shift, scale)
    proj_out = linear(norm_out, out_channels * volume)
    grid = reshape(proj_out, B, t, rows, cols, patch[0], patch[1], patch[2], out_channels)
    return reshape(permute(grid, 0, 7, 1, 4, 2, 5, 3, 6), B, out_channels, frames, m, n)
