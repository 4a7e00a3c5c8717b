"""Exercises of chapter 01: the network of the chapter on other inputs."""

import numpy as np

from ..by_hand import dense, sigmoid
from . import Exercise, collect, compare, of_function

W1 = np.array([[0.2, 0.8, 0.6, 0.4], [0.6, 0.3, 0.5, 0.7], [0.5, 0.6, 0.7, 0.8]])
W2 = np.array([[0.4, 0.6, 0.8], [0.2, 0.5, 0.7], [0.6, 0.3, 0.4]])
WO = np.array([[0.5, 0.7, 0.2]])
B1, B2, BO = np.array([0.1, 0.2, 0.3]), np.array([0.3, 0.4, 0.5]), np.array([0.6])
NEW = np.array([0.5, 0.0, 0.2, 0.1])
X = np.array([[0.1, 0.3, 0.4, 0.2], [0.5, 0.0, 0.2, 0.1], [0.0, 0.0, 0.0, 0.0], [0.9, 0.8, 0.7, 0.6], [0.0, 1.0, 0.0, 0.0]])


def first_layer(hidden):
    return compare(hidden, dense(NEW, W1, B1, sigmoid), [
        (dense(NEW, W1, B1), "these are the inputs of the neurons, Z₁. Apply the sigmoid to them."),
        (dense(NEW, W1, 0, sigmoid), "the bias b1 is missing."),
        (dense(NEW, W1, 0), "the bias b1 and the sigmoid are missing."),
        (dense(X[0], W1, B1, sigmoid), "this is H₁ of the chapter's document x. The question is about `new`."),
        (sigmoid(NEW @ W1.T) + B1, "the bias belongs inside the sigmoid, not behind it."),
    ])


@of_function
def batch(function):
    logits = dense(dense(dense(X, W1, B1, sigmoid), W2, B2, sigmoid), WO, BO)[:, 0]
    try:
        answer = function(X.copy())
    except ValueError as error:
        if "matmul" in str(error) or "shapes" in str(error) or "broadcast" in str(error):
            return "the shapes do not fit. Documents are rows here: X @ W.T + b, with the matrix transposed."
        raise
    return compare(answer, sigmoid(logits), [
        (sigmoid(logits)[:, np.newaxis], "the numbers are right, but as (n, 1). Take the column out: y[:, 0]."),
        (logits, "the last sigmoid is missing: these are the inputs of the output neuron."),
        (logits[:, np.newaxis], "the last sigmoid is missing, and the column must be taken out: y[:, 0]."),
        (sigmoid(dense(dense(dense(X, W1, B1), W2, B2), WO, BO))[:, 0], "the hidden layers need their sigmoid, too."),
        (sigmoid(logits) >= 0.5, "these are decisions. The probabilities are asked for."),
    ])


def parameters(count):
    return compare(count, 5000 * 300 + 300 + 300 * 300 + 300 + 300 + 1, [
        (5000 * 300 + 300 * 300 + 300, "these are the weights. Each neuron has a bias, too."),
        (5000 * 300 + 300 + 300 + 1, "one of the two hidden layers is missing."),
        (5000 * 300 + 300 + 300 * 300 + 300 + 300, "the output neuron has a bias, too."),
        (5000 + 300 + 300 + 1, "this counts the neurons. Count the connections between the layers, and the biases."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("01.1", first_layer, "the cell that computes Z₁ and the one after it, with `new` in the place of x.",
             "hidden = sigmoid(W1 @ new + b1)"),
    Exercise("01.2", batch, "three lines of the section on many documents, and at the end [:, 0] makes (n, 1) into (n,).",
             "def probabilities(X):\n"
             "    H1 = sigmoid(X @ W1.T + b1)\n"
             "    H2 = sigmoid(H1 @ W2.T + b2)\n"
             "    return sigmoid(H2 @ Wo.T + bo)[:, 0]"),
    Exercise("01.3", parameters, "a layer with n inputs and m neurons has (n + 1) m parameters, and there are three layers.",
             "count = (5000 + 1) * 300 + (300 + 1) * 300 + (300 + 1) * 1"),
)
