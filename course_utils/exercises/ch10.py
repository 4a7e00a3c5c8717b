"""Exercises of chapter 10: a GRU's step, parameters, an LSTM's cell state over time."""

import numpy as np

from . import Exercise, collect, compare, of_function

START, F, TAKE, G = 2.0, np.array([0.9, 0.5, 1.0, 0.1]), np.array([0.3, 0.8, 0.0, 0.6]), np.array([1.0, -0.5, 0.7, -0.9])


def cell(keep, take):
    states, c = [], START
    for k, t in zip(keep, take, strict=True):
        c = k * c + t
        states.append(c)
    return np.array(states)


def new_state(answer):
    return compare(answer, 0.25 * 0.8 + 0.75 * -0.4, [
        (0.75 * 0.8 + 0.25 * -0.4, "z and 1 - z are swapped. In the chapter, and in Keras, z says how much of the old state stays."),
        (0.25 * 0.8 - 0.4, "the candidate is weighted with 1 - z."),
        (0.25 * 0.8, "the candidate is missing."),
        (0.25 * 0.8 + 0.75 * np.tanh(-0.4), "the candidate has been through tanh already."),
        (np.tanh(0.25 * 0.8 + 0.75 * -0.4), "no tanh at the end: that is in the candidate."),
    ], tolerance=1e-4)


def parameters(answer):
    lstm, gru = 4 * (50 + 64 + 1) * 64, 3 * (50 * 64 + 64 * 64 + 2 * 64)
    return compare(answer, (lstm, gru), [
        ((lstm, 3 * (50 + 64 + 1) * 64), "Keras's GRU has two rows of biases: reset_after is True by default."),
        ((3 * (50 + 64 + 1) * 64, gru), "the LSTM has four blocks: input, forget, candidate, output."),
        ((4 * (50 + 64) * 64, gru), "the biases of the LSTM are missing."),
        ((4 * (50 * 64 + 64 * 64 + 2 * 64), gru), "the LSTM has one row of biases, not two."),
        ((gru, lstm), "swapped: the LSTM first."),
        ((lstm, 4 * (50 * 64 + 64 * 64 + 2 * 64)), "a GRU has three blocks."),
    ], tolerance=1e-9)


@of_function
def forget(function):
    return compare(function(START, F.copy(), TAKE.copy(), G.copy()), cell(F, TAKE * G), [
        (F * START + TAKE * G, "each step begins with c as it was at the start. Carry it on from step to step."),
        (cell(F, G), "the input gate is missing."),
        (cell(np.ones(4), TAKE * G), "the forget gate is missing."),
        (cell(F, (1 - F) * G), "the LSTM has an input gate of its own; 1 - f is another cell."),
        (cell(F, TAKE * np.tanh(G)), "g has been through tanh already."),
        (cell(F, TAKE * G)[-1], "all steps are asked for, not only the last one."),
        (cell(TAKE, F * G), "forget gate and input gate are swapped."),
    ])


EXERCISES = collect(
    Exercise("10.1", new_state, "h = z h + (1 - z) h̃.", "new_state = 0.25 * 0.8 + (1 - 0.25) * -0.4"),
    Exercise("10.2", parameters, "a block has (inputs + units) × units weights; count the rows of biases.",
             "parameters = (4 * (50 + 64 + 1) * 64, 3 * (50 * 64 + 64 * 64 + 2 * 64))"),
    Exercise("10.3", forget, "one line in a loop over zip(f, i, g), and a list for the states.",
             "def forget(c, f, i, g):\n    states = []\n    for keep, take, candidate in zip(f, i, g):\n        c = keep * c + take * candidate\n"
             "        states.append(c)\n    return np.array(states)"),
)
