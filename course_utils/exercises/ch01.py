"""Exercises of chapter 01: the network of the chapter on other inputs."""

import numpy as np

from ..by_hand import sigmoid
from . import Function, Open, Value

W1 = np.array([[0.2, 0.8, 0.6, 0.4], [0.6, 0.3, 0.5, 0.7], [0.5, 0.6, 0.7, 0.8]])
W2 = np.array([[0.4, 0.6, 0.8], [0.2, 0.5, 0.7], [0.6, 0.3, 0.4]])
Wo = np.array([[0.5, 0.7, 0.2]])
b1, b2, bo = np.array([0.1, 0.2, 0.3]), np.array([0.3, 0.4, 0.5]), np.array([0.6])
x = np.array([0.1, 0.3, 0.4, 0.2])
new = np.array([0.5, 0.0, 0.2, 0.1])
DOCUMENTS = np.array([x, new, [0.0, 0.0, 0.0, 0.0], [0.9, 0.8, 0.7, 0.6], [0.0, 1.0, 0.0, 0.0]])


def hidden(W1, b1, new):
    return sigmoid(W1 @ new + b1)


HIDDEN = Value("01.1", hidden, "the cell that computes z1 and h1, with `new` in the place of x.", [
    (W1 @ new + b1, "these are the net inputs, z1. Apply the sigmoid to them."),
    (sigmoid(W1 @ new), "the bias b1 is missing."),
    (W1 @ new, "the bias b1 and the sigmoid are missing."),
    (hidden(W1, b1, x), "this is h1 of the chapter's document x. The question is about `new`."),
    (sigmoid(W1 @ new) + b1, "the bias belongs inside the sigmoid, not behind it."),
], given=(W1, b1, new), places=3)


def probabilities(X):
    H1 = sigmoid(X @ W1.T + b1)
    H2 = sigmoid(H1 @ W2.T + b2)
    return sigmoid(H2 @ Wo.T + bo)[:, 0]


def logits(X):
    return sigmoid(sigmoid(X @ W1.T + b1) @ W2.T + b2) @ Wo.T + bo


TRANSPOSED = "the shapes do not fit. Documents are rows here: X @ W.T + b, with the matrix transposed."
PROBABILITIES = Function(
    "01.2", probabilities,
    "three lines of the section on many documents, and at the end [:, 0] makes (n, 1) into (n,).", [
        (lambda X: W1 @ X + b1, TRANSPOSED),                 # "matmul: …"
        (lambda X: np.dot(W1, X) + b1, TRANSPOSED),          # "shapes … not aligned"
        (lambda X: W1 @ X.T + b1, TRANSPOSED),               # "operands could not be broadcast …"
        (lambda X: sigmoid(logits(X)), "the numbers are right, but as (n, 1). Take the column out: y[:, 0]."),
        (lambda X: logits(X)[:, 0], "the last sigmoid is missing: these are the inputs of the output neuron."),
        (logits, "the last sigmoid is missing, and the column must be taken out: y[:, 0]."),
        (lambda X: sigmoid(((X @ W1.T + b1) @ W2.T + b2) @ Wo.T + bo)[:, 0],
         "the hidden layers need their sigmoid, too."),
        (lambda X: probabilities(X) >= 0.5, "these are decisions. The probabilities are asked for."),
    ], cases=[(DOCUMENTS,), (DOCUMENTS[3:],)])


def count():
    return (5000 + 1) * 300 + (300 + 1) * 300 + (300 + 1) * 1


COUNT = Value(
    "01.3", count,
    "a layer of n neurons with m inputs has (m + 1) n parameters, and there are three layers.", [
        (5000 * 300 + 300 * 300 + 300, "these are the weights. Each neuron has a bias, too."),
        (5000 * 300 + 300 + 300 + 1, "one of the two hidden layers is missing."),
        (5000 * 300 + 300 + 300 * 300 + 300 + 300, "the output neuron has a bias, too."),
        (5000 + 300 + 300 + 1, "this counts the neurons. Count the connections between the layers, and the biases."),
    ])

def train(seed):
    rng = np.random.default_rng(seed)
    shapes = (3, 4), (3,), (3, 3), (3,), (1, 3), (1,)

    def answers(parts):
        W1, b1, W2, b2, Wo, bo = parts
        H2 = sigmoid(sigmoid(documents @ W1.T + b1) @ W2.T + b2)
        return sigmoid(H2 @ Wo.T + bo)[:, 0]

    def missed(parts):
        return np.abs(answers(parts) - positive).sum()

    best = [rng.normal(size=shape) for shape in shapes]
    for _ in range(5000):
        nudged = [part + rng.normal(scale=0.5, size=part.shape) for part in best]
        best = min(best, nudged, key=missed)
    return np.mean((answers(best) > 0.5) == positive)


BETTER = Open("01.4", train, "count by how much each answer misses, |positive - y_hat|, not only which are right: "
              "a nudge that helps a little is kept, too.", [], beat=0.8)

EXERCISES = [HIDDEN, PROBABILITIES, COUNT, BETTER]
