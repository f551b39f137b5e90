"""Between two passes of the transformer."""


def Guide(with_prompt: (B, z, frames, m, n), without: (B, z, frames, m, n)):
    """Classifier-free guidance: away from what the transformer says without the prompt."""
    guidance = constant(1)
    return without + guidance * (with_prompt - without)


def EulerStep(latents: (B, z, frames, m, n), velocity: (B, z, frames, m, n)):
    """One step of flow matching along the velocity. Solvers of higher order add arithmetic on
    latents, and no pass of the transformer.
    """
    width = constant(1)
    return latents + width * velocity
