"""Exercises of chapter 08: a feature map, sizes and parameters, a mean without the padding, a better network."""

import numpy as np

from . import Function, Open, Value

X = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [2.0, 1.0, 0.0]])
W = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
SUMS = np.array([np.sum(X[:2] * W), np.sum(X[1:] * W)])                # 2, 1
UPSIDE_DOWN = np.array([np.sum(X[:2] * W[::-1]), np.sum(X[1:] * W[::-1])])
H = np.arange(24, dtype=float).reshape(2, 4, 3) - 6


def two_answers():
    return np.maximum([1 * 1 - 2 * 1 + 1 * 2 + 1 * 1 - 1.5, -1 * 1 + 1 * 2 - 1.5], 0)


TWO_ANSWERS = Value(
    "08.1", two_answers,
    "a and b meet the rows of the filter, then b and c do. Add the bias, then ReLU.", [
        (SUMS, "the bias is missing."),
        (SUMS + 1.5, "the bias is -1.5: it is added, and so makes the sum smaller."),
        (SUMS - 1.5, "the ReLU is missing: an answer below 0 becomes 0."),
        (np.maximum(UPSIDE_DOWN - 1.5, 0), "the filter is upside down: its first row meets the first word."),
        (two_answers()[::-1], "the two places are swapped."),
    ])


def steps_and_parameters():
    return (20 - 4) // 2 + 1, 4 * 50 * 64 + 64


STEPS, PARAMETERS = steps_and_parameters()
STEPS_AND_PARAMETERS = Value(
    "08.2", steps_and_parameters, "(n - w) // s + 1, and width × numbers × filters + one bias a filter.", [
        (((20 - 4) // 2, PARAMETERS), "one step is missing: the first window starts at 0, so it is (20 - 4) // 2 + 1."),
        ((17, PARAMETERS), "this is the number of steps with stride 1."),
        ((10, PARAMETERS), "this is with padding. Without, the last three words start no window of their own."),
        ((STEPS, 4 * 50 * 64), "each filter has a bias."),
        ((STEPS, 50 * 64 + 64), "a filter is four words wide: four rows of 50 weights."),
        ((STEPS, 4 * 50 + 1), "this is one filter. There are 64."),
        ((STEPS, STEPS * PARAMETERS), "all steps share the same weights."),
        ((PARAMETERS, STEPS), "steps first, then parameters."),
    ])


def mean_over_time(h, lengths):
    mask = np.arange(h.shape[1]) < lengths[:, np.newaxis]
    return (h * mask[:, :, np.newaxis]).sum(axis=1) / lengths[:, np.newaxis]


def rows(over):
    """A mistake that reads the right words of each sentence and says `over` of them."""
    return lambda h, lengths: np.array([over(row[:n]) for row, n in zip(h, lengths, strict=True)])


MEAN_OVER_TIME = Function(
    "08.3", mean_over_time, "np.arange(steps) < lengths[:, np.newaxis] is a mask of shape (batch, steps).", [
        (lambda h, lengths: h.mean(axis=1),
         "the lengths are ignored: this is the mean over all steps, with the padding."),
        (lambda h, lengths: mean_over_time(h, lengths) * lengths[:, np.newaxis] / h.shape[1],
         "the padding is set to 0 but still counted. Divide by the length."),
        (lambda h, lengths: h.sum(axis=1) / lengths[:, np.newaxis],
         "you divide by the lengths, but the padding is still in the sum."),
        (rows(lambda words: words.sum(axis=0)), "this is the sum. Divide by the length of each sentence."),
        (rows(lambda words: words.max(axis=0)), "this is the maximum."),
        (rows(np.mean), "one number a sentence is too few: a mean for each feature, axis=0 of a sentence."),
    ], cases=[(H, np.array([2, 3])), (H.reshape(3, 2, 4), np.array([1, 2, 1]))])

def train_one(seed):
    model, _ = trained("two layers, rate 0.01", seed)
    return reviews.score(model, test)["accuracy"]


BEATEN = Open("08.4", train_one, "which of the chapter's networks saw the longest phrases?", [], beat=0.87)

EXERCISES = [TWO_ANSWERS, STEPS_AND_PARAMETERS, MEAN_OVER_TIME, BEATEN]
