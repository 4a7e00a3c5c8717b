"""Exercises of chapter 04: gradients at the output and before it, early stopping."""

import numpy as np

from ..by_hand import dense, sigmoid
from . import Exercise, collect, compare, of_function
from .ch01 import B1, B2, BO, W1, W2, WO, X

P = dense(dense(dense(X[0], W1, B1, sigmoid), W2, B2, sigmoid), WO, BO, sigmoid).item()
W, DELTA, H = np.array([[0.4, 0.6, 0.8], [0.2, 0.5, 0.7]]), np.array([0.5, -0.2]), np.array([0.6, 0.7, 0.9])
RUNS = [([5, 4, 3, 4, 3.5, 3.2, 1], 3), ([5, 4, 3], 2), ([3, 4, 5], 2), ([5, 4, 4, 4], 2), ([2, 3, 1, 2, 3, 4], 2)]


def early(losses, patience):
    """The epoch at which training stops, counted from 1."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(losses)


def bias_slope(answer):
    return compare(np.squeeze(answer) if isinstance(answer, np.ndarray) else answer, P, [
        (P - 1, "this is the slope for y = 1. Here the truth is 0."),
        (-P, "the sign is turned round: it is y′ − y."),
        (1 - P, "this is 1 − y′, the formula that the chapter refutes."),
        (P * (1 - P), "this is the slope of the sigmoid only. The slope of the loss is a factor, too."),
        (P * P * (1 - P), "this is the slope of the squared error, halved. The loss is the cross-entropy."),
    ])


@of_function
def delta_before(function):
    back = W.T @ DELTA
    try:
        answer = function(W.copy(), DELTA.copy(), H.copy())
    except ValueError as error:
        if "matmul" in str(error) or "shapes" in str(error):
            return "the shapes do not fit: the signal goes back through the transposed matrix, W.T @ delta."
        raise
    return compare(answer, back * H * (1 - H), [
        (back, "the slope of the activation is missing: times h (1 − h)."),
        (back * (1 - H ** 2), "that is the slope of tanh. The sigmoid's is h (1 − h)."),
        (back * H, "this is half of the slope: it is h (1 − h)."),
        (back * sigmoid(H) * (1 - sigmoid(H)), "h is already the output of the sigmoid: its slope is h (1 − h)."),
    ])


@of_function
def early_stop(function):
    answer = [function(list(losses), patience) for losses, patience in RUNS]
    if any(np.ndim(one) for one in answer):
        return "return one number, the epoch."
    right = np.array([early(*run) for run in RUNS], dtype=float)
    return compare(answer, right, [
        (right - 1, "epochs are counted from 1."),
        ([int(np.argmin(losses)) + 1 for losses, _ in RUNS],
         "this is the best epoch of all. Training cannot see the future: it stops `patience` epochs after the best one so far."),
        ([len(losses) for losses, _ in RUNS], "it never stops early."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("04.1", bias_slope, "the input that stands beside a bias is 1, so its gradient is y′ − y.", "slope_bo = p.item() - 0"),
    Exercise("04.2", delta_before, "two factors: what comes back through the weights, and the slope of the sigmoid, written with h.",
             "def delta_before(W, delta, h):\n    return (W.T @ delta) * h * (1 - h)"),
    Exercise("04.3", early_stop, "remember the best loss so far and its epoch; stop when the epoch at hand is `patience` later.",
             "def early_stop(losses, patience):\n"
             "    best = 0\n"
             "    for epoch in range(len(losses)):\n"
             "        if losses[epoch] < losses[best]:\n"
             "            best = epoch\n"
             "        if epoch - best == patience:\n"
             "            return epoch + 1\n"
             "    return len(losses)"),
)
