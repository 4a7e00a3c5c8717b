"""Exercises of chapter 08: a feature map, sizes and parameters, a mean without the padding."""

import numpy as np

from . import Exercise, collect, compare, of_function

X = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [2.0, 1.0, 0.0]])
W = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
SUMS = np.array([np.sum(X[:2] * W), np.sum(X[1:] * W)])                # 2, 1
H = np.arange(24, dtype=float).reshape(2, 4, 3) - 6
LENGTHS = np.array([2, 3])
RIGHT = np.stack([H[0, :2].mean(axis=0), H[1, :3].mean(axis=0)])


def feature_map(answer):
    return compare(answer, np.maximum(SUMS - 1.5, 0), [
        (SUMS, "the bias is missing."),
        (SUMS + 1.5, "the bias is -1.5: it is added, and so makes the sum smaller."),
        (SUMS - 1.5, "the ReLU is missing: an answer below 0 becomes 0."),
        (np.maximum([np.sum(X[:2] * W[::-1]) - 1.5, np.sum(X[1:] * W[::-1]) - 1.5], 0),
         "the filter is upside down: its first row meets the first word."),
        (np.maximum(SUMS - 1.5, 0)[::-1], "the two places are swapped."),
    ])


def steps_and_parameters(answer):
    right = ((20 - 4) // 2 + 1, 4 * 50 * 64 + 64)
    return compare(answer, right, [
        (((20 - 4) // 2, right[1]), "one step is missing: the first window starts at 0, so it is (20 - 4) // 2 + 1."),
        ((17, right[1]), "this is the number of steps with stride 1."),
        ((10, right[1]), "this is with padding. Without, the last three words start no window of their own."),
        ((right[0], 4 * 50 * 64), "each filter has a bias."),
        ((right[0], 50 * 64 + 64), "a filter is four words wide: four rows of 50 weights."),
        ((right[0], 4 * 50 + 1), "this is one filter. There are 64."),
        ((right[0], 9 * (4 * 50 * 64 + 64)), "all steps share the same weights."),
        (right[::-1], "steps first, then parameters."),
    ], tolerance=1e-9)


@of_function
def mean_over_time(function):
    h = H.copy()
    h[0, 2:], h[1, 3:] = 0, 0
    wrong_padding = np.stack([h[0].mean(axis=0), h[1].mean(axis=0)])
    return compare(function(H.copy(), LENGTHS.copy()), RIGHT, [
        (H.mean(axis=1), "the lengths are ignored: this is the mean over all steps, with the padding."),
        (wrong_padding, "the padding is set to 0 but still counted. Divide by the length."),
        (H.sum(axis=1) / LENGTHS[:, np.newaxis], "you divide by the lengths, but the padding is still in the sum."),
        (h.sum(axis=1), "this is the sum. Divide by the length of each sentence."),
        (np.stack([H[0, :2].max(axis=0), H[1, :3].max(axis=0)]), "this is the maximum."),
        (np.stack([H[0, :2].mean(), H[1, :3].mean()]), "one number a sentence is too few: a mean for each feature, axis=0 of a sentence."),
    ])


EXERCISES = collect(
    Exercise("08.1", feature_map, "a and b meet the rows of the filter, then b and c do. Add the bias, then ReLU.",
             "two_answers = np.maximum([1 * 1 - 2 * 1 + 1 * 2 + 1 * 1 - 1.5, -1 * 1 + 1 * 2 - 1.5], 0)"),
    Exercise("08.2", steps_and_parameters, "(n - w) // s + 1, and width × numbers × filters + one bias a filter.",
             "steps_and_parameters = ((20 - 4) // 2 + 1, 4 * 50 * 64 + 64)"),
    Exercise("08.3", mean_over_time, "np.arange(steps) < lengths[:, np.newaxis] is a mask of shape (batch, steps).",
             "def mean_over_time(h, lengths):\n    mask = np.arange(h.shape[1]) < lengths[:, np.newaxis]\n"
             "    return (h * mask[:, :, np.newaxis]).sum(axis=1) / lengths[:, np.newaxis]"),
)
