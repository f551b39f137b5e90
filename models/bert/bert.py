"""BERT: an encoder of text, by itself or with the head that the configuration's class names."""
from shared.bert import BertEmbeddings, BertEncoder, BertPooler, MaskedLMHead

word_embeddings = param(V, h)
embeddings = shared(BertEmbeddings)
encoder = shared(BertEncoder)
pooler = shared(BertPooler)
predictions = shared(MaskedLMHead)
seq_relationship = shared(linear)
classifier = shared(linear)
qa_outputs = shared(linear)


def forward(ids: tokens(B, S), *, head, labels):
    """S tokens of each of B texts, once through encoder and head; all positions see each other."""
    x = encoder(embeddings(embedding(ids, table=word_embeddings)))
    if head == "none":
        y = pooler(x)
    elif head == "masked_lm":
        y = predictions(x, word_embeddings)
    elif head == "pretraining":
        y = predictions(x, word_embeddings)
        next_sentence = seq_relationship(pooler(x), 2)
    elif head == "next_sentence":
        y = seq_relationship(pooler(x), 2)
    elif head == "sequence":
        y = classifier(pooler(x), labels)
    elif head == "choice":
        y = classifier(pooler(x), 1)
    elif head == "labels":
        y = classifier(x, labels)
    else:
        y = qa_outputs(x, labels)
    return y
