"""Exercises of chapter 09: two steps by hand, parameters of a network, a loop over the words, a forecast."""

import numpy as np

from . import Function, Open, Value

FIRST = np.tanh([1.0, -0.5])
W_X = np.array([[0.4, -0.2], [0.3, 0.6], [-0.5, 0.1]])
W_H, B = np.array([[0.5, -0.8], [0.2, 0.3]]), np.array([0.1, -0.3])
X = np.array([[0.5, -0.4, 0.7], [0.9, 0.2, -0.3], [-0.8, 0.6, 0.1], [0.3, 0.5, -0.6]])


def second_state():
    h = np.tanh(1 * np.array([1, -1]) + np.array([0, 0.5]))
    return np.tanh(2 * np.array([1, -1]) + h @ np.array([[0, 1], [1, 0]]) + np.array([0, 0.5]))


SECOND_STATE = Value(
    "09.1", second_state,
    "the first state is tanh([1, -1] + [0, 0.5]). h W_h swaps its two numbers.", [
        (FIRST, "this is the state after the first word. One more step."),
        (np.tanh([2.0, -1.5]), "the old state is missing: h W_h."),
        (np.tanh([2.0 + FIRST[0], -1.5 + FIRST[1]]),
         "W_h swaps the two numbers of the state: its rows are [0, 1] and [1, 0]."),
        ([2.0 + FIRST[1], -1.5 + FIRST[0]], "tanh is missing at the second step."),
        (np.tanh([2.0 + FIRST[1], -2.0 + FIRST[0]]), "the bias is missing at the second step."),
        (np.tanh([2.0 - 0.5, -1.5 + 1.0]), "the first state goes through tanh before it is used."),
    ])


def parameters():
    return (50 * 20 + 20 * 20 + 20) + (20 * 10 + 10 * 10 + 10) + (10 + 1)


PARAMETERS = Value("09.2", parameters, "m·n + n·n + n for each recurrent layer; the second one reads 20 numbers.", [
    (parameters() - 11, "the output neuron is missing: 10 weights and a bias."),
    (parameters() + 30 * 10, "the second layer reads the 20 numbers of the first, not the 50 of the input."),
    (parameters() - 20 * 20 - 10 * 10, "the matrices W_h are missing: units × units in each layer."),
    (parameters() - 30, "each unit of the recurrent layers has a bias."),
    (parameters() - 1, "the output neuron has a bias."),
])


def last_state(x, W_x, W_h, b):
    h = np.zeros(len(W_h))
    for word in x:
        h = np.tanh(word @ W_x + h @ W_h + b)
    return h


def run(x, W_x, W_h, b, activation=np.tanh, start=0.0):
    """The same loop with another activation or another start."""
    h = np.full(len(W_h), start)
    for word in x:
        h = activation(word @ W_x + h @ W_h + b)
    return h


def without_state(x, W_x, W_h, b):
    return np.tanh(x @ W_x + b)


ONLY_LAST = "only the last word is seen: the old state must go into each step."
LAST_STATE = Function(
    "09.3", last_state,
    "begin with h = np.zeros(len(W_h)), then one line in a loop over the rows of x.", [
        (lambda x, *weights: without_state(x, *weights)[-1], ONLY_LAST),           # an error without words
        (lambda x, *weights: without_state(x, *weights)[-1:].sum(axis=0), ONLY_LAST),
        (without_state, "these are the words one by one. Each step needs the state before it."),
        (lambda x, *weights: last_state(x[::-1], *weights), "the sentence is read from its end."),
        (lambda x, W_x, W_h, b: last_state(x, W_x, W_h.T, b), "W_h is transposed: write h @ W_h."),
        (lambda x, *weights: run(x, *weights, activation=lambda z: z), "tanh is missing."),
        (lambda x, *weights: run(x, *weights, start=1.0), "the state begins at 0, not at 1."),
        (lambda x, *weights: last_state(x[:-1], *weights), "the last word is left out."),
        (lambda x, W_x, W_h, b: last_state(x, W_x, W_h, b) if len(x) else b,
         "a sentence without words has the state 0."),
    ], cases=[(X, W_X, W_H, B), (X[:0], W_X, W_H, B)])


def train_one(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((None, 1)), keras.layers.GRU(32), keras.layers.Dense(1)])
    x, y, valid = series["train"][:, :-1, None], series["train"][:, -1], (
        series["valid"][:, :-1, None], series["valid"][:, -1])
    fit(model, "mse", x, y, valid, 0.01, epochs=15, seed=seed)
    answers = model(series["test"][:, :-1, None]).numpy()[:, 0]
    return 1 - np.mean((answers - series["test"][:, -1]) ** 2) / 0.1122


BEATEN = Open("09.4", train_one, "chapter 10 has a layer with gates, keras.layers.GRU.", [], beat=0.742)

EXERCISES = [SECOND_STATE, PARAMETERS, LAST_STATE, BEATEN]
