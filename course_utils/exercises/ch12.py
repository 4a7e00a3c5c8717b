"""Exercises of chapter 12: sentences turned round, parameters of two directions, the states at both ends."""

import numpy as np

from . import Exercise, collect, compare, of_function

IDS, LENGTHS = np.array([[3, 1, 4, 2, 0], [5, 6, 0, 0, 0], [7, 11, 8, 10, 9]]), np.array([4, 2, 5])
TURNED = np.array([[2, 4, 1, 3, 0], [6, 5, 0, 0, 0], [9, 10, 8, 11, 7]])
OUTPUTS = np.random.default_rng(12).normal(size=(3, 5, 4)).round(2)
ROWS = np.arange(3)
FORWARD, BACKWARD = OUTPUTS[:, :, :2], OUTPUTS[:, :, 2:]


@of_function
def turn(function):
    return compare(function(IDS.copy(), LENGTHS.copy()), TURNED, [
        (IDS[:, ::-1], "the padding has been turned with the words: it stands in front now."),
        (IDS[::-1], "the order of the sentences is turned round, not that of the words."),
        (IDS, "nothing has changed. Did you write into a copy and return it?"),
        (np.sort(IDS, axis=1)[:, ::-1], "this sorts. The words are to be turned round."),
    ], tolerance=1e-9)


def parameters(answer):
    one = 3 * (64 * 32 + 32 * 32 + 2 * 32)
    return compare(answer, 2 * one, [
        (one, "this is one direction. There are two, with weights of their own."),
        (2 * 3 * (64 * 32 + 32 * 32 + 32), "Keras's GRU has two rows of biases."),
        (3 * (64 * 64 + 64 * 64 + 2 * 64), "this is one GRU of 64 units. Two of 32 have no weights between each other."),
        (2 * 3 * (64 * 32 + 32 * 32), "the biases are missing."),
    ], tolerance=1e-9)


@of_function
def ends(function):
    last = FORWARD[ROWS, LENGTHS - 1]
    return compare(function(OUTPUTS.copy(), LENGTHS.copy()), np.concatenate([last, BACKWARD[:, 0]], axis=1), [
        (OUTPUTS[:, -1], "this is the last step: padding, for two of the sentences, and the backward half has read one word at most."),
        (OUTPUTS[ROWS, LENGTHS - 1], "the backward half has read everything at the first word, not at the last."),
        (OUTPUTS[:, 0], "the forward half has read everything at the last word, not at the first."),
        (np.concatenate([FORWARD[:, -1], BACKWARD[:, 0]], axis=1), "the last step may be padding: the last word stands at lengths - 1."),
        (np.concatenate([BACKWARD[:, 0], last], axis=1), "the two halves are swapped."),
    ])


EXERCISES = collect(
    Exercise("12.1", turn, "in a loop over rows and lengths: turned[row, :length] = ids[row, :length][::-1], where turned is a copy.",
             "def turn(ids, lengths):\n    turned = ids.copy()\n    for row, length in enumerate(lengths):\n"
             "        turned[row, :length] = ids[row, :length][::-1]\n    return turned"),
    Exercise("12.2", parameters, "count one GRU first: 3 × (inputs × units + units × units + 2 × units).",
             "parameters = 2 * 3 * (64 * 32 + 32 * 32 + 2 * 32)"),
    Exercise("12.3", ends, "outputs[np.arange(len(lengths)), lengths - 1] gives the last word's step of each sentence.",
             "def ends(outputs, lengths):\n    n = outputs.shape[-1] // 2\n    last = outputs[np.arange(len(lengths)), lengths - 1]\n"
             "    return np.concatenate([last[:, :n], outputs[:, 0, n:]], axis=1)"),
)
