"""Exercises of chapter 07: cosine, the parameters of an averaging model, the loss of negative sampling."""

import numpy as np

from ..by_hand import cross_entropy, sigmoid
from . import Function, Open, Value

V = np.array([3.0, 0.0, 4.0])
ROWS = np.array([[3.0, 0.0, 4.0], [-8.0, 0.0, 6.0], [-1.0, 2.0, 2.0], [0.0, 5.0, 0.0]])


def cosine(v, M):
    return M @ v / (np.linalg.norm(v) * np.linalg.norm(M, axis=1))


COSINE = Function(
    "07.1", cosine,
    "M @ v gives all products at once; np.linalg.norm(M, axis=1) gives the lengths of the rows.", [
        (lambda v, M: M @ v, "this is the product. Divide it by both lengths."),
        (lambda v, M: M @ v / np.linalg.norm(v), "the lengths of the rows are missing."),
        (lambda v, M: M @ v / np.linalg.norm(M, axis=1), "the length of v is missing."),
        (lambda v, M: 1 - cosine(v, M), "this is the distance, 1 - cosine."),
        (lambda v, M: M @ v / (np.linalg.norm(v) * np.linalg.norm(M)),
         "this divides by the length of the whole matrix. One length a row: axis=1."),
        (lambda v, M: M @ v / (v @ v * (M * M).sum(axis=1)), "the lengths are squared: take the root."),
    ], cases=[(V, ROWS), (V[:2] + 1, ROWS[1:, :2] + 1)])


def parameters():
    return (8000 + 200 + 1) * 50 + 50 + 1


PARAMETERS = Value("07.2", parameters, "count the rows of the table first: words, buckets, padding.", [
    (8200 * 50 + 51, "the padding has a row of its own."),
    (8001 * 50 + 51, "the buckets have rows of their own."),
    (8000 * 50 + 51, "the buckets and the padding have rows of their own."),
    (8201 * 50 + 50, "the output neuron has a bias."),
    (8201 * 50, "this is the table alone. The output neuron has weights, too."),
    (8201 * 51 + 51, "an embedding has no bias."),
])


def loss_of_three():
    logits = np.array([[2, 1, 0], [0, 1, 1], [1, 1, 1]]) @ np.array([1, 0, -1])
    return cross_entropy(np.array([1, 0, 0]), sigmoid(logits)).mean()


P = sigmoid(np.array([2, -1, 0]))              # of the neighbour and the two strangers
LOSS_OF_THREE = Value("07.3", loss_of_three,
                      "the logits are e · c. sigmoid and cross_entropy are still there from the chapter.", [
    (3 * loss_of_three(), "this is the sum. The mean is asked for."),
    (-np.log(P).mean(), "all three are treated as neighbours: for a stranger the answer should be 0."),
    (cross_entropy(np.array([0, 1, 1]), P).mean(), "the labels are turned round."),
    (-np.log(P[0]), "this is the neighbour alone."),
    (-loss_of_three(), "the sign is wrong: a loss of this kind is positive."),
], places=3)

def train(seed):
    from sklearn.naive_bayes import MultinomialNB
    rows, counter = np.random.default_rng(seed).permutation(cut)[:300], CountVectorizer(binary=True)
    model = MultinomialNB(fit_prior=False).fit(counter.fit_transform([reviews[i] for i in rows]), labels[rows])
    return model.score(counter.transform(tests), test_labels)


FEW = Open("07.4", train, "a model that only counts needs no rate and cannot overfit much. Chapter 05 has one.", [],
           beat=0.7)

EXERCISES = [COSINE, PARAMETERS, LOSS_OF_THREE, FEW]
