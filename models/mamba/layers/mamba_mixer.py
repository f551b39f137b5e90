"""The mixer of Mamba: a gated, selective state space."""


def MambaMixer(x: (B, S, h), *, d_inner, N, R, k_conv, proj_bias=False, conv_bias=True,
               step=False):
    """Takes the place of attention: each of d_inner channels keeps a state of N values, which every
    token decays and feeds as its own projection says. A short causal convolution stands before it,
    a gate behind it. Fewer tokens than the convolution is wide are padded in front, as they are
    cached. With `step`, one token is added to the states that earlier ones left.
    """
    in_proj = linear(x, 2 * d_inner, bias=proj_bias)
    hidden, gate = split(in_proj, [d_inner, d_inner])
    hidden = transpose(hidden, 1, 2)
    conv_state = state_cache(constant(B, d_inner, k_conv))
    if step:
        hidden = concat(conv_state, hidden, dim=2)
    first = 1 if step else max(k_conv - S, 0)
    convolved = conv1d(hidden if step else pad(hidden, first, 0, dim=2), d_inner, k_conv,
                       padding=0 if step else k_conv - 1, groups=d_inner, bias=conv_bias)
    convolved = silu(crop(convolved, first, S, dim=2))
    u = transpose(convolved, 1, 2)
    x_proj = linear(u, R + 2 * N, bias=False)
    rank, b, c = split(x_proj, [R, N, N])
    dt_proj = linear(rank, d_inner)
    A_log = param(d_inner, N)
    state = state_cache(constant(B, d_inner, N), dtype="f32")
    scan = selective_scan(u, softplus(dt_proj), exp(A_log), b, c, state)
    D = param(d_inner)
    y = (scan + u * D) * silu(gate)
    out_proj = linear(y, h, bias=proj_bias)
    return out_proj
