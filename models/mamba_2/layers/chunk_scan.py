"""The state space of Mamba-2 in its two forms: chunk by chunk, and one token after the other."""


def ChunkScan(x: (B, S, H, d), decay: (B, S, H), b: (B, S, H, N), c: (B, S, H, N),
              state: (B, H, d, N), *, Q, one_column=False, one_token=False):
    """Structured state space duality: within a chunk of Q tokens the recurrence is a masked product
    like attention, between chunks it runs over the states that they leave. The last chunk is padded
    to Q tokens. Products over a single column of the states, or over a single token, are plain
    multiplications.
    """
    chunks = ceil_div(S, Q)
    x = reshape(pad(x, 0, chunks * Q - S), B, chunks, Q, H, d)
    b = reshape(pad(b, 0, chunks * Q - S), B, chunks, Q, H, N)
    c = reshape(pad(c, 0, chunks * Q - S), B, chunks, Q, H, N)
    decay = reshape(pad(decay, 0, chunks * Q - S), B, chunks, Q, H)
    total = cumsum(permute(decay, 0, 3, 1, 2))
    between = exp(reshape(total, B, H, chunks, Q, 1) - reshape(total, B, H, chunks, 1, Q))
    if one_column:
        only_b = crop(b, 0, 1, dim=4)
        scores = reshape(crop(c, 0, 1, dim=4), B, chunks, Q, 1, H) * reshape(only_b, B, chunks, 1, Q, H)
    else:
        scores = einsum("bclhn,bcshn->bclsh", c, b)
    masked = scores * permute(between, 0, 2, 3, 4, 1)
    if one_token:
        within = reshape(crop(masked, 0, 1, dim=3), B, chunks, Q, H, 1) * x
    else:
        within = einsum("bclsh,bcshp->bclhp", masked, x)
    last = crop(total, Q - 1, 1, dim=3)
    to_end = permute(exp(last - total), 0, 2, 3, 1)
    fading = b * reshape(to_end, B, chunks, Q, H, 1)
    if one_token:
        only_x = crop(x, 0, 1, dim=2)
        left = reshape(crop(fading, 0, 1, dim=2), B, chunks, H, 1, N) * reshape(only_x, B, chunks, H, d, 1)
    else:
        left = einsum("bclhn,bclhp->bchpn", fading, x)
    states = concat(reshape(state, B, 1, H, d, N), left, dim=1)
    ends = cumsum(pad(reshape(last, B, H, chunks), 1, 0, dim=2))
    span = exp(reshape(ends, B, H, chunks + 1, 1) - reshape(ends, B, H, 1, chunks + 1))
    passed = einsum("bzch,bzhpn->bchpn", permute(span, 0, 3, 2, 1), states)
    before = crop(passed, 0, chunks, dim=1)
    if one_column:
        carried = crop(c, 0, 1, dim=4) * reshape(crop(before, 0, 1, dim=4), B, chunks, 1, H, d)
    else:
        carried = einsum("bclhn,bchpn->bclhp", c, before)
    from_start = permute(exp(total), 0, 2, 3, 1)
    y = within + carried * reshape(from_start, B, chunks, Q, H, 1)
    return crop(reshape(y, B, chunks * Q, H, d), 0, S, dim=1)


def StateUpdate(x: (B, S, H, d), decay: (B, S, H), b: (B, S, H, N), c: (B, S, H, N),
                state: (B, H, d, N)):
    """The recurrence token by token, which decoding uses with S = 1: the state decays, the token's
    outer product is added, and the state is read out.
    """
    fed = reshape(x, B, S, H, d, 1) * reshape(b, B, S, H, 1, N)
    new = reshape(state, B, 1, H, d, N) * reshape(exp(decay), B, S, H, 1, 1) + fed
    read = matmul(new, reshape(c, B, S, H, N, 1))
    return reshape(read, B, S, H, d)
