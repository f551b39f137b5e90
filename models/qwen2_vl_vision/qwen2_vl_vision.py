"""The vision tower of Qwen2-VL by itself. Its part and phase."""
from shared.qwen2_vision_tower import Qwen2VisionTower

visual = shared(Qwen2VisionTower)


def forward(frames: (B, channels, depth, height, width)):
    """B pictures of one size (each as `depth` equal frames), or B runs of `depth` frames of a
    video, to visual tokens.
    """
    return visual(frames)
