"""Exercises of chapter 11: masks by hand, the parameters of a GRU, a network without masks."""

import numpy as np

from . import Function, Open, Value

ids = np.array([[5, 2, 0, 0], [7, 1, 4, 0], [3, 0, 0, 0]])
H = np.arange(24.0).reshape(2, 4, 3) ** 1.5


def mask(ids):
    return ids != 0


MASK = Value("11.1", mask, "a comparison of the array with a number gives an array of booleans.", [
    (ids == 0, "it is turned round: true stands for a word, false for padding."),
    (ids, "these are the ids. Compare them with 0."),
    (mask(ids).sum(axis=1), "these are the lengths. One boolean for each id is wanted."),
    (ids > 1, "the id 1 is a word, the most frequent one. Only 0 is padding."),
], given=(ids,))


def masked_mean(h, mask):
    weights = mask[:, :, np.newaxis]          # (batch, steps, 1)
    return (h * weights).sum(axis=1) / weights.sum(axis=1)


def masked_sum(h, mask):
    return (h * mask[:, :, np.newaxis]).sum(axis=1)


MASKED_MEAN = Function(
    "11.2", masked_mean, "multiply h by the mask, sum over the steps, divide by the number of words. "
                         "mask[:, :, np.newaxis] has the shape (batch, steps, 1).", [
        (lambda h, mask: h * mask, "h has one axis more than the mask: mask[:, :, np.newaxis] makes them fit."),
        (lambda h, mask: h.mean(axis=1), "this is the mean over all steps: the mask is ignored."),
        (lambda h, mask: masked_sum(h, mask) / h.shape[1],
         "padding is set to 0 but still counted: divide by the number of words, not of steps."),
        (masked_sum, "this is the sum. Divide it by the number of words of each sentence."),
        (lambda h, mask: masked_sum(h, mask) / mask.sum(),
         "divide each sentence by its own number of words: sum the mask along axis 1."),
        (lambda h, mask: masked_mean(h, ~mask), "this is the mean of the padding: the mask is turned round."),
    ], cases=[(H, np.array([[True, True, False, False], [True, True, True, False]])),
              (H.reshape(3, 2, 4), np.array([[True, False], [True, True], [True, False]]))])


def count():
    return 3 * (20 * 48 + 48 * 48 + 2 * 48)


COUNT = Value("11.3", count, "for one block: inputs × units + units × units + 2 × units.", [
    (3 * (20 * 48 + 48 * 48 + 48), "there are two rows of biases: Keras's GRU has reset_after=True."),
    (3 * (20 * 48 + 48 * 48), "the biases are missing."),
    (4 * (20 * 48 + 48 * 48 + 2 * 48), "that would be four blocks, as in an LSTM. A GRU has three."),
    (20 * 48 + 48 * 48 + 2 * 48, "this is one block. There are three."),
    (3 * (20 * 48 + 48 * 20 + 2 * 48),
     "the state has 48 numbers, and so has the next one: its matrix is 48 × 48."),
])


def train_one(seed):
    parts = [filled(part, "post") for part in (train, valid, test)]
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        keras.layers.Embedding(len(vocabulary), 32),
        keras.layers.Conv1D(96, 3, activation="relu"),
        keras.layers.GlobalMaxPooling1D(), keras.layers.Dense(1)])
    reviews.fit(model, *parts[:2], 0.003, epochs=4, seed=seed)
    return reviews.score(model, parts[2])["accuracy"]


UNMASKED = Open("11.4", train_one, "a GRU forgets what came before the padding. Which layer minds less?", [], beat=0.75)

EXERCISES = [MASK, MASKED_MEAN, COUNT, UNMASKED]
