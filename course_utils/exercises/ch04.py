"""Exercises of chapter 04: a gradient at the output, a whole backward pass, early stopping, a better model."""

import numpy as np

from ..by_hand import sigmoid
from . import Function, Open, Value
from .ch01 import probabilities, x

P = probabilities(x[np.newaxis])                             # (1,)


def slope_bo(y_hat):
    return y_hat.item() - 0


SLOPE_BO = Value("04.1", slope_bo, "the input that stands beside a bias is 1, so its gradient is ŷ − y.", [
    (P - 1, "this is the slope for y = 1. Here the truth is 0."),
    (-P, "the sign is turned round: it is ŷ − y."),
    (1 - P, "this is 1 − ŷ, the formula that the chapter refutes."),
    (P * (1 - P), "this is the slope of the sigmoid only. The slope of the loss is a factor, too."),
    (P * P * (1 - P), "this is the slope of the squared error, halved. The loss is the cross-entropy."),
], given=(P,), places=3)


def backward_pass(x, y, W1, b1, Wo, bo):
    h = sigmoid(W1 @ x + b1)
    y_hat = sigmoid(Wo @ h + bo)
    delta_o = y_hat - y
    delta_1 = (Wo.T @ delta_o) * h * (1 - h)
    return np.outer(delta_1, x), delta_1, np.outer(delta_o, h), delta_o


def with_signals(signal_o, signal_1):
    """The pass with other error signals: signal_o(ŷ, y) and signal_1(Wo, delta_o, h)."""
    def wrong(x, y, W1, b1, Wo, bo):
        h = sigmoid(W1 @ x + b1)
        delta_o = signal_o(sigmoid(Wo @ h + bo), y)
        delta_1 = signal_1(Wo, delta_o, h)
        return np.outer(delta_1, x), delta_1, np.outer(delta_o, h), delta_o

    return wrong


def miss(y_hat, y):
    return y_hat - y


def through_sigmoid(Wo, delta_o, h):
    return (Wo.T @ delta_o) * h * (1 - h)


CASES = [(np.array([0.5, -1.0, 2.0]), 1, np.array([[0.2, -0.4, 0.1], [0.7, 0.3, -0.6]]), np.array([0.1, -0.2]),
          np.array([[0.8, -1.5]]), np.array([0.3])),
         (np.array([1.5, -0.5]), 0, np.array([[0.9, -0.4], [-0.7, 0.3], [0.5, 1.1]]), np.array([0.4, 0.0, -0.3]),
          np.array([[1.2, 0.6, -2.0]]), np.array([-0.1]))]
TRANSPOSED = "the shapes do not fit: the signal goes back through the transposed matrix, Wo.T @ delta_o."
BACKWARD = Function(
    "04.2", backward_pass,
    "forward first: h and ŷ. Then δ at the output, δ in the hidden layer, and an outer product for each matrix.", [
        (with_signals(lambda y_hat, y: 1 - y_hat, through_sigmoid),
         "that is the formula which the chapter refutes: at the output δ is ŷ − y, not 1 − ŷ."),
        (with_signals(lambda y_hat, y: y - y_hat, through_sigmoid),
         "the sign is turned round: at the output δ is ŷ − y."),
        (with_signals(lambda y_hat, y: (y_hat - y) * y_hat * (1 - y_hat), through_sigmoid),
         "with the cross-entropy the slope of the sigmoid at the output cancels: there δ is ŷ − y."),
        (with_signals(miss, lambda Wo, delta_o, h: Wo.T @ delta_o),
         "the slope of the sigmoid is missing in the hidden layer: times h (1 − h)."),
        (with_signals(miss, lambda Wo, delta_o, h: (Wo.T @ delta_o) * (1 - h ** 2)),
         "1 − h² is the slope of tanh. The hidden layer has sigmoids: h (1 − h)."),
        (with_signals(miss, lambda Wo, delta_o, h: (Wo.T @ delta_o) * sigmoid(h) * (1 - sigmoid(h))),
         "h is the output of the sigmoid already: its slope is h (1 − h)."),
        (with_signals(miss, lambda Wo, delta_o, h: (Wo @ delta_o) * h * (1 - h)), TRANSPOSED),
        (with_signals(miss, lambda Wo, delta_o, h: np.dot(Wo, delta_o) * h * (1 - h)), TRANSPOSED),
        (lambda *case: [part.T for part in backward_pass(*case)],
         "the matrices are transposed: a row is a neuron, np.outer(delta, input)."),
        (lambda *case: backward_pass(*case)[::2],
         "the gradients of the biases are missing: they are the δ themselves."),
        (lambda *case: [backward_pass(*case)[i] for i in (2, 3, 0, 1)], "the order is W1, b1, Wo, bo."),
    ], cases=CASES)


def early_stop(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(losses)


def equal_counts(losses, patience):
    """A plateau is taken for an improvement, so that its last epoch is the best one."""
    return early_stop([loss - place / 1e6 for place, loss in enumerate(losses)], patience)


EARLY_STOP = Function(
    "04.3", early_stop,
    "remember the best loss so far and its epoch; stop when the epoch at hand is `patience` later.", [
        (lambda losses, patience: early_stop(losses, patience) - 1, "epochs are counted from 1."),
        (lambda losses, patience: int(np.argmin(losses)) + 1,
         "this is the best epoch of all. Training cannot see the future: "
         "it stops `patience` epochs after the best one so far."),
        (lambda losses, patience: int(np.argmin(losses[:early_stop(losses, patience)])) + 1,
         "this is the epoch whose weights are kept. Asked for is the one at which training stops."),
        (lambda losses, patience: len(losses), "it never stops early."),
        (lambda losses, patience: early_stop(losses, patience + 1),
         "it stops one epoch too late: it must stop as soon as the best loss is `patience` epochs old."),
        (equal_counts, "an equal loss is no improvement: compare with <, not with <=."),
    ], cases=[([5, 4, 3, 4, 3.5, 3.2, 1], 3), ([5, 4, 3], 2), ([3, 4, 5], 2), ([5, 4, 4, 4, 4, 4], 2),
              ([2, 3, 1, 2, 3, 4, 5], 2), ([5, 3, 6, 1, 1], 2), ([30, 20, 25, 26], 2),
              ([0.5004, 0.5, 0.4996, 0.4999, 0.4998], 2), ([2, 3, 1], 1)])

def train(seed):
    pairs = CountVectorizer(ngram_range=(1, 2), binary=True)
    model = LogisticRegression(C=0.3, max_iter=1000)
    model.fit(pairs.fit_transform(texts[:3000]), labels[:3000])
    return model.score(pairs.transform(test_texts), test_labels)


BETTER = Open("04.4", train, "a network cannot use what it does not see. What does it not see of \"not good\"?", [],
              beat=0.775)

EXERCISES = [SLOPE_BO, BACKWARD, EARLY_STOP, BETTER]
