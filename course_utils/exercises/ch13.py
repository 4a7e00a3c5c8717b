"""Exercises of chapter 13: survival of a memory, one mask for all steps, how many random numbers."""

import numpy as np

from . import Exercise, collect, compare, of_function

X = np.random.default_rng(13).normal(size=(2, 3, 4)).round(2)
MASK, P = np.array([[True, False, True, True], [False, True, True, False]]), 0.2
RIGHT = X * MASK[:, np.newaxis] / (1 - P)


def survives(answer):
    return compare(answer, 0.9 ** 20, [
        (1 - 0.9 ** 20, "this is the probability of being dropped at least once."),
        (0.1 ** 20, "this is the probability of being dropped at every step."),
        (0.9, "this is one step. There are 20."),
        (1 - 20 * 0.1, "probabilities of independent steps are multiplied, not added."),
        (0.9 ** 19, "20 steps are 20 factors."),
    ])


@of_function
def drop_inputs(function):
    return compare(function(X.copy(), MASK.copy(), P), RIGHT, [
        (X * MASK[:, np.newaxis], "the division by 1 - p is missing."),
        (X * MASK[:, np.newaxis] / P, "divide by 1 - p, not by p."),
        (X * ~MASK[:, np.newaxis] / (1 - P), "turned round: the mask is true where a number is kept."),
        (X * MASK[:, np.newaxis] * (1 - P), "divide by 1 - p, do not multiply."),
        (X / (1 - P), "the mask is ignored."),
    ])


def drawn(answer):
    return compare(answer, 16 * 4 * (64 + 32), [
        (16 * (64 + 32), "each of the four gates has masks of its own."),
        (16 * 40 * 4 * (64 + 32), "the masks are the same for all 40 steps: they are drawn once."),
        (4 * (64 + 32), "each sentence of the batch has masks of its own."),
        (16 * 3 * (64 + 32), "an LSTM has four blocks."),
        (16 * 4 * 64, "the masks of the state are missing: 32 numbers."),
        (16 * 4 * 32, "the masks of the inputs are missing: 64 numbers."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("13.1", survives, "at each step it survives with 0.9, and the steps are independent.", "survives = 0.9 ** 20"),
    Exercise("13.2", drop_inputs, "mask[:, np.newaxis] has the shape (batch, 1, m) and fits all steps.",
             "def drop_inputs(x, mask, p):\n    return x * mask[:, np.newaxis] / (1 - p)"),
    Exercise("13.3", drawn, "16 sentences × 4 gates × (numbers of the input + numbers of the state); the steps share them.",
             "drawn = 16 * 4 * (64 + 32)"),
)
