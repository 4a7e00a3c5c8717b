"""Exercises of chapter 09: two steps by hand, parameters of a network, a loop over the words."""

import numpy as np

from . import Exercise, collect, compare, of_function

FIRST = np.tanh([1.0, -0.5])
SECOND = np.tanh([2.0 + FIRST[1], -2.0 + FIRST[0] + 0.5])
W_X, W_H, B = np.array([[0.4, -0.2], [0.3, 0.6], [-0.5, 0.1]]), np.array([[0.5, -0.8], [0.2, 0.3]]), np.array([0.1, -0.3])
X = np.array([[0.5, -0.4, 0.7], [0.9, 0.2, -0.3], [-0.8, 0.6, 0.1], [0.3, 0.5, -0.6]])


def run(x, W_h=W_H, activation=np.tanh, start=0.0):
    h = np.full(2, start)
    for word in x:
        h = activation(word @ W_X + h @ W_h + B)
    return h


def second_state(answer):
    return compare(answer, SECOND, [
        (FIRST, "this is the state after the first word. One more step."),
        (np.tanh([2.0, -1.5]), "the old state is missing: h W_h."),
        (np.tanh([2.0 + FIRST[0], -1.5 + FIRST[1]]), "W_h swaps the two numbers of the state: its rows are [0, 1] and [1, 0]."),
        ([2.0 + FIRST[1], -1.5 + FIRST[0]], "tanh is missing at the second step."),
        (np.tanh([2.0 + FIRST[1], -2.0 + FIRST[0]]), "the bias is missing at the second step."),
        (np.tanh([2.0 - 0.5, -1.5 + 1.0]), "the first state goes through tanh before it is used."),
    ])


def parameters(answer):
    first, second = 50 * 20 + 20 * 20 + 20, 20 * 10 + 10 * 10 + 10
    return compare(answer, first + second + 11, [
        (first + second, "the output neuron is missing: 10 weights and a bias."),
        (first + 50 * 10 + 10 * 10 + 10 + 11, "the second layer reads the 20 numbers of the first, not the 50 of the input."),
        (50 * 20 + 20 + 20 * 10 + 10 + 11, "the matrices W_h are missing: units × units in each layer."),
        (first + second + 11 - 30, "each unit of the recurrent layers has a bias."),
        (first + second + 10, "the output neuron has a bias."),
    ], tolerance=1e-9)


@of_function
def last_state(function):
    if problem := compare(function(X.copy(), W_X, W_H, B), run(X), [
        (np.tanh(X @ W_X + B)[-1], "only the last word is seen: the old state must go into each step."),
        (np.tanh(X @ W_X + B), "these are the words one by one. Each step needs the state before it."),
        (run(X[::-1]), "the sentence is read from its end."),
        (run(X, W_h=W_H.T), "W_h is transposed: write h @ W_h."),
        (run(X, activation=lambda z: z), "tanh is missing."),
        (run(X, start=1.0), "the state begins at 0, not at 1."),
        (run(X[:-1]), "the last word is left out."),
    ]):
        return problem
    return compare(function(X[:0], W_X, W_H, B), np.zeros(2), [(B, "a sentence without words has the state 0.")])


EXERCISES = collect(
    Exercise("09.1", second_state, "the first state is tanh([1, -1] + [0, 0.5]). h W_h swaps its two numbers.",
             "h = np.tanh(1 * np.array([1, -1]) + np.array([0, 0.5]))\n"
             "second_state = np.tanh(2 * np.array([1, -1]) + h @ np.array([[0, 1], [1, 0]]) + np.array([0, 0.5]))"),
    Exercise("09.2", parameters, "m·n + n·n + n for each recurrent layer; the second one reads 20 numbers.",
             "parameters = (50 * 20 + 20 * 20 + 20) + (20 * 10 + 10 * 10 + 10) + (10 + 1)"),
    Exercise("09.3", last_state, "begin with h = np.zeros(len(W_h)), then one line in a loop over the rows of x.",
             "def last_state(x, W_x, W_h, b):\n    h = np.zeros(len(W_h))\n    for word in x:\n"
             "        h = np.tanh(word @ W_x + h @ W_h + b)\n    return h"),
)
