"""Exercises of chapter 03: one step of gradient descent, its border, momentum, a method of one's own."""

import numpy as np

from ..by_hand import sigmoid
from . import Function, Open, Value

rng = np.random.default_rng(1)
BATCHES = [(np.array([0.2, 0.4]), np.array([[0.5, -1.0]]), np.array([1.0]), 0.5),
           (rng.normal(size=3), rng.normal(size=(4, 3)), np.array([1.0, 0.0, 0.0, 1.0]), 2.0),
           (rng.normal(size=2), rng.normal(size=(6, 2)), np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0]), 1.0)]


def batch_step(w, X, y, rate):
    miss = sigmoid(X @ w) - y
    return w - rate * X.T @ miss / len(X)


def against(slope_by_z, mean=True, rate_used=True):
    """A step against another slope by z."""
    def step(w, X, y, rate):
        gradient = X.T @ slope_by_z(X @ w, y) / (len(X) if mean else 1)
        return w - (rate if rate_used else 1) * gradient
    return step


def miss(z, y):
    return sigmoid(z) - y


BATCH_STEP = Function(
    "03.1", batch_step,
    "the misses are sigmoid(X @ w) - y, a number for each document; X.T @ misses adds them up for each weight.", [
        (against(lambda z, y: y - sigmoid(z)), "this goes uphill: the slope is ŷ − y, and it is subtracted."),
        (against(miss, mean=False), "this is the sum over the batch. The loss is a mean: divide by the documents."),
        (against(miss, rate_used=False), "the learning rate is missing."),
        (against(lambda z, y: z - y), "the sigmoid is missing: ŷ = sigmoid(X @ w)."),
        (against(lambda z, y: 2 * miss(z, y) * sigmoid(z) * sigmoid(-z)),
         "this is the slope of the squared error. That of the cross-entropy is ŷ − y."),
        (lambda w, X, y, rate: X.T @ miss(X @ w, y) / len(X), "this is the gradient. The new w is w − η · gradient."),
        (lambda w, X, y, rate: w - rate * np.mean(miss(X @ w, y)),
         "the gradient has a number for each weight: each miss is multiplied by its inputs."),
    ], cases=BATCHES)


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

EXERCISES = [BATCH_STEP, BORDER, MOMENTUM_STEP, FEWER]
