"""ConvNeXt: a convolutional network with the blocks of a transformer, by itself or with a classifier."""
from shared.feed_forward import MLP


def ConvNextEmbeddings(image: (B, channels, height, width), *, C, p):
    """Patches of p by p pixels through a linear map, and a norm over channels."""
    patches = conv2d(image, C, p, stride=p)
    norm = layer_norm(patches, dim=1)
    return norm


def ConvNextBlock(x: (B, C, m, n), *, scaled):
    """A depthwise convolution over 7 x 7 positions, a norm over channels, and a feed-forward network
    at every position, scaled channel by channel.
    """
    depthwise = conv2d(x, C, 7, padding=3, groups=C)
    norm = layer_norm(permute(depthwise, 0, 2, 3, 1))
    mlp = MLP(norm, i=4 * C)
    if scaled:
        scale = param(C)
        mlp = mlp * scale
    return x + permute(mlp, 0, 3, 1, 2)


def Downsampling(x: (B, C, m, n), *, out):
    """A norm over channels, and two by two positions become one of another width."""
    norm = layer_norm(x, dim=1)
    reduction = conv2d(norm, out, 2, stride=2)
    return reduction


def ConvNextStage(x: (B, C, m, n), *, blocks, scaled):
    """Blocks of one width and resolution."""
    for block in range(blocks):
        x = ConvNextBlock(x, scaled=scaled)
    return x


def ConvNextEncoder(image: (B, channels, height, width), *, p, widths, depths, scaled):
    """Patches, and stages from two lists of the configuration."""
    embeddings = ConvNextEmbeddings(image, C=widths[0], p=p)
    x = embeddings
    for stage, (out, blocks) in enumerate(zip(widths, depths)):
        if stage != 0:
            x = Downsampling(x, out=out)
        x = ConvNextStage(x, blocks=blocks, scaled=scaled)
    return x


encoder = shared(ConvNextEncoder)
final_norm = shared(layer_norm)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, head, labels):
    """B images once through encoder and head."""
    y = final_norm(mean(encoder(image), 2, 3))
    if head == "classifier":
        y = classifier(y, labels)
    return y
