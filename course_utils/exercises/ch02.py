"""Exercises of chapter 02: variations of the activations."""

import numpy as np

from ..by_hand import sigmoid_slope, softmax
from . import Function, Open, Value

Z = np.array([[-3.0, -0.5, 0.0], [0.5, 2.0, -40.0]])
SCORES = np.array([[2.0, 1.0, 0.1], [3000.0, 3001.0, 2999.0]])         # e to the 3000 / T overflows for each T below


def leaky_relu(z):
    return np.where(z >= 0, z, 0.1 * z)


LEAKY_RELU = Function(
    "02.1", leaky_relu,
    "np.where(condition, where it holds, where not) chooses element by element.", [
        (lambda z: z if z > 0 else 0.1 * z,
         "`if z > 0` asks one question of a whole array. np.where asks it of each element."),
        (lambda z: np.maximum(z, 0), "this is the plain ReLU: the left side must be 0.1 z."),
        (lambda z: np.where(z >= 0, z, -0.1 * z), "the left side has the wrong sign: 0.1 z is negative there."),
        (lambda z: np.where(z >= 0, z, 0.1), "the left side is 0.1 times z, not 0.1."),
        (lambda z: np.where(z >= 0, 1, 0.1), "these are the slopes. The values are asked for."),
        (lambda z: np.where(z >= 0, 0.1 * z, z), "left and right are swapped."),
    ], cases=[(Z,), (Z[0],)])


def z_tenth():
    fine = np.linspace(0, 6, 600_001)
    return fine[np.argmin(np.abs(sigmoid_slope(fine) - 0.025))]


HIGH = (1 + np.sqrt(0.9)) / 2                  # S (1 - S) = 0.025 is a quadratic equation in S
Z_TENTH = Value(
    "02.2", z_tenth, "the largest slope is 0.25, so S (1 - S) = 0.025. You may also look for it with numbers: "
                     "compute sigmoid_slope on a fine axis.", [
        (-z_tenth(), "by symmetry this is right on the left side; the one with z > 0 is asked for."),
        (np.log((1 + np.sqrt(0.6)) / (1 - np.sqrt(0.6))),
         "here the slope is 0.1. One tenth of the largest slope is 0.025."),
        (HIGH, "this is S(z) there. The z is asked for: z = log(S / (1 - S))."),
        (np.log(9), "here the sigmoid itself is 0.9. The question is about its slope."),
    ])


def softmax_t(z, T):
    return softmax(z / T)


def over_all(z, T):
    return softmax((z / T).ravel()).reshape(z.shape)


SOFTMAX_T = Function("02.3", softmax_t, "the softmax of the chapter, with z / T in the place of z.", [
    (lambda z, T: np.exp(z / T) / np.exp(z / T).sum(axis=-1, keepdims=True),
     "there is a nan: e to a large power overflows. Subtract the largest score of each row first."),
    (lambda z, T: softmax(z * T), "the scores are multiplied by T; they must be divided by it."),
    (lambda z, T: softmax(z), "T has no effect."),
    (lambda z, T: softmax(z) / T, "T must act before the softmax: these rows do not add up to 1."),
    (over_all, "the sum runs over the whole batch. Each row must add up to 1: axis=-1, keepdims=True."),
], cases=[(SCORES, 2.0), (SCORES, 0.5)])

def train(seed):
    keras.utils.set_random_seed(seed)
    model = build("elu", 10)
    model.compile(keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True))
    for step in range(300):
        if model.train_on_batch(documents, positive) < 0.1:
            return 1 - step / 300
    return 0.0


DEEP = Open("02.4", train, "which activations pass something on to the left of 0, and have a slope near 1 around it? "
            "Ten layers want a small rate.", [], beat=0.6)

EXERCISES = [LEAKY_RELU, Z_TENTH, SOFTMAX_T, DEEP]
