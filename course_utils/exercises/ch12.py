"""Exercises of chapter 12: sentences turned round, parameters of two directions, both ends, a better network."""

import numpy as np

from . import Function, Open, Value

IDS, LENGTHS = np.array([[3, 1, 4, 2, 0], [5, 6, 0, 0, 0], [7, 11, 8, 10, 9]]), np.array([4, 2, 5])
OUTPUTS = np.random.default_rng(12).normal(size=(3, 5, 4)).round(2)


def turn(ids, lengths):
    turned = ids.copy()
    for row, length in enumerate(lengths):
        turned[row, :length] = ids[row, :length][::-1]
    return turned


TURN = Function(
    "12.1", turn,
    "in a loop over rows and lengths: turned[row, :length] = ids[row, :length][::-1], where turned is a copy.", [
        (lambda ids, lengths: ids[:, ::-1], "the padding has been turned with the words: it stands in front now."),
        (lambda ids, lengths: ids[::-1], "the order of the sentences is turned round, not that of the words."),
        (lambda ids, lengths: ids, "nothing has changed. Did you write into a copy and return it?"),
        (lambda ids, lengths: np.sort(ids, axis=1)[:, ::-1], "this sorts. The words are to be turned round."),
    ], cases=[(IDS, LENGTHS), (IDS[:2, :4] + 1, LENGTHS[1:] - 2)])


def parameters():
    return 2 * 3 * (64 * 32 + 32 * 32 + 2 * 32)


PARAMETERS = Value("12.2", parameters, "count one GRU first: 3 × (inputs × units + units × units + 2 × units).", [
    (parameters() // 2, "this is one direction. There are two, with weights of their own."),
    (2 * 3 * (64 * 32 + 32 * 32 + 32), "Keras's GRU has two rows of biases."),
    (3 * (64 * 64 + 64 * 64 + 2 * 64),
     "this is one GRU of 64 units. Two of 32 have no weights between each other."),
    (2 * 3 * (64 * 32 + 32 * 32), "the biases are missing."),
])


def ends(outputs, lengths):
    n = outputs.shape[-1] // 2
    last = outputs[np.arange(len(lengths)), lengths - 1]
    return np.concatenate([last[:, :n], outputs[:, 0, n:]], axis=1)


ENDS = Function(
    "12.3", ends,
    "outputs[np.arange(len(lengths)), lengths - 1] gives the last word's step of each sentence.", [
        (lambda outputs, lengths: outputs[:, -1],
         "this is the last step: padding, for two of the sentences, and the backward half has read one word at most."),
        (lambda outputs, lengths: outputs[np.arange(len(lengths)), lengths - 1],
         "the backward half has read everything at the first word, not at the last."),
        (lambda outputs, lengths: outputs[:, 0],
         "the forward half has read everything at the last word, not at the first."),
        (lambda outputs, lengths: ends(outputs, np.full(len(lengths), outputs.shape[1])),
         "the last step may be padding: the last word stands at lengths - 1."),
        (lambda outputs, lengths: np.roll(ends(outputs, lengths), outputs.shape[-1] // 2, axis=1),
         "the two halves are swapped."),
    ], cases=[(OUTPUTS, LENGTHS), (OUTPUTS[:2, 1:, 1:3], LENGTHS[:2] - 1)])


def train_one(seed):
    from course_utils.training import predict
    answers = 0
    for condition in "forward, rate 0.03", "backward, rate 0.03":
        model, _ = classifier(condition, seed)
        answers = answers + predict(model, test.ids)
    return np.mean((answers > 0) == test.labels)


BEATEN = Open("12.4", train_one, "two networks that err on different reviews: add up what they answer.", [], beat=0.893)

EXERCISES = [TURN, PARAMETERS, ENDS, BEATEN]
