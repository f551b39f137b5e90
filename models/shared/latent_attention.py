"""Multi-head latent attention of DeepSeek-V2 and V3, in the three ways in which it is run."""
from shared.attention import CausalAttention


def LatentAttention(x: (B, S, h), *, H, d_nope, d_rope, d_v, r_kv, r_q=None, past=0, mla="latent", mla_bias=False):
    """Keys and values of all heads come from one latent of width `r_kv`; one rotary key serves all heads.

    `latent` caches the latent and the rotary key, and applies `kv_b` again to all that is cached, as transformers
    does. `expanded` caches the keys and values of every head. `absorbed` caches the latent, and moves `kv_b` to the
    other side of each product, so that heads attend to the latent itself.
    """
    if r_q is None:
        q = linear(x, H * (d_nope + d_rope), bias=False)
    else:
        q_a = linear(x, r_q, bias=mla_bias)
        q = linear(rms_norm(q_a), H * (d_nope + d_rope), bias=False)
    q_nope, q_rope = split(transpose(reshape(q, B, S, H, d_nope + d_rope), 1, 2), [d_nope, d_rope])
    q_rope = rope(q_rope)
    kv_a = linear(x, r_kv + d_rope, bias=mla_bias)
    latent, k_rope = split(kv_a, [r_kv, d_rope])
    latent = reshape(rms_norm(latent), B, 1, S, r_kv)
    k_rope = rope(reshape(k_rope, B, 1, S, d_rope))
    kv_b = param(H * (d_nope + d_v), r_kv, dtype="quantized")
    if mla == "absorbed":
        w_k, w_v = split(reshape(kv_b, H, d_nope + d_v, r_kv), [d_nope, d_v], dim=1)
        q_latent = einsum("bhsn,hnr->bhsr", q_nope, w_k)
        latents, k_ropes = kv_cache(latent, k_rope, past=past)
        a_latent = CausalAttention(concat(q_latent, q_rope), concat(latents, k_ropes), latents)
        a = einsum("bhsr,hvr->bhsv", a_latent, w_v)
    elif mla == "expanded":
        kv = linear(reshape(latent, B, S, r_kv), H * (d_nope + d_v), bias=False, weight=kv_b)
        k_nope, v = split(transpose(reshape(kv, B, S, H, d_nope + d_v), 1, 2), [d_nope, d_v])
        k = concat(k_nope, expand(k_rope, B, H, S, d_rope))
        keys, values = kv_cache(k, v, past=past)
        a = CausalAttention(concat(q_nope, q_rope), keys, values)
    else:
        latents, k_ropes = kv_cache(latent, k_rope, past=past)
        kv = linear(reshape(latents, B, past + S, r_kv), H * (d_nope + d_v), bias=False, weight=kv_b)
        k_nope, v = split(transpose(reshape(kv, B, past + S, H, d_nope + d_v), 1, 2), [d_nope, d_v])
        keys = concat(k_nope, expand(k_ropes, B, H, past + S, d_rope))
        a = CausalAttention(concat(q_nope, q_rope), keys, v)
    out = linear(reshape(transpose(a, 1, 2), B, S, H * d_v), h, bias=mla_bias)
    return out
