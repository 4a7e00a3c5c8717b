"""Exercises of chapter 03: one step of gradient descent, its border, momentum."""

import numpy as np

from ..by_hand import sigmoid
from . import Exercise, collect, compare, of_function

X, W, Y, RATE = np.array([0.5, -1.0]), np.array([0.2, 0.4]), 1.0, 0.5
P = sigmoid(W @ X)


def one_step(answer):
    return compare(answer, W - RATE * (P - Y) * X, [
        (W + RATE * (P - Y) * X, "this goes uphill. Subtract the gradient, and it is p − y, not y − p."),
        ((P - Y) * X, "this is the gradient. The new w is w − η · gradient."),
        (W - (P - Y) * X, "the learning rate is missing."),
        (W - RATE * (P - Y), "the gradient has a number for each weight: (p − y) x."),
        (W - RATE * (W @ X - Y) * X, "the sigmoid is missing: p = sigmoid(w · x)."),
        (W - RATE * 2 * (P - Y) * P * (1 - P) * X, "this is the gradient of the squared error."),
    ])


def border(answer):
    return compare(answer, 1 / 3, [
        (2 / 3, "the curvature of 3 w² is not 3: its slope is 6 w, and the slope of that is 6."),
        (1 / 6, "at 1 / 6 it arrives in one step. It diverges only above twice that."),
        (6, "this is the curvature. The border is 2 divided by it."),
        (3, "the border is 2 divided by the curvature, the slope of the slope."),
    ])


@of_function
def momentum_step(function):
    w, velocity, gradient, rate, momentum = np.array([1.0, 2.0]), np.array([0.5, -0.5]), np.array([3.0, -1.0]), 0.1, 0.8
    new = momentum * velocity - rate * gradient
    answer = function(w.copy(), velocity.copy(), gradient.copy(), rate, momentum)
    if not isinstance(answer, tuple) or len(answer) != 2:
        return "return two things: the new w and the new velocity."
    return compare(np.array(answer), (w + new, new), [
        ((new, w + new), "the two are swapped: first the new w, then the new velocity."),
        ((w + velocity, new), "w must move by the new velocity, not by the old one."),
        ((w - new, new), "the velocity already points downhill: add it."),
        ((w + momentum * velocity + rate * gradient, momentum * velocity + rate * gradient), "the gradient must be subtracted."),
        ((w - rate * gradient, -rate * gradient), "the old velocity has no effect: it is kept in part, momentum · velocity."),
        ((w + velocity - rate * gradient, velocity - rate * gradient), "only a part of the old velocity is kept: momentum · velocity."),
    ])


EXERCISES = collect(
    Exercise("03.1", one_step, "z = w · x, p = sigmoid(z), the gradient is (p − y) x, and then the rule of gradient descent.",
             "one = np.array([0.5, -1.0])\nold = np.array([0.2, 0.4])\nw_new = old - 0.5 * (sigmoid(old @ one) - 1) * one"),
    Exercise("03.2", border, "the border is 2 / c, and c is the slope of the slope: derive 3 w² twice.", "border = 2 / 6"),
    Exercise("03.3", momentum_step, "two lines of `slide`: first the velocity, then w.",
             "def momentum_step(w, velocity, gradient, rate, momentum):\n"
             "    velocity = momentum * velocity - rate * gradient\n"
             "    return w + velocity, velocity"),
)
