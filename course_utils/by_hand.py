"""Layers in NumPy, as the chapters write them. Arrays go in and come out in the dtype NumPy gives them."""

import numpy as np


def sigmoid(z):
    """1 / (1 + e^-z), element by element, any shape; no overflow for any z. Chapter 02."""
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))                     # at most 1
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_slope(z):
    """The derivative of the sigmoid at z, S(z) (1 - S(z)), any shape. Chapter 02."""
    return sigmoid(z) * sigmoid(-z)


def tanh(z):
    """The sigmoid stretched and shifted, 2 S(2z) - 1, any shape. Chapter 02."""
    return 2 * sigmoid(2 * np.asarray(z, dtype=float)) - 1


def tanh_slope(z):
    """The derivative of tanh at z, 1 - tanh(z)^2, any shape. Chapter 02."""
    return 4 * sigmoid_slope(2 * np.asarray(z, dtype=float))


def relu(z):
    """z where it is positive, else 0, any shape. Chapter 02."""
    return np.maximum(z, 0)


def relu_slope(z):
    """The derivative of ReLU: 1 where z > 0, else 0 (0 at 0, as in TensorFlow), any shape. Chapter 02."""
    return (np.asarray(z) > 0).astype(float)


def softmax(z):
    """e^z over its sum along the last axis: (..., classes) → (..., classes), rows sum to 1. Chapter 02."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))      # the largest exponent is 0: nothing overflows
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(y, p):
    """-(y log p + (1 - y) log(1 - p)), element by element, any shape; y is 0 or 1, 0 < p < 1. Chapter 03."""
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def dense(x, W, b, activation=None):
    """One layer: activation(x Wᵀ + b). Chapter 01.

    x: (inputs,) or (batch, inputs).  W: (neurons, inputs), a row a neuron.  b: (neurons,).
    Returns (neurons,) or (batch, neurons). Keras keeps W the other way round: (inputs, neurons).
    """
    z = np.asarray(x) @ np.asarray(W).T + b
    return z if activation is None else activation(z)


def conv1d(x, W, b, stride=1):
    """Filters slid over a sentence: each window of words times each filter, summed, plus b; no activation. Chapter 08.

    x: (words, inputs).  W: (width, inputs, filters), as Keras keeps it.  b: (filters,).
    Returns ((words - width) // stride + 1, filters). ValueError if there are fewer words than the filter is wide.
    """
    x, W = np.asarray(x), np.asarray(W)
    if len(x) < len(W):
        raise ValueError(f"a filter of width {len(W)} does not fit into {len(x)} words.")
    windows = np.stack([x[start:start + len(W)] for start in range(0, len(x) - len(W) + 1, stride)])     # (places, width, inputs)
    return np.tensordot(windows, W, axes=2) + b


def pool1d(h, size, stride, how=np.max):
    """The largest (how=np.max) or the mean (how=np.mean) number of each window of steps. Chapter 08.

    h: (steps, features).  Returns ((steps - size) // stride + 1, features).
    """
    h = np.asarray(h)
    return np.stack([how(h[start:start + size], axis=0) for start in range(0, len(h) - size + 1, stride)])


def pool2d(h, size, stride, how=np.max):
    """The same over squares of size × size.  h: (rows, columns).  Returns one number a square, (rows', columns'). Chapter 08."""
    h = np.asarray(h)
    return np.array([[how(h[row:row + size, column:column + size]) for column in range(0, h.shape[1] - size + 1, stride)]
                     for row in range(0, h.shape[0] - size + 1, stride)])


def max_over_time(h, mask):
    """The largest number of each feature over the steps of a sentence, without its padding. Chapter 08.

    h: (batch, steps, features).  mask: (batch, steps) bool, true for a word, at least one a row.
    Returns (batch, features).
    """
    return np.where(np.asarray(mask)[:, :, np.newaxis], h, -np.inf).max(axis=1)


def numerical_slope(f, z, step=1e-5):
    """The derivative of f at z by central differences, element by element: (f(z + h) - f(z - h)) / 2h. Chapter 02."""
    z = np.asarray(z, dtype=float)
    return (f(z + step) - f(z - step)) / (2 * step)
