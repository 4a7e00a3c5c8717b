"""Exercises of chapter 17: what a box loses, a weighted mean of sentences, standard errors, a better reader."""

import numpy as np

from .. import by_hand
from . import Function, Open, Value

LENGTHS = np.array([12, 40, 25, 8, 30])
H = np.random.default_rng(17).normal(size=(2, 4, 3)).round(2)
SCORES = np.array([[1.0, 2.0, 0.5, 3.0], [-1.0, 0.5, 4.0, 4.0]])
MASK = np.array([[True, True, True, True], [True, True, False, False]])


def lost(lengths, rows, width):
    kept = sum(min(length, width) for length in lengths[:rows])
    return 1 - kept / sum(lengths)


LOST = Function("17.1", lost, "keep min(length, width) characters of each of the first `rows` sentences.", [
    (lambda lengths, rows, width: 1 - lost(lengths, rows, width), "this is what is kept."),
    (lambda lengths, rows, width: lost(lengths, rows, width) * sum(lengths),
     "this is a number of characters. Divide it by all of them."),
    (lambda lengths, rows, width: lost(lengths, len(lengths), width),
     "whole sentences are lost too: only the first `rows` are kept."),
    (lambda lengths, rows, width: 1 - sum(lengths[:rows]) / sum(lengths),
     "long sentences are cut too: min(length, width)."),
    (lambda lengths, rows, width: 1 - np.minimum(lengths[:rows], width).sum() / (rows * width),
     "this is the empty share of the box. Divide by the characters of the document."),
], cases=[(LENGTHS, 3, 20), (LENGTHS, 10, 100), (np.array([7]), 1, 5)])


def pool(h, scores, mask):
    weights = by_hand.softmax(np.where(mask, scores, -1e9))
    return (weights[:, :, np.newaxis] * h).sum(axis=1)


def pooled(weigh):
    """A mistake: the weighted sum with the weights that `weigh` returns for scores and mask."""
    return lambda h, scores, mask: (weigh(scores, mask)[:, :, np.newaxis] * h).sum(axis=1)


def not_added(h, scores, mask):
    return by_hand.softmax(np.where(mask, scores, -1e9))[:, :, np.newaxis] * h


POOL = Function(
    "17.2", pool,
    "by_hand.softmax of np.where(mask, scores, -1e9); then weights[:, :, np.newaxis] * h, summed over axis 1.", [
        (pooled(lambda scores, mask: by_hand.softmax(scores)), "the mask has no effect."),
        (pooled(lambda scores, mask: by_hand.softmax(scores) * mask),
         "masked after the softmax, the weights no longer sum to 1. Mask the scores before it."),
        (pooled(lambda scores, mask: np.where(mask, scores, 0)),
         "the softmax is missing: weights are positive and sum to 1."),
        (pooled(lambda scores, mask: mask / mask.sum(axis=1, keepdims=True)),
         "this is the plain mean. The scores have no effect."),
        (not_added, "add the weighted states up over the sentences, axis=1."),
        (lambda h, scores, mask: not_added(h, scores, mask).mean(axis=1),
         "the weights sum to 1 already: a sum is wanted, not a mean."),
    ], cases=[(H, SCORES, MASK), (H[:, 1:, 1:], SCORES[::-1, 1:], MASK[:, 1:])])


def errors():
    first, second = (p * (1 - p) / 200 for p in (174 / 200, 178 / 200))
    return first ** 0.5, (first + second) ** 0.5


FIRST, BOTH = errors()
ERRORS = Value("17.3", errors, "√(p (1 - p) / n) for each share p.", [
    ((BOTH, FIRST), "the two are swapped."),
    ((FIRST ** 2, BOTH ** 2), "these are the squares. Take the root."),
    ((FIRST, FIRST + (BOTH ** 2 - FIRST ** 2) ** 0.5), "add the squares and take the root, not the errors themselves."),
    ((FIRST, (178 - 174) / 200), "the second is the difference itself. Its standard error is asked for."),
    ((FIRST * 200 ** 0.5, BOTH * 200 ** 0.5), "the division by the number of documents is missing."),
], places=3)


def train_one(seed):
    keras.utils.set_random_seed(seed)
    both = zip(boxes_of("TF-IDF"), boxes_of("word2vec"), strict=True)
    box, box_valid, box_test = (np.concatenate(two, axis=2) for two in both)
    inputs = keras.Input((30, 128))
    sentence = keras.ops.cast(keras.ops.any(inputs != 0, axis=2, keepdims=True), "float32")
    h = attention(keras.layers.Dropout(0.3)(inputs), sentence)
    model = keras.Model(inputs, keras.layers.Dense(len(classes))(keras.layers.Dropout(0.3)(h)))
    model.compile(keras.optimizers.Adam(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    best = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
    data = text.to_dataset([(box[i:i + 64], train.labels[i:i + 64]) for i in range(0, len(box), 64)], seed)
    model.fit(data, epochs=20, shuffle=False, verbose=0, validation_data=(box_valid, valid.labels), callbacks=[best])
    return np.mean(model.predict(box_test, verbose=0).argmax(axis=1) == test.labels)


BEATEN = Open("17.4", train_one, "two kinds of vectors, one beside the other, and attention over them.", [], beat=0.868)

EXERCISES = [LOST, POOL, ERRORS, BEATEN]
