"""Exercises of chapter 18: the loss of a part, what a ring sends, steps computed twice, and an open one."""

import numpy as np

from . import Function, Open, Value

LOSSES = np.array([0.2, 1.1, 0.7])


def part_loss(losses, batch):
    return losses.sum() / batch


PART_LOSS = Function("18.1", part_loss, "add up the part's losses, and divide by the size of the whole batch.", [
    (lambda losses, batch: losses.mean(),
     "this is the mean of the part. Unequal parts would not add up to the mean of the batch."),
    (lambda losses, batch: losses.sum(), "the division by the size of the whole batch is missing."),
    (lambda losses, batch: losses.mean() / batch, "divided twice: by the part and by the batch."),
    (lambda losses, batch: losses / batch, "one number is wanted: the sum over the part."),
    (lambda losses, batch: losses.mean() / 2, "this is right for two equal parts only."),
], cases=[(LOSSES, 8), (LOSSES[1:], 5)])


def sent():
    return 2 * 5 * 3_000_000 * 4 // 6


SENT = Value("18.2", sent, "2 (n - 1) / n gradients, each of 3,000,000 × 4 bytes.", [
    (2 * 5 * 3_000_000 // 6, "these are numbers. Each has 4 bytes."),
    (5 * 3_000_000 * 4 // 6, "the ring is walked twice: once to add, once to hand the sums on."),
    (2 * 3_000_000 * 4, "of n pieces each worker sends n - 1 in each round trip."),
    (2 * 5 * 3_000_000 * 4, "in each turn only one piece is sent, a sixth of the gradient."),
    (3_000_000 * 4, "this is the gradient itself."),
])


def again(died, every):
    return (died - 1) % every


AGAIN = Function("18.3", again, "died - 1 steps were done. What is left of them when you divide by `every`?", [
    (lambda died, every: died % every, "the step before which it died was never computed."),
    (lambda died, every: (died - 1) // every * every, "this is the step of the last checkpoint."),
    (lambda died, every: every - (died - 1) % every, "these are the steps up to the next checkpoint."),
    (lambda died, every: (died - 1) // every, "this is the number of checkpoints."),
], cases=[(14, 5), (11, 5), (15, 5), (16, 5), (1, 5), (6, 1), (4, 3)])


def train_one(seed):
    keras.utils.set_random_seed(seed)
    ids = keras.Input((None,), dtype="int32")
    rows = keras.layers.Embedding(len(vocabulary), 32)(ids)
    h = keras.layers.Conv1D(64, 3, padding="same", activation="relu")(rows)
    there = keras.ops.cast(ids != 0, "float32")[:, :, np.newaxis]
    model = keras.Model(ids, keras.layers.Dense(1)(keras.ops.max(h * there, axis=1)))
    model.compile(keras.optimizers.Adam(0.03), keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(text.batches_by_length(train.ids, train.labels, 512, seed), epochs=2, shuffle=False, verbose=0)
    return reviews.score(model, test)["accuracy"]


BEATEN = Open("18.4", train_one, "a network that learns more from each step, as in chapter 08, at a high rate.", [],
              beat=0.83)

EXERCISES = [PART_LOSS, SENT, AGAIN, BEATEN]
