"""The decoder of the variational autoencoder: from latents to frames, one latent frame at a time."""


def ChannelNorm(x: (B, C, t, m, n)):
    """Root-mean-square norm over the channels of every position."""
    channels_last = permute(x, 0, 2, 3, 4, 1)
    return permute(rms_norm(channels_last), 0, 4, 1, 2, 3)


def CausalConv(x: (B, C_in, t, m, n), *, C, k):
    """Convolution of k frames and k x k positions that sees no later frame: k - 1 earlier ones stand
    in front, kept from the frames decoded before, or zeros.
    """
    seen = pad(x, k - 1, 0, dim=2)
    y = conv3d(seen, C, k, padding=[0, (k - 1) // 2, (k - 1) // 2])
    return y


def VideoResidualBlock(x: (B, C_in, t, m, n), *, C=None):
    """Two causal convolutions, each behind a norm and a SiLU, and a residual, which is projected
    where the block changes the number of channels to C.
    """
    width = C_in if C is None else C
    norm1 = ChannelNorm(x)
    conv1 = CausalConv(silu(norm1), C=width, k=3)
    norm2 = ChannelNorm(conv1)
    conv2 = CausalConv(silu(norm2), C=width, k=3)
    if C is None:
        y = x + conv2
    else:
        conv_shortcut = CausalConv(x, C=C, k=1)
        y = conv_shortcut + conv2
    return y


def FrameAttention(x: (B, C, t, m, n)):
    """Attention with one head over the positions of every frame."""
    frames = reshape(permute(x, 0, 2, 3, 4, 1), B * t, m * n, C)
    norm = rms_norm(frames)
    to_qkv = linear(norm, 3 * C)
    q, k, v = split(to_qkv, [C, C, C])
    attn = sdpa(reshape(q, B * t, 1, m * n, C), reshape(k, B * t, 1, m * n, C),
                reshape(v, B * t, 1, m * n, C))
    proj = linear(reshape(attn, B * t, m * n, C), C)
    y = permute(reshape(proj, B, t, m, n, C), 0, 4, 1, 2, 3)
    return x + y


def DoubleFrames(x: (B, C, t, m, n)):
    """Two frames for every one, by a causal convolution over time."""
    time_conv = conv3d(pad(x, 2, 0, dim=2), 2 * C, [3, 1, 1])
    pairs = permute(reshape(time_conv, B, 2, C, t, m, n), 0, 2, 3, 1, 4, 5)
    return reshape(pairs, B, C, 2 * t, m, n)


def DoubleSides(x: (B, C, t, m, n)):
    """Twice as many rows and columns, and half the channels."""
    frames = reshape(permute(x, 0, 2, 1, 3, 4), B * t, C, m, n)
    larger = resize(frames, B * t, C, 2 * m, 2 * n, mode="nearest")
    resample = conv2d(larger, C / 2, 3, padding=1)
    return permute(reshape(resample, B, t, C / 2, 2 * m, 2 * n), 0, 2, 1, 3, 4)


def DecoderStage(x: (B, C_in, t, m, n), *, blocks, C=None, frames=False, sides=True):
    """Residual blocks, of which the first may change the number of channels to C, then twice as many
    frames, and twice as many rows and columns.
    """
    y = VideoResidualBlock(x, C=C)
    for block in range(blocks):
        y = VideoResidualBlock(y)
    if frames:
        y = DoubleFrames(y)
    if sides:
        y = DoubleSides(y)
    return y


def DecodeLatentFrame(x: (B, z, 1, m, n), *, base, mult, blocks, in_time, first=False):
    """One latent frame to the frames it stands for: one for the first, else twice as many for each
    stage that doubles frames. `mult` and `in_time` are in the order of the encoder.
    """
    last = len(mult) - 1
    conv_in = CausalConv(x, C=base * mult[last], k=3)
    mid = VideoResidualBlock(conv_in)
    mid_attn = FrameAttention(mid)
    y = VideoResidualBlock(mid_attn)
    for stage, unused in enumerate(mult):
        widens = stage > 0 and mult[last - stage + 1] != 2 * mult[last - stage]
        sides = stage < last
        y = DecoderStage(y, C=base * mult[last - stage] if widens else None, blocks=blocks,
                         frames=sides and in_time[last - 1 - stage] and not first, sides=sides)
    norm_out = ChannelNorm(y)
    conv_out = CausalConv(silu(norm_out), C=3, k=3)
    return minimum(maximum(conv_out, -1.0), 1.0)


def WanVideoDecoder(latents: (B, z, frames, m, n), *, base, mult, blocks, in_time):
    """Latents to a video, frame by frame: the first latent frame is one frame, each other is four."""
    scaled = latents * constant(z, 1, 1, 1) + constant(z, 1, 1, 1)
    post_quant_conv = CausalConv(scaled, C=z, k=1)
    video = constant(B, 3, 4 * frames - 3, 8 * m, 8 * n)
    decoder = shared(DecodeLatentFrame)
    opening = decoder(crop(post_quant_conv, 0, 1, dim=2), base=base, mult=mult, blocks=blocks,
                      in_time=in_time, first=True)
    for frame in range(frames - 1):
        decoded = decoder(crop(post_quant_conv, frame + 1, 1, dim=2), base=base, mult=mult,
                          blocks=blocks, in_time=in_time)
    return video
