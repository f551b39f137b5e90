"""RoBERTa: an encoder of text with the structure of BERT, by itself or with one of its heads."""
from shared.bert import BertEmbeddings, BertEncoder, BertPooler, MaskedLMHead


def ClassificationHead(x: (B, S, h), *, labels):
    """The first position, through a linear layer, a tanh, and the scores of the labels."""
    first = reshape(crop(x, 0, 1, dim=1), B, h)
    dense = tanh(linear(first, h))
    out = linear(dense, labels)
    return out


word_embeddings = param(V, h)
embeddings = shared(BertEmbeddings)
encoder = shared(BertEncoder)
pooler = shared(BertPooler)
lm_head = shared(MaskedLMHead, activation="gelu", tied=tied)
classification = shared(ClassificationHead)
classifier = shared(linear)
qa_outputs = shared(linear)


def forward(ids: tokens(B, S), *, head, labels):
    """S tokens of each of B texts, once through encoder and head; all positions see each other."""
    x = encoder(embeddings(embedding(ids, table=word_embeddings)))
    if head == "none":
        y = pooler(x)
    elif head == "masked_lm":
        y = lm_head(x, word_embeddings)
    elif head == "sequence":
        y = classification(x)
    elif head == "choice":
        y = classifier(pooler(x), 1)
    elif head == "labels":
        y = classifier(x, labels)
    else:
        y = qa_outputs(x, labels)
    return y
