"""Exercises of chapter 17: the loss of a part, what a ring sends, steps computed twice."""

import numpy as np

from . import Exercise, collect, compare, of_function

LOSSES = np.array([0.2, 1.1, 0.7])


@of_function
def part_loss(function):
    return compare(function(LOSSES.copy(), 8), LOSSES.sum() / 8, [
        (LOSSES.mean(), "this is the mean of the part. Unequal parts would not add up to the mean of the batch."),
        (LOSSES.sum(), "the division by the size of the whole batch is missing."),
        (LOSSES.mean() / 8, "divided twice: by the part and by the batch."),
        (LOSSES / 8, "one number is wanted: the sum over the part."),
        (LOSSES.mean() / 2, "this is right for two equal parts only."),
    ])


def sent(answer):
    return compare(answer, 2 * 5 * 3_000_000 * 4 // 6, [
        (2 * 5 * 3_000_000 // 6, "these are numbers. Each has 4 bytes."),
        (5 * 3_000_000 * 4 // 6, "the ring is walked twice: once to add, once to hand the sums on."),
        (2 * 3_000_000 * 4, "of n pieces each worker sends n - 1 in each round trip."),
        (2 * 5 * 3_000_000 * 4, "in each turn only one piece is sent, a sixth of the gradient."),
        (3_000_000 * 4, "this is the gradient itself."),
    ], tolerance=1e-9)


@of_function
def again(function):
    died, every = np.array([14, 11, 15, 16, 1, 6, 4]), np.array([5, 5, 5, 5, 5, 1, 3])
    steps = lambda rule: [rule(int(one), int(other)) for one, other in zip(died, every, strict=True)]
    return compare(steps(function), steps(lambda one, other: (one - 1) % other), [
        (steps(lambda one, other: one % other), "the step before which it died was never computed."),
        (steps(lambda one, other: (one - 1) // other * other), "this is the step of the last checkpoint."),
        (steps(lambda one, other: other - (one - 1) % other), "these are the steps up to the next checkpoint."),
        (steps(lambda one, other: (one - 1) // other), "this is the number of checkpoints."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("17.1", part_loss, "add up the part's losses, and divide by the size of the whole batch.",
             "def part_loss(losses, batch):\n    return losses.sum() / batch"),
    Exercise("17.2", sent, "2 (n - 1) / n gradients, each of 3,000,000 × 4 bytes.", "sent = 2 * 5 * 3_000_000 * 4 // 6"),
    Exercise("17.3", again, "died - 1 steps were done. What is left of them when you divide by `every`?",
             "def again(died, every):\n    return (died - 1) % every"),
)
