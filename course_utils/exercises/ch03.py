"""Exercises of chapter 03: one step of gradient descent, its border, momentum."""

import numpy as np

from ..by_hand import sigmoid
from . import Function, Open, Value

X, W, Y, RATE = np.array([0.5, -1.0]), np.array([0.2, 0.4]), 1.0, 0.5
P = sigmoid(W @ X)


def w_new():
    one = np.array([0.5, -1.0])
    old = np.array([0.2, 0.4])
    return old - 0.5 * (sigmoid(old @ one) - 1) * one


W_NEW = Value(
    "03.1", w_new,
    "z = w · x, p = sigmoid(z), the gradient is (p − y) x, and then the rule of gradient descent.", [
        (W + RATE * (P - Y) * X, "this goes uphill. Subtract the gradient, and it is p − y, not y − p."),
        ((P - Y) * X, "this is the gradient. The new w is w − η · gradient."),
        (W - (P - Y) * X, "the learning rate is missing."),
        (W - RATE * (P - Y), "the gradient has a number for each weight: (p − y) x."),
        (W - RATE * (W @ X - Y) * X, "the sigmoid is missing: p = sigmoid(w · x)."),
        (W - RATE * 2 * (P - Y) * P * (1 - P) * X, "this is the gradient of the squared error."),
    ], places=3)


def border():
    return 2 / 6


BORDER = Value("03.2", border, "the border is 2 / c, and c is the slope of the slope: derive 3 w² twice.", [
    (2 / 3, "the curvature of 3 w² is not 3: its slope is 6 w, and the slope of that is 6."),
    (1 / 6, "at 1 / 6 it arrives in one step. It diverges only above twice that."),
    (6, "this is the curvature. The border is 2 divided by it."),
    (3, "the border is 2 divided by the curvature, the slope of the slope."),
])


def momentum_step(w, velocity, gradient, rate, momentum):
    velocity = momentum * velocity - rate * gradient
    return w + velocity, velocity


def both(change):
    """A step with the change of w that `change` returns for v, g, rate and m."""
    def step(w, v, g, rate, m):
        new = change(v, g, rate, m)
        return w + new, new
    return step


STEPS = [(np.array([1.0, 2.0, -1.0]), np.array([0.5, -0.5, 0.25]), np.array([3.0, -1.0, 2.0]), 0.1, 0.8),
         (np.array([0.3]), np.array([-0.6]), np.array([1.5]), 0.2, 0.5)]
TWO_THINGS = "return two things: the new w and the new velocity."
MOMENTUM_STEP = Function("03.3", momentum_step, "two lines of `slide`: first the velocity, then w.", [
    (lambda w, v, g, rate, m: momentum_step(w, v, g, rate, m)[0], TWO_THINGS),
    (lambda w, v, g, rate, m: momentum_step(w, v, g, rate, m)[1], TWO_THINGS),
    (lambda w, v, g, rate, m: w - rate * g, TWO_THINGS),
    (lambda w, v, g, rate, m: momentum_step(w, v, g, rate, m)[::-1],
     "the two are swapped: first the new w, then the new velocity."),
    (lambda w, v, g, rate, m: (w + v, m * v - rate * g), "w must move by the new velocity, not by the old one."),
    (lambda w, v, g, rate, m: (w - (m * v - rate * g), m * v - rate * g),
     "the velocity already points downhill: add it."),
    (both(lambda v, g, rate, m: m * v + rate * g), "the gradient must be subtracted."),
    (both(lambda v, g, rate, m: -rate * g), "the old velocity has no effect: it is kept in part, momentum · velocity."),
    (both(lambda v, g, rate, m: v - rate * g), "only a part of the old velocity is kept: momentum · velocity."),
], cases=STEPS)

def train(seed):
    def repaired(memory, g, rate, t):
        memory["s"] = 0.9 * memory.get("s", g ** 2) + 0.1 * g ** 2         # begins with the first square, not with 0
        return -rate * g / np.sqrt(memory["s"] + 1e-7)
    return 1 - needed(repaired, tenth, 2.0, seed)


FEWER = Open("03.4", train, "RMSprop's running mean begins at 0, so its first steps are too long. "
             "What does Adam do about that?", [], beat=0.85)

EXERCISES = [W_NEW, BORDER, MOMENTUM_STEP, FEWER]
