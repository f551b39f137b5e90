"""The encoder of T5 by itself, or with a head that labels every position."""
from shared.t5 import T5Encoder

embeddings = param(V, h)
encoder = shared(T5Encoder)
classifier = shared(linear)


def forward(ids: tokens(B, S), *, head, labels):
    """S tokens of each of B texts, once; all positions see each other."""
    y = encoder(embedding(ids, table=embeddings))
    if head == "labels":
        y = classifier(y, labels)
    return y
