"""ResNet's phase; its layers are those of the examples."""
from resnet import ResNet

model = shared(ResNet)


def forward(image: (B, 3, height, width)):
    """One pass."""
    return model(image)
