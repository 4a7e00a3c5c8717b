"""Exercises of chapter 11: masks by hand, the parameters of a GRU."""

import numpy as np

from . import Exercise, collect, compare, of_function

IDS = np.array([[5, 2, 0, 0], [7, 1, 4, 0], [3, 0, 0, 0]])
H = np.arange(24.0).reshape(2, 4, 3) ** 1.5
MASK = np.array([[True, True, False, False], [True, True, True, False]])


def mask(answer):
    return compare(answer, IDS != 0, [
        (IDS == 0, "it is turned round: true stands for a word, false for padding."),
        (IDS, "these are the ids. Compare them with 0."),
        ((IDS != 0).sum(axis=1), "these are the lengths. One boolean for each id is wanted."),
        (IDS > 1, "the id 1 is a word, the most frequent one. Only 0 is padding."),
    ])


@of_function
def masked_mean(function):
    weights = MASK[:, :, np.newaxis]
    try:
        answer = function(H.copy(), MASK.copy())
    except ValueError as error:
        if "broadcast" in str(error):
            return "h has one axis more than the mask: mask[:, :, np.newaxis] makes them fit."
        raise
    return compare(answer, (H * weights).sum(axis=1) / weights.sum(axis=1), [
        (H.mean(axis=1), "this is the mean over all steps: the mask is ignored."),
        ((H * weights).mean(axis=1), "padding is set to 0 but still counted: divide by the number of words, not of steps."),
        ((H * weights).sum(axis=1), "this is the sum. Divide it by the number of words of each sentence."),
        ((H * weights).sum(axis=1) / weights.sum(), "divide each sentence by its own number of words: sum the mask along axis 1."),
        ((H * ~weights).sum(axis=1) / (~weights).sum(axis=1), "this is the mean of the padding: the mask is turned round."),
    ])


def parameters(answer):
    return compare(answer, 3 * (20 * 48 + 48 * 48 + 2 * 48), [
        (3 * (20 * 48 + 48 * 48 + 48), "there are two rows of biases: Keras's GRU has reset_after=True."),
        (3 * (20 * 48 + 48 * 48), "the biases are missing."),
        (4 * (20 * 48 + 48 * 48 + 2 * 48), "that would be four blocks, as in an LSTM. A GRU has three."),
        (20 * 48 + 48 * 48 + 2 * 48, "this is one block. There are three."),
        (3 * (20 * 48 + 48 * 20 + 2 * 48), "the state has 48 numbers, and so has the next one: its matrix is 48 × 48."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("11.1", mask, "a comparison of the array with a number gives an array of booleans.", "mask = ids != 0"),
    Exercise("11.2", masked_mean, "multiply h by the mask, sum over the steps, divide by the number of words. "
                                  "mask[:, :, np.newaxis] has the shape (batch, steps, 1).",
             "def masked_mean(h, mask):\n"
             "    weights = mask[:, :, np.newaxis]          # (batch, steps, 1)\n"
             "    return (h * weights).sum(axis=1) / weights.sum(axis=1)"),
    Exercise("11.3", parameters, "for one block: inputs × units + units × units + 2 × units.",
             "count = 3 * (20 * 48 + 48 * 48 + 2 * 48)"),
)
