"""Wan2.1: text to video. A text encoder, a diffusion transformer that takes noise away from latents
step by step, and a decoder from latents to frames. Parts and phases.
"""
from layers.diffusion_transformer import WanTransformer
from layers.sampling import EulerStep, Guide
from layers.umt5_encoder import UMT5Encoder
from layers.video_decoder import WanVideoDecoder

text_encoder = shared(UMT5Encoder, V=V, h=h, H=H_text, d_kv=d_kv, i=i_text, L=L_text,
                      buckets=buckets, feed_forward=feed_forward)
transformer = shared(WanTransformer, C=H * d, H=H, i=i, L=L, patch=patch, freq_dim=freq_dim,
                     out_channels=z, cross_norm=cross_norm)
vae_decoder = shared(WanVideoDecoder, base=base, mult=mult, blocks=blocks, in_time=in_time)


def text(prompts: tokens(B, S)):
    """The text encoder over B prompts, padded to S tokens."""
    return text_encoder(prompts)


def step(latents: (B, z, (frames - 1) / 4 + 1, height / 8, width / 8), prompt: (B, S, h),
         negative: (B, S, h), *, guided, frames, height, width):
    """One denoising step: the transformer with the prompt and, guided, once more with the negative
    prompt.
    """
    velocity = transformer(latents, prompt)
    if guided:
        without = transformer(latents, negative)
        velocity = Guide(velocity, without)
    return EulerStep(latents, velocity)


def denoise(latents: (B, z, (frames - 1) / 4 + 1, height / 8, width / 8), prompt: (B, S, h),
            negative: (B, S, h), *, frames, height, width, steps):
    """All denoising steps."""
    for turn in range(steps):
        latents = step(latents, prompt, negative, frames=frames, height=height, width=width)
    return latents


def video(latents: (B, z, (frames - 1) / 4 + 1, height / 8, width / 8), *, frames, height, width):
    """The decoder from latents to frames."""
    return vae_decoder(latents)


def pipeline(prompts: tokens(B, S), negatives: tokens(B, S), *, z, guided, frames, height, width,
             steps):
    """Prompts to videos: both prompts encoded, all denoising steps, and the decoder."""
    prompt = text(prompts)
    negative = prompt
    if guided:
        negative = text(negatives)
    noise = constant(B, z, (frames - 1) / 4 + 1, height / 8, width / 8)
    latents = denoise(noise, prompt, negative, frames=frames, height=height, width=width,
                      steps=steps)
    return video(latents, frames=frames, height=height, width=width)
