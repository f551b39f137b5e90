"""Key-value heads for grouped-query attention."""


def RepeatKV(x: (B, H_kv, T, d), *, H):
    """Shows each key-value head to the H / H_kv query heads of its group: a view, not a copy."""
    x = expand(reshape(x, B, H_kv, 1, T, d), B, H_kv, H / H_kv, T, d)
    return reshape(x, B, H, T, d)
