"""Exercises of chapter 16: a masked softmax, the parameters of self-attention, what a box loses."""

import numpy as np

from . import Exercise, collect, compare, of_function

SCORES = np.array([[1.0, 2.0, 0.5, 3.0], [-1.0, 0.0, 4.0, 4.0], [900.0, 901.0, 0.0, 0.0]])
MASK = np.array([[True, True, True, True], [True, True, False, False], [True, True, False, False]])
LENGTHS = [12, 40, 25, 8, 30]


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


RIGHT = softmax(np.where(MASK, SCORES, -1e9))


@of_function
def masked_softmax(function):
    with np.errstate(all="ignore"):
        return compare(function(SCORES.copy(), MASK.copy()), RIGHT, [
            (softmax(SCORES), "the mask has no effect."),
            (softmax(SCORES) * MASK, "masked after the softmax, the rows no longer sum to 1. Mask the scores before it."),
            (softmax(SCORES * MASK), "a score of 0 is not weight 0: e to the 0 is 1. Use a very low score."),
            (softmax(np.where(MASK, -1e9, SCORES)), "the mask is turned round: true is what is there."),
            (softmax(np.where(MASK, SCORES, -1e9).T).T, "this is along the batch. Each row is a document: axis=-1."),
        ])


def parameters(answer):
    return compare(answer, 4 * (64 * 64 + 64), [
        (4 * 64 * 64, "the biases are missing."),
        (3 * (64 * 64 + 64), "the matrix that joins the heads is missing."),
        (4 * 4 * (64 * 64 + 64), "a head has 16 numbers, not 64: four heads together make 64."),
        (3 * (64 * 16 + 16) + 16 * 64 + 64, "this is one head."),
        (4 * 64 * 64 + 3 * 64, "the bias of the last matrix is missing."),
    ], tolerance=1e-9)


@of_function
def lost(function):
    cases = [(LENGTHS, 3, 20), (LENGTHS, 10, 100), ([7], 1, 5)]
    kept = lambda lengths, rows, width: sum(min(one, width) for one in lengths[:rows])
    return compare([function(np.array(one), rows, width) for one, rows, width in cases],
                   [1 - kept(*case) / sum(case[0]) for case in cases], [
        ([kept(*case) / sum(case[0]) for case in cases], "this is what is kept."),
        ([sum(case[0]) - kept(*case) for case in cases], "this is a number of characters. Divide it by all of them."),
        ([1 - kept(one, len(one), width) / sum(one) for one, _, width in cases], "whole sentences are lost too: only the first `rows` are kept."),
        ([1 - sum(one[:rows]) / sum(one) for one, rows, _ in cases], "long sentences are cut too: min(length, width)."),
        ([1 - kept(one, rows, width) / (rows * width) for one, rows, width in cases],
         "this is the empty share of the box. Divide by the characters of the document."),
    ])


EXERCISES = collect(
    Exercise("16.1", masked_softmax, "np.where(mask, scores, -1e9), then take the largest score of each row off before np.exp.",
             "def masked_softmax(scores, mask):\n    scores = np.where(mask, scores, -1e9)\n"
             "    e = np.exp(scores - scores.max(axis=-1, keepdims=True))\n    return e / e.sum(axis=-1, keepdims=True)"),
    Exercise("16.2", parameters, "queries, keys and values: 64 × (4 × 16) and 4 × 16 biases each; then the matrix that joins the heads.",
             "parameters = 3 * (64 * 4 * 16 + 4 * 16) + (4 * 16 * 64 + 64)"),
    Exercise("16.3", lost, "keep min(length, width) characters of each of the first `rows` sentences.",
             "def lost(lengths, rows, width):\n    kept = sum(min(length, width) for length in lengths[:rows])\n    return 1 - kept / sum(lengths)"),
)
