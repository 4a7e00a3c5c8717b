"""Exercises of chapter 04: gradients at the output and before it, early stopping."""

import numpy as np

from ..by_hand import sigmoid
from . import Function, Value
from .ch01 import probabilities, x

P = probabilities(x[np.newaxis])                             # (1,)


def slope_bo(p):
    return p.item() - 0


SLOPE_BO = Value("04.1", slope_bo, "the input that stands beside a bias is 1, so its gradient is y′ − y.", [
    (P - 1, "this is the slope for y = 1. Here the truth is 0."),
    (-P, "the sign is turned round: it is y′ − y."),
    (1 - P, "this is 1 − y′, the formula that the chapter refutes."),
    (P * (1 - P), "this is the slope of the sigmoid only. The slope of the loss is a factor, too."),
    (P * P * (1 - P), "this is the slope of the squared error, halved. The loss is the cross-entropy."),
], given=(P,), places=3)


def delta_before(W, delta, h):
    return (W.T @ delta) * h * (1 - h)


TRANSPOSED = "the shapes do not fit: the signal goes back through the transposed matrix, W.T @ delta."
DELTA_BEFORE = Function(
    "04.2", delta_before,
    "two factors: what comes back through the weights, and the slope of the sigmoid, written with h.", [
        (lambda W, delta, h: W @ delta * h * (1 - h), TRANSPOSED),             # "matmul: …"
        (lambda W, delta, h: np.dot(W, delta) * h * (1 - h), TRANSPOSED),      # "shapes … not aligned"
        (lambda W, delta, h: W * delta * h * (1 - h), TRANSPOSED),             # "operands could not be broadcast …"
        (lambda W, delta, h: W.T @ delta, "the slope of the activation is missing: times h (1 − h)."),
        (lambda W, delta, h: W.T @ delta * (1 - h ** 2), "that is the slope of tanh. The sigmoid's is h (1 − h)."),
        (lambda W, delta, h: W.T @ delta * h, "this is half of the slope: it is h (1 − h)."),
        (lambda W, delta, h: W.T @ delta * sigmoid(h) * (1 - sigmoid(h)),
         "h is already the output of the sigmoid: its slope is h (1 − h)."),
    ], cases=[(np.array([[0.4, 0.6, 0.8], [0.2, 0.5, 0.7]]), np.array([0.5, -0.2]), np.array([0.6, 0.7, 0.9])),
              (np.array([[0.4, -0.9], [1.2, 0.5], [0.3, 0.8]]), np.array([1.5, -2.0, 1.0]), np.array([0.2, 0.7]))])


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
        (lambda losses, patience: len(losses), "it never stops early."),
        (lambda losses, patience: early_stop(losses, patience + 1),
         "it stops one epoch too late: it must stop as soon as the best loss is `patience` epochs old."),
        (equal_counts, "an equal loss is no improvement: compare with <, not with <=."),
    ], cases=[([5, 4, 3, 4, 3.5, 3.2, 1], 3), ([5, 4, 3], 2), ([3, 4, 5], 2), ([5, 4, 4, 4, 4, 4], 2),
              ([2, 3, 1, 2, 3, 4, 5], 2)])

EXERCISES = [SLOPE_BO, DELTA_BEFORE, EARLY_STOP]
