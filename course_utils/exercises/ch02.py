"""Exercises of chapter 02: variations of the activations."""

import numpy as np

from ..by_hand import softmax
from . import Exercise, collect, compare, of_function

Z = np.array([[-3.0, -0.5, 0.0], [0.5, 2.0, -40.0]])
SCORES = np.array([[2.0, 1.0, 0.1], [1000.0, 1001.0, 999.0]])


@of_function
def leaky(function):
    try:
        answer = function(Z.copy())
    except ValueError as error:
        if "truth value" in str(error):
            return "`if z > 0` asks one question of a whole array. np.where asks it of each element."
        raise
    return compare(answer, np.where(Z >= 0, Z, 0.1 * Z), [
        (np.maximum(Z, 0), "this is the plain ReLU: the left side must be 0.1 z."),
        (np.where(Z >= 0, Z, -0.1 * Z), "the left side has the wrong sign: 0.1 z is negative there."),
        (np.where(Z >= 0, Z, 0.1), "the left side is 0.1 times z, not 0.1."),
        (np.where(Z >= 0, 1, 0.1), "these are the slopes. The values are asked for."),
        (np.where(Z >= 0, 0.1 * Z, Z), "left and right are swapped."),
    ])


def tenth(answer):
    # S (1 - S) = 0.025 is a quadratic equation in S
    high = (1 + np.sqrt(0.9)) / 2
    return compare(answer, np.log(high / (1 - high)), [
        (-np.log(high / (1 - high)), "by symmetry this is right on the left side; the one with z > 0 is asked for."),
        (np.log((1 + np.sqrt(0.6)) / (1 - np.sqrt(0.6))), "here the slope is 0.1. One tenth of the largest slope is 0.025."),
        (high, "this is S(z) there. The z is asked for: z = log(S / (1 - S))."),
        (np.log(9), "here the sigmoid itself is 0.9. The question is about its slope."),
    ], tolerance=5e-3)


@of_function
def temperature(function):
    with np.errstate(over="ignore", invalid="ignore"):
        at_one, answer = function(SCORES.copy(), 1.0), function(SCORES.copy(), 2.0)
    if np.isnan(np.asarray([answer, at_one], dtype=float)).any():
        return "there is a nan: e to the power of 1000 overflows. Subtract the largest score of each row first."
    return compare(answer, softmax(SCORES / 2), [
        (softmax(SCORES * 2), "the scores are multiplied by T; they must be divided by it."),
        (softmax(SCORES), "T has no effect."),
        (softmax(SCORES) / 2, "T must act before the softmax: these rows do not add up to 1."),
        (np.exp(SCORES / 2 - SCORES.max() / 2) / np.exp(SCORES / 2 - SCORES.max() / 2).sum(),
         "the sum runs over the whole batch. Each row must add up to 1: axis=-1, keepdims=True."),
    ]) or compare(at_one, softmax(SCORES))


EXERCISES = collect(
    Exercise("02.1", leaky, "np.where(condition, where it holds, where not) chooses element by element.",
             "def leaky_relu(z):\n    return np.where(z >= 0, z, 0.1 * z)"),
    Exercise("02.2", tenth, "the largest slope is 0.25, so S (1 - S) = 0.025. You may also look for it with numbers: "
                            "compute sigmoid_slope on a fine axis.",
             "fine = np.linspace(0, 6, 600_001)\n"
             "z_tenth = fine[np.argmin(np.abs(sigmoid_slope(fine) - 0.025))]"),
    Exercise("02.3", temperature, "the softmax of the chapter, with z / T in the place of z.",
             "def softmax_t(z, T):\n    return softmax(z / T)"),
)
