"""Exercises of chapter 07: cosine, the parameters of an averaging model, the loss of negative sampling."""

import numpy as np

from . import Exercise, collect, compare, of_function

V, M = np.array([3.0, 0.0, 4.0]), np.array([[3.0, 0.0, 4.0], [-8.0, 0.0, 6.0], [-1.0, 2.0, 2.0], [0.0, 5.0, 0.0]])
E, C = np.array([1.0, 0.0, -1.0]), np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]])


@of_function
def cosine(function):
    lengths = np.linalg.norm(M, axis=1)
    right = M @ V / (5 * lengths)
    return compare(function(V.copy(), M.copy()), right, [
        (M @ V, "this is the product. Divide it by both lengths."),
        (M @ V / 5, "the lengths of the rows are missing."),
        (M @ V / lengths, "the length of v is missing."),
        (1 - right, "this is the distance, 1 - cosine."),
        (M @ V / (5 * np.linalg.norm(M)), "this divides by the length of the whole matrix. One length a row: axis=1."),
        (M @ V / (25 * lengths ** 2), "the lengths are squared: take the root."),
    ])


def parameters(answer):
    return compare(answer, 8201 * 50 + 51, [
        (8200 * 50 + 51, "the padding has a row of its own."),
        (8001 * 50 + 51, "the buckets have rows of their own."),
        (8000 * 50 + 51, "the buckets and the padding have rows of their own."),
        (8201 * 50 + 50, "the output neuron has a bias."),
        (8201 * 50, "this is the table alone. The output neuron has weights, too."),
        (8201 * 51 + 51, "an embedding has no bias."),
    ], tolerance=1e-9)


def loss_of_three(answer):
    z = C @ E
    each = np.log1p(np.exp(np.array([-1, 1, 1]) * z))
    return compare(answer, each.mean(), [
        (each.sum(), "this is the sum. The mean is asked for."),
        (np.log1p(np.exp(-z)).mean(), "all three are treated as neighbours: for a stranger the answer should be 0."),
        (np.log1p(np.exp(np.array([1, -1, -1]) * z)).mean(), "the labels are turned round."),
        (each[0], "this is the neighbour alone."),
        (-each.mean(), "the sign is wrong: a loss of this kind is positive."),
    ])


EXERCISES = collect(
    Exercise("07.1", cosine, "M @ v gives all products at once; np.linalg.norm(M, axis=1) gives the lengths of the rows.",
             "def cosine(v, M):\n    return M @ v / (np.linalg.norm(v) * np.linalg.norm(M, axis=1))"),
    Exercise("07.2", parameters, "count the rows of the table first: words, buckets, padding.", "parameters = (8000 + 200 + 1) * 50 + 50 + 1"),
    Exercise("07.3", loss_of_three, "the logits are e · c. sigmoid and cross_entropy are still there from the chapter.",
             "logits = np.array([[2, 1, 0], [0, 1, 1], [1, 1, 1]]) @ np.array([1, 0, -1])\n"
             "loss_of_three = cross_entropy(np.array([1, 0, 0]), sigmoid(logits)).mean()"),
)
