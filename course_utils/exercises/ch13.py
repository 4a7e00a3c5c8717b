"""Exercises of chapter 13: survival of a memory, one mask for all steps, random numbers, a better network."""

import numpy as np

from . import Function, Open, Value

X = np.random.default_rng(13).normal(size=(2, 3, 4)).round(2)
MASK = np.array([[True, False, True, True], [False, True, True, False]])


def survives():
    return 0.9 ** 20


SURVIVES = Value("13.1", survives, "at each step it survives with 0.9, and the steps are independent.", [
    (1 - survives(), "this is the probability of being dropped at least once."),
    (0.1 ** 20, "this is the probability of being dropped at every step."),
    (0.9, "this is one step. There are 20."),
    (1 - 20 * 0.1, "probabilities of independent steps are multiplied, not added."),
    (0.9 ** 19, "20 steps are 20 factors."),
], places=3)


def drop_inputs(x, mask, p):
    return x * mask[:, np.newaxis] / (1 - p)


DROP_INPUTS = Function("13.2", drop_inputs, "mask[:, np.newaxis] has the shape (batch, 1, m) and fits all steps.", [
    (lambda x, mask, p: x * mask[:, np.newaxis], "the division by 1 - p is missing."),
    (lambda x, mask, p: x * mask[:, np.newaxis] / p, "divide by 1 - p, not by p."),
    (lambda x, mask, p: x * ~mask[:, np.newaxis] / (1 - p), "turned round: the mask is true where a number is kept."),
    (lambda x, mask, p: x * mask[:, np.newaxis] * (1 - p), "divide by 1 - p, do not multiply."),
    (lambda x, mask, p: x / (1 - p), "the mask is ignored."),
], cases=[(X, MASK, 0.2), (X[:1, :2], MASK[1:], 0.25)])


def drawn():
    return 16 * 4 * (64 + 32)


DRAWN = Value(
    "13.3", drawn,
    "16 sentences × 4 gates × (numbers of the input + numbers of the state); the steps share them.", [
        (16 * (64 + 32), "each of the four gates has masks of its own."),
        (16 * 40 * 4 * (64 + 32), "the masks are the same for all 40 steps: they are drawn once."),
        (4 * (64 + 32), "each sentence of the batch has masks of its own."),
        (16 * 3 * (64 + 32), "an LSTM has four blocks."),
        (16 * 4 * 64, "the masks of the state are missing: 32 numbers."),
        (16 * 4 * 32, "the masks of the inputs are missing: 64 numbers."),
    ])


def train_one(seed):
    model, _ = trained("GRU, inputs 0.25, rate 0.03", seed)
    return reviews.score(model, test)["accuracy"]


BEATEN = Open("13.4", train_one, "dropping a quarter of the inputs did a little better, within what chance gives.", [],
              beat=0.894)

EXERCISES = [SURVIVES, DROP_INPUTS, DRAWN, BEATEN]
