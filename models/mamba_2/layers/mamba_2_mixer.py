"""The mixer of Mamba-2: a gated state space whose heads decay as one."""
from layers.chunk_scan import ChunkScan, StateUpdate


def Mamba2Mixer(x: (B, S, h), *, d_inner, H, d, N, G, k_conv, Q, proj_bias=False, conv_bias=True,
                step=False):
    """Takes the place of attention: H heads of width d, each with a state of d x N values that every
    token decays and feeds; groups of heads share what feeds and reads the state. A short causal
    convolution stands before it, a gated norm behind it. Fewer tokens than it is wide are padded in
    front, as they are cached. With `step`, one token is added to the
    states that earlier ones left; otherwise tokens are taken in chunks of Q.
    """
    channels = d_inner + 2 * G * N
    in_proj = linear(x, d_inner + channels + H, bias=proj_bias)
    gate, mixed, delta = split(in_proj, [d_inner, channels, H])
    mixed = transpose(mixed, 1, 2)
    conv_state = state_cache(constant(B, channels, k_conv))
    if step:
        mixed = concat(conv_state, mixed, dim=2)
    first = 1 if step else max(k_conv - S, 0)
    convolved = conv1d(mixed if step else pad(mixed, first, 0, dim=2), channels, k_conv,
                       padding=0 if step else k_conv - 1, groups=channels, bias=conv_bias)
    convolved = silu(crop(convolved, first, S, dim=2))
    u, b, c = split(transpose(convolved, 1, 2), [d_inner, G * N, G * N])
    u = reshape(u, B, S, H, d)
    b = Groups(b, G=G, H=H)
    c = Groups(c, G=G, H=H)
    dt_bias = param(H)
    delta = softplus(delta + dt_bias)
    A_log = param(H)
    decay = delta * exp(A_log)
    state = state_cache(constant(B, H, d, N), dtype="f32")
    fed = u * reshape(delta, B, S, H, 1)
    if step:
        scan = StateUpdate(fed, decay, b, c, state)
    else:
        scan = ChunkScan(fed, decay, b, c, state, Q=Q)
    D = param(H)
    y = scan + u * reshape(D, H, 1)
    norm = GatedNorm(reshape(y, B, S, d_inner), gate, G=G)
    out_proj = linear(norm, h, bias=proj_bias)
    return out_proj


def Groups(x: (B, S, G * N), *, G, H):
    """Shows what a group of heads shares to each of its H / G heads: a view, not a copy."""
    x = expand(reshape(x, B, S, G, 1, N), B, S, G, H / G, N)
    return reshape(x, B, S, H, N)


def GatedNorm(x: (B, S, d_inner), gate: (B, S, d_inner), *, G):
    """Gates the mixer's output, then norms each group of channels by itself."""
    weight = param(d_inner)
    gated = reshape(x * silu(gate), B, S, G, d_inner / G)
    normed = reshape(rms_norm(gated, affine=False), B, S, d_inner)
    return normed * weight
