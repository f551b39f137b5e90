"""The vision tower of Qwen2.5-VL by itself. Its part and phase."""
from shared.qwen2_5_vision_tower import Qwen25VisionTower

visual = shared(Qwen25VisionTower)


def forward(frames: (B, channels, depth, height, width)):
    """B pictures of one size (each as `depth` equal frames), or B runs of `depth` frames of a
    video, to visual tokens.
    """
    return visual(frames)
