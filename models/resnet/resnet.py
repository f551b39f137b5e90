"""ResNet: stages of residual blocks of convolutions, by itself or with a classifier."""
from shared.feed_forward import Activation


def ConvNorm(x: (B, C, m, n), *, out, k, stride=1):
    """Convolution without bias, and a batch norm."""
    convolution = conv2d(x, out, k, stride=stride, padding=k // 2, bias=False)
    normalization = batch_norm(convolution)
    return normalization


def Stem(image: (B, channels, height, width), *, stem):
    """A convolution of 7 x 7 at every second pixel, and the largest value of each 3 x 3 at every
    second position.
    """
    embedder = ConvNorm(image, out=stem, k=7, stride=2)
    return pool2d(Activation(embedder), 3, stride=2, padding=1)


def Bottleneck(x: (B, C, m, n), *, out, stride=1, project=False, early_stride=False):
    """1 x 1 down to a quarter of the channels, 3 x 3, 1 x 1 up again, beside a shortcut, which is
    projected where the shape changes.
    """
    shortcut = x
    if project:
        projection = ConvNorm(x, out=out, k=1, stride=stride)
        shortcut = projection
    reduce = ConvNorm(x, out=out / 4, k=1, stride=stride if early_stride else 1)
    reduce = relu(reduce)
    middle = ConvNorm(reduce, out=out / 4, k=3, stride=1 if early_stride else stride)
    middle = relu(middle)
    restore = ConvNorm(middle, out=out, k=1)
    return Activation(restore + shortcut)


def BasicBlock(x: (B, C, m, n), *, out, stride=1, project=False):
    """Two convolutions of 3 x 3 beside a shortcut, which is projected where the shape changes."""
    shortcut = x
    if project:
        projection = ConvNorm(x, out=out, k=1, stride=stride)
        shortcut = projection
    first = ConvNorm(x, out=out, k=3, stride=stride)
    first = relu(first)
    second = ConvNorm(first, out=out, k=3)
    return Activation(second + shortcut)


def ResNetStage(x: (B, C, m, n), *, out, blocks, layer_type, stride, project, early_stride):
    """Blocks of one width and resolution, of which the first one changes both."""
    if layer_type == "bottleneck":
        head = Bottleneck(x, out=out, stride=stride, project=project, early_stride=early_stride)
        y = head
        for block in range(blocks - 1):
            y = Bottleneck(y, out=out)
    else:
        head = BasicBlock(x, out=out, stride=stride, project=project)
        y = head
        for block in range(blocks - 1):
            y = BasicBlock(y, out=out)
    return y


def ResNetEncoder(image: (B, channels, height, width), *, stem, widths, depths, layer_type,
                  early_stride, first_stride, same_width):
    """The stem, and stages from two lists of the configuration."""
    embeddings = Stem(image, stem=stem)
    x = embeddings
    for stage, (out, blocks) in enumerate(zip(widths, depths)):
        if stage == 0:
            x = ResNetStage(x, out=stem if same_width else out, blocks=blocks, layer_type=layer_type,
                            stride=2 if first_stride else 1, project=first_stride or not same_width,
                            early_stride=early_stride)
        else:
            x = ResNetStage(x, out=out, blocks=blocks, layer_type=layer_type, stride=2, project=True,
                            early_stride=early_stride)
    return x


encoder = shared(ResNetEncoder)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, head, labels):
    """B images once through encoder and head."""
    y = mean(encoder(image), 2, 3)
    if head == "classifier":
        y = classifier(y, labels)
    return y
