"""The first layer of the SAM encoder."""


def PatchEmbed(image: (B, 3, height, width), *, C, p):
    """Cuts the image into p x p patches and embeds each as C channels, by one convolution whose
    stride is its kernel. First layer of the SAM encoder; the grid comes out channels last.
    """
    proj = conv2d(image, C, p, stride=p)
    return permute(proj, 0, 2, 3, 1)
