"""Exercises of chapter 10: a GRU's step, parameters, an LSTM's cell state over time."""

import numpy as np

from . import Function, Open, Value

F, TAKE, G = np.array([0.9, 0.5, 1.0, 0.1]), np.array([0.3, 0.8, 0.0, 0.6]), np.array([1.0, -0.5, 0.7, -0.9])


def new_state():
    return 0.3 * 0.9 + (1 - 0.3) * -0.5


NEW_STATE = Value("10.1", new_state, "h = u h + (1 - u) g.", [
    (0.7 * 0.9 + 0.3 * -0.5,
     "u and 1 - u are swapped. In the chapter, and in Keras, u says how much of the old state stays."),
    (0.3 * 0.9 - 0.5, "the candidate is weighted with 1 - u."),
    (0.9 + 0.7 * -0.5, "the old state is weighted with u."),
    (0.3 * 0.9, "the candidate is missing."),
    (0.3 * 0.9 + 0.7 * 0.5, "the candidate is negative."),
    (0.3 * 0.9 + 0.7 * np.tanh(-0.5), "the candidate has been through tanh already."),
    (np.tanh(new_state()), "no tanh at the end: that is in the candidate."),
], places=4)                                   # tanh(-0.08) is -0.0798


def parameters():
    return 4 * (50 + 64 + 1) * 64, 3 * (50 * 64 + 64 * 64 + 2 * 64)


LSTM, GRU = parameters()
PARAMETERS = Value("10.2", parameters, "a block has (inputs + units) × units weights; count the rows of biases.", [
    ((LSTM, 3 * (50 + 64 + 1) * 64), "Keras's GRU has two rows of biases: reset_after is True by default."),
    ((3 * (50 + 64 + 1) * 64, GRU), "the LSTM has four blocks: input, forget, candidate, output."),
    ((4 * (50 + 64) * 64, GRU), "the biases of the LSTM are missing."),
    ((4 * (50 * 64 + 64 * 64 + 2 * 64), GRU), "the LSTM has one row of biases, not two."),
    ((GRU, LSTM), "swapped: the LSTM first."),
    ((LSTM, 4 * (50 * 64 + 64 * 64 + 2 * 64)), "a GRU has three blocks."),
])


def forget(c, f, i, g):
    states = []
    for t in range(len(f)):
        c = f[t] * c + i[t] * g[t]
        states.append(c)
    return np.array(states)


FORGET = Function("10.3", forget, "one line in a loop over the steps, and a list for the states.", [
    (lambda c, f, i, g: f * c + i * g,
     "each step begins with c as it was at the start. Carry it on from step to step."),
    (lambda c, f, i, g: forget(c, f, np.ones(len(f)), g), "the input gate is missing."),
    (lambda c, f, i, g: forget(c, np.ones(len(f)), i, g), "the forget gate is missing."),
    (lambda c, f, i, g: forget(c, f, 1 - f, g), "the LSTM has an input gate of its own; 1 - f is another cell."),
    (lambda c, f, i, g: forget(c, f, i, np.tanh(g)), "g has been through tanh already."),
    (lambda c, f, i, g: forget(c, f, i, g)[-1], "all steps are asked for, not only the last one."),
    (lambda c, f, i, g: forget(c, i, f, g), "forget gate and input gate are swapped."),
], cases=[(2.0, F, TAKE, G), (-1.0, F[:2], TAKE[1:3], G[2:]), (2, F, TAKE, G)])

def train(seed):
    model = classifier("GRU, rate 0.03", seed)
    return scores_of(model)["accuracy"]


BETTER = Open("10.4", train, "which cell and which rate were best on the validation part?", [], beat=0.86)

EXERCISES = [NEW_STATE, PARAMETERS, FORGET, BETTER]
