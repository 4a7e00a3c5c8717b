"""Exercises of chapter 16: a masked softmax, the parameters of self-attention, how many characters are hidden, and an
open one."""

import numpy as np

from ..by_hand import softmax
from . import Function, Open, Value

SCORES = np.array([[1.0, 2.0, 0.5, 3.0], [-1.0, 0.0, 4.0, 4.0], [900.0, 901.0, 0.0, 0.0]])
MASK = np.array([[True, True, True, True], [True, True, False, False], [True, True, False, False]])


def masked_softmax(scores, mask):
    scores = np.where(mask, scores, -1e9)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def unsafe(scores, mask):
    e = np.exp(np.where(mask, scores, -1e9))
    return e / e.sum(axis=-1, keepdims=True)


MASKED_SOFTMAX = Function(
    "16.1", masked_softmax,
    "np.where(mask, scores, -1e9), then take the largest score of each row off before np.exp.", [
        (lambda scores, mask: softmax(scores), "the mask has no effect."),
        (lambda scores, mask: softmax(scores) * mask,
         "masked after the softmax, the rows no longer sum to 1. Mask the scores before it."),
        (lambda scores, mask: softmax(scores * mask),
         "a score of 0 is not weight 0: e to the 0 is 1. Use a very low score."),
        (lambda scores, mask: masked_softmax(scores, ~mask), "the mask is turned round: true is what is there."),
        (lambda scores, mask: masked_softmax(scores.T, mask.T).T,
         "this is along the batch. Each row is a document: axis=-1."),
        (unsafe, "there is a nan: e to the 900 overflows. Take the largest score of each row off first."),
    ], cases=[(SCORES, MASK),
              (np.array([[905.0, 903.0, 910.0], [1.0, 2.0, 3.0]]), np.array([[True, True, False]] * 2))])


def parameters():
    return 3 * (64 * 4 * 16 + 4 * 16) + (4 * 16 * 64 + 64)


PARAMETERS = Value(
    "16.2", parameters,
    "queries, keys and values: 64 × (4 × 16) and 4 × 16 biases each; then the matrix that joins the heads.", [
        (4 * 64 * 64, "the biases are missing."),
        (3 * (64 * 64 + 64), "the matrix that joins the heads is missing."),
        (4 * 4 * (64 * 64 + 64), "a head has 16 numbers, not 64: four heads together make 64."),
        (3 * (64 * 16 + 16) + 16 * 64 + 64, "this is one head."),
        (4 * 64 * 64 + 3 * 64, "the bias of the last matrix is missing."),
    ])


def hidden():
    return 0.8 * 0.15 * 40, 0.1 * 0.15 * 40, 0.1 * 0.15 * 40


MASKED, OTHER, STAY = hidden()
HIDDEN = Value("16.3", hidden, "0.15 × 40 = 6 are chosen.", [
    ((32, 4, 4), "this is of all 40. Only 15 in a hundred are chosen, six characters."),
    ((6, OTHER, STAY), "six are chosen; 80 % of these become [MASK]."),
    ((0.8, 0.1, 0.1), "these are the shares of the chosen. How many are chosen of 40?"),
    ((MASKED, OTHER, 40 - 6), "only the chosen ones count: those that stay are 10 % of them."),
    ((MASKED, OTHER, 40 - MASKED - OTHER), "only the chosen ones count: those that stay are 10 % of them."),
])


def train_one(seed):
    keras.utils.set_random_seed(seed)
    ids = keras.Input((None,), dtype="int32")
    there = ids != 0
    h = keras.layers.Embedding(len(words), 32)(ids)
    h = keras.layers.GRU(32, return_sequences=True)(h, mask=there)
    last = h[:, -1:]
    heard = keras.layers.MultiHeadAttention(2, 16)(last, h, attention_mask=there[:, None])
    model = keras.Model(ids, keras.layers.Dense(1)((last + heard)[:, 0]))
    reviews.fit(model, train, choose, 0.03, 4, seed)
    return reviews.score(model, test)["accuracy"]


BEATEN = Open("16.4", train_one, "a layer that sees the order, before the attention: a GRU, say.", [], beat=0.85)

EXERCISES = [MASKED_SOFTMAX, PARAMETERS, HIDDEN, BEATEN]
