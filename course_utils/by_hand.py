"""Layers in NumPy, as the chapters write them. Arrays go in and come out in the dtype NumPy gives them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

Array = np.ndarray
Step = Callable[..., tuple[Array, ...]]        # (x_t, *states) → the new states


def sigmoid(z: ArrayLike) -> Array:
    """1 / (1 + e^-z), element by element, any shape; no overflow for any z. Chapter 02."""
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))                     # at most 1
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_slope(z: ArrayLike) -> Array:
    """The derivative of the sigmoid at z, S(z) (1 - S(z)), any shape. Chapter 02."""
    return sigmoid(z) * sigmoid(-z)


def tanh(z: ArrayLike) -> Array:
    """The sigmoid stretched and shifted, 2 S(2z) - 1, any shape. Chapter 02."""
    return 2 * sigmoid(2 * np.asarray(z, dtype=float)) - 1


def tanh_slope(z: ArrayLike) -> Array:
    """The derivative of tanh at z, 1 - tanh(z)^2, any shape. Chapter 02."""
    return 4 * sigmoid_slope(2 * np.asarray(z, dtype=float))


def relu(z: ArrayLike) -> Array:
    """z where it is positive, else 0, any shape. Chapter 02."""
    return np.maximum(z, 0)


def relu_slope(z: ArrayLike) -> Array:
    """The derivative of ReLU: 1 where z > 0, else 0 (0 at 0, as in TensorFlow), any shape. Chapter 02."""
    return (np.asarray(z) > 0).astype(float)


def softmax(z: ArrayLike) -> Array:
    """e^z over its sum along the last axis: (..., classes) → (..., classes), rows sum to 1. Chapter 02."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))      # the largest exponent is 0: nothing overflows
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(y: ArrayLike, p: ArrayLike) -> Array:
    """-(y log p + (1 - y) log(1 - p)), element by element, any shape; y is 0 or 1, 0 < p < 1. Chapter 03."""
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def dense(x: ArrayLike, W: ArrayLike, b: ArrayLike, activation: Callable[[Array], Array] | None = None) -> Array:
    """One layer: activation(x Wᵀ + b). Chapter 01.

    x: (inputs,) or (batch, inputs).  W: (neurons, inputs), a row a neuron.  b: (neurons,).
    Returns (neurons,) or (batch, neurons). Keras keeps W the other way round: (inputs, neurons).
    """
    z = np.asarray(x) @ np.asarray(W).T + b
    return z if activation is None else activation(z)


def conv1d(x: ArrayLike, W: ArrayLike, b: ArrayLike, stride: int = 1) -> Array:
    """Filters slid over a sentence: each window of words times each filter, summed, plus b; no activation. Chapter 08.

    x: (words, inputs).  W: (width, inputs, filters), as Keras keeps it.  b: (filters,).
    Returns ((words - width) // stride + 1, filters). ValueError if there are fewer words than the filter is wide.
    """
    x, W = np.asarray(x), np.asarray(W)
    if len(x) < len(W):
        raise ValueError(f"a filter of width {len(W)} does not fit into {len(x)} words.")
    places = range(0, len(x) - len(W) + 1, stride)
    windows = np.stack([x[start:start + len(W)] for start in places])                        # (places, width, inputs)
    return np.tensordot(windows, W, axes=2) + b


def pool1d(h: ArrayLike, size: int, stride: int, how: Callable = np.max) -> Array:
    """The largest (how=np.max) or the mean (how=np.mean) number of each window of steps. Chapter 08.

    h: (steps, features).  Returns ((steps - size) // stride + 1, features).
    """
    h = np.asarray(h)
    return np.stack([how(h[start:start + size], axis=0) for start in range(0, len(h) - size + 1, stride)])


def pool2d(h: ArrayLike, size: int, stride: int, how: Callable = np.max) -> Array:
    """The same over squares of size × size: one number a square. Chapter 08.

    h: (rows, columns).  Returns ((rows - size) // stride + 1, (columns - size) // stride + 1).
    """
    h = np.asarray(h)
    rows, columns = (range(0, length - size + 1, stride) for length in h.shape)
    return np.array([[how(h[row:row + size, column:column + size]) for column in columns] for row in rows])


def max_over_time(h: ArrayLike, mask: ArrayLike) -> Array:
    """The largest number of each feature over the steps of a sentence, without its padding. Chapter 08.

    h: (batch, steps, features).  mask: (batch, steps) bool, true for a word, at least one a row.
    Returns (batch, features).
    """
    return np.where(np.asarray(mask)[:, :, np.newaxis], h, -np.inf).max(axis=1)


def recur(step: Step, x: Array, states: tuple[Array, ...], mask: Array | None = None) -> Array:
    """A recurrent step, repeated over time. Chapter 09.

    step: (x_t, *states) → the new states, a tuple; the first of them is also the output.
    x: (batch, steps, inputs).  states: the states to begin with, a tuple of (batch, units).
    mask: (batch, steps) bool; where it is false, the states stay as they are.
    Returns the outputs of all steps, (batch, steps, units).
    """
    outputs = []
    for t in range(x.shape[1]):
        new = step(x[:, t], *states)
        if mask is not None:
            new = [np.where(mask[:, t, np.newaxis], fresh, old) for fresh, old in zip(new, states, strict=True)]
        states = new
        outputs.append(states[0])
    return np.stack(outputs, axis=1)


def simple_rnn_step(x: Array, h: Array, W_x: Array, W_h: Array, b: Array) -> tuple[Array]:
    """One step: tanh(x W_x + h W_h + b). Chapter 09.

    x: (batch, inputs).  h: (batch, units).  W_x: (inputs, units).  W_h: (units, units).  b: (units,).
    Returns the new state in a tuple, (h,).
    """
    return (np.tanh(x @ W_x + h @ W_h + b),)


def simple_rnn(x: Array, W_x: Array, W_h: Array, b: Array, mask: Array | None = None) -> Array:
    """The states of a simple recurrent layer after every step, as keras.layers.SimpleRNN computes them. Chapter 09.

    x: (batch, steps, inputs).  Weights as in `simple_rnn_step`, the order of Keras's `get_weights()`.
    mask: as in `recur`.  Returns (batch, steps, units).
    """
    return recur(lambda x_t, h: simple_rnn_step(x_t, h, W_x, W_h, b), x, (np.zeros((len(x), len(W_h))),), mask)


def lstm_step(x: Array, h: Array, c: Array, W_x: Array, W_h: Array, b: Array) -> tuple[Array, Array]:
    """One step of the LSTM (Hochreiter and Schmidhuber 1997, Gers et al. 2000): c = f c + i g, h = o tanh(c).

    Chapter 10.

    x: (batch, inputs).  h, c: (batch, units).
    W_x: (inputs, 4 units), W_h: (units, 4 units), b: (4 units,).
    The gates are in Keras's order: input, forget, candidate, output.
    Returns (h, c).
    """
    i, f, g, o = np.split(x @ W_x + h @ W_h + b, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def lstm(x: Array, W_x: Array, W_h: Array, b: Array, mask: Array | None = None) -> Array:
    """The states h of an LSTM layer after every step, as keras.layers.LSTM computes them. Chapter 10.

    x: (batch, steps, inputs).  Weights as in `lstm_step`.  mask: as in `recur`.  Returns (batch, steps, units).
    """
    start = np.zeros((len(x), len(W_h)))
    return recur(lambda x_t, h, c: lstm_step(x_t, h, c, W_x, W_h, b), x, (start, start), mask)


def gru_step(x: Array, h: Array, W_x: Array, W_h: Array, b: Array, reset_after: bool = True) -> tuple[Array]:
    """One step of the GRU (Cho et al. 2014): h = u h + (1 - u) g. Chapter 10.

    x: (batch, inputs).  h: (batch, units).
    W_x: (inputs, 3 units), W_h: (units, 3 units), the gates in Keras's order: update u, reset r, candidate g.
    reset_after: Keras's default; r is multiplied after the product h W_h, and b is (2, 3 units), a row for x, one for h
    False: the textbook's form; r is multiplied before, and b is (3 units,).
    Returns the new state in a tuple, (h,).
    """
    units = len(W_h)
    b_x, b_h = b if reset_after else (b, np.zeros(3 * units))
    x_u, x_r, x_g = np.split(x @ W_x + b_x, 3, axis=-1)
    h_u, h_r, h_g = np.split(h @ W_h + b_h, 3, axis=-1)
    u, r = sigmoid(x_u + h_u), sigmoid(x_r + h_r)
    candidate = np.tanh(x_g + (r * h_g if reset_after else (r * h) @ W_h[:, 2 * units:]))
    return (u * h + (1 - u) * candidate,)


def gru(x: Array, W_x: Array, W_h: Array, b: Array, reset_after: bool = True, mask: Array | None = None) -> Array:
    """The states of a GRU layer after every step, as keras.layers.GRU computes them. Chapter 10.

    x: (batch, steps, inputs).  Weights as in `gru_step`.  mask: as in `recur`.  Returns (batch, steps, units).
    """
    return recur(lambda x_t, h: gru_step(x_t, h, W_x, W_h, b, reset_after), x, (np.zeros((len(x), len(W_h))),), mask)


def bidirectional(forward: Callable, backward: Callable, x: Array, mask: Array | None = None) -> Array:
    """Two recurrent layers, one of which reads from the end; their outputs stand side by side. Chapter 12.

    forward, backward: (x, mask) → (batch, steps, units), such as `simple_rnn` with its weights filled in.
    x: (batch, steps, inputs).  mask: (batch, steps) bool, or None.
    Returns (batch, steps, 2 units); at each step the second half has read the words from the end up to this one.
    Where the mask is false both halves are 0, as in keras.layers.Bidirectional (a layer alone repeats its last state).
    """
    turned = backward(x[:, ::-1], None if mask is None else mask[:, ::-1])
    both = np.concatenate([forward(x, mask), turned[:, ::-1]], axis=-1)
    return both if mask is None else both * mask[:, :, np.newaxis]


def additive_attention(h: Array, W: Array, b: Array, v: Array, mask: ArrayLike) -> tuple[Array, Array]:
    """One vector for a sequence: its steps, weighted by softmax(v · tanh(h W + b)). Chapter 17.

    h: (batch, steps, inputs).  W: (inputs, units).  b, v: (units,).
    mask: (batch, steps) bool; where it is false, the weight is 0.
    Returns (sums (batch, inputs), weights (batch, steps)).
    """
    scores = np.where(mask, np.tanh(h @ W + b) @ v, -1e9)                                    # (batch, steps)
    weights = softmax(scores)
    return (weights[:, :, np.newaxis] * h).sum(axis=1), weights


def numerical_slope(f: Callable[[Array], Array], z: ArrayLike, step: float = 1e-5) -> Array:
    """The derivative of f at z by central differences, element by element: (f(z + h) - f(z - h)) / 2h. Chapter 02."""
    z = np.asarray(z, dtype=float)
    return (f(z + step) - f(z - step)) / (2 * step)
