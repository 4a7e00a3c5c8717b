"""Checks tried with programs as students write them, from the text of the exercise alone: all pass that should, in any
style and container, and all fail that should. For the chapters that have been worked over."""

import numpy as np
import pytest
import tensorflow as tf
from test_exercises import verdict

from course_utils.by_hand import sigmoid


def backward_loops(x, y, W1, b1, Wo, bo):
    h = [1 / (1 + np.exp(-(sum(w * v for w, v in zip(row, x, strict=True)) + b)))
         for row, b in zip(W1, b1, strict=True)]
    y_hat = 1 / (1 + np.exp(-(sum(w * v for w, v in zip(Wo[0], h, strict=True)) + bo[0])))
    d = y_hat - y
    d1 = [Wo[0][i] * d * h[i] * (1 - h[i]) for i in range(len(h))]
    return [[[d1[i] * v for v in x] for i in range(len(h))], d1, [[d * v for v in h]], [d]]


def backward_columns(x, y, W1, b1, Wo, bo):
    x, h = x.reshape(-1, 1), sigmoid(W1 @ x + b1).reshape(-1, 1)
    d = sigmoid(Wo @ h + bo.reshape(-1, 1)) - y
    d1 = Wo.T @ d * h * (1 - h)
    return d1 @ x.T, d1.ravel(), d @ h.T, d.ravel()


def backward_tensors(x, y, W1, b1, Wo, bo):
    h = tf.sigmoid(tf.linalg.matvec(W1, x) + b1)
    d = tf.sigmoid(tf.linalg.matvec(Wo, h) + bo) - y
    d1 = tf.linalg.matvec(Wo, d, transpose_a=True) * h * (1 - h)
    return tf.einsum("i,j->ij", d1, x), d1, tf.einsum("i,j->ij", d, h), d


def backward(change):
    """A wrong pass: `change` gets a dictionary of all intermediate values and may replace some."""
    def wrong(x, y, W1, b1, Wo, bo):
        h = sigmoid(W1 @ x + b1)
        y_hat = sigmoid(Wo @ h + bo)
        return change(x=x, y=y, W1=W1, Wo=Wo, h=h, y_hat=y_hat, d=y_hat - y)
    return wrong


def stop_by_memory(losses, patience):
    best, when = float("inf"), 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, when = loss, epoch
        elif epoch - when >= patience:
            return epoch
    return len(losses)


def stop_by_counter(losses, patience):
    wait, best = 0, None
    for i in range(len(losses)):
        if best is None or losses[i] < best:
            best, wait = losses[i], 0
        else:
            wait += 1
            if wait == patience:
                return np.int64(i + 1)
    return tf.constant(len(losses))


def stop_by_numpy(losses, patience):
    for epoch in range(1, len(losses) + 1):
        if epoch - 1 - np.argmin(losses[:epoch]) >= patience:
            return [epoch]
    return np.array(len(losses))


def counting(better=lambda loss, best: loss < best, first=float("inf"), enough=lambda wait, patience: wait == patience,
             result=lambda epoch: epoch, seen=lambda loss: loss):
    """Early stopping with one thing written otherwise."""
    def stop(losses, patience):
        best, wait = first, 0
        for epoch, loss in enumerate(map(seen, losses), 1):
            if better(loss, best):
                best, wait = loss, 0
            else:
                wait += 1
            if enough(wait, patience):
                return result(epoch)
        return len(losses)
    return stop


def forget_comprehension(c, f, i, g):
    return [c := a * c + b * d for a, b, d in zip(f, i, g, strict=True)]


def forget_array(c, f, i, g):
    states = np.zeros(len(f))
    for t in range(len(f)):
        states[t] = f[t] * (states[t - 1] if t else c) + i[t] * g[t]
    return states


def forget_tensor(c, f, i, g):
    return tf.scan(lambda old, now: now[0] * old + now[1], (tf.constant(f), tf.constant(i * g)),
                   initializer=tf.constant(float(c), tf.float64))


def forget_whole_numbers(c, f, i, g):
    states = np.full(len(f) + 1, c)
    for t in range(len(f)):
        states[t + 1] = f[t] * states[t] + i[t] * g[t]
    return states[1:]


def forget(step, **start):
    """One step written otherwise: (old, f, i, g) → new."""
    def states(c, f, i, g):
        found = []
        for t in range(len(f)):
            c = step(c, f[t], i[t], g[t])
            found.append(c)
        return np.array(found)
    return states


P = 0.8495026
RIGHT = {
    "04.1": [P, np.array([0.85]), tf.constant(0.8495), [0.8495]],
    "04.2": [backward_loops, backward_columns, backward_tensors],
    "04.3": [stop_by_memory, stop_by_counter, stop_by_numpy],
    "10.1": [-0.08, np.float32(-0.08), [-0.08], tf.constant([-0.08])],
    "10.2": [(29_440, 22_272), [29_440, 22_272], np.array([29_440, 22_272]), tf.constant((29_440.0, 22_272.0))],
    "10.3": [forget_comprehension, forget_array, forget_tensor],
}
WRONG = {
    "04.1": [P - 1, 1 - P, 0.1505, P * (1 - P), 0.753, -P, 0.5, P ** 2, 1 / P, 0, np.log(P), "0.8495", None, [P, P]],
    "04.2": [
        backward(lambda x, h, d, Wo, **_: (np.outer(Wo.T @ d, x), Wo.T @ d, np.outer(d, h), d)),
        backward(lambda x, h, d, Wo, **_: (np.outer(Wo[0] * d * h, x), Wo[0] * d * h, np.outer(d, h), d)),
        backward(lambda x, h, d, Wo, **_: (np.outer(x, Wo[0] * d * h * (1 - h)), Wo[0] * d * h * (1 - h), d * h, d)),
        backward(lambda x, h, d, Wo, **_: (np.outer(d * h * (1 - h), x), d * h * (1 - h), np.outer(d, h), d)),
        backward(lambda x, h, d, Wo, **_: (np.outer(-Wo[0] * d * h * (1 - h), x), -Wo[0] * d * h * (1 - h),
                                           np.outer(-d, h), -d)),
        backward(lambda x, h, d, Wo, **_: (np.outer(Wo[0] * d * h * (1 - h), x), np.ones(len(h)), np.outer(d, h), [1])),
        backward(lambda x, h, d, Wo, **_: (np.outer(Wo[0] * d * h * (1 - h), h), Wo[0] * d * h * (1 - h),
                                           np.outer(d, h), d)),
        backward(lambda x, h, d, Wo, **_: (np.outer(Wo[0] * d * h * (1 - h), x), Wo[0] * d * h * (1 - h), d * h, d)),
        backward(lambda d, **_: d), backward(lambda **_: None), backward_loops(np.ones(2), 1, np.ones((2, 2)), [0, 0],
                                                                              np.ones((1, 2)), [0])],
    "04.3": [
        counting(lambda loss, best: loss <= best), counting(first=10), counting(first=5), counting(first=0),
        counting(enough=lambda wait, patience: wait > patience), counting(result=lambda epoch: epoch - 1),
        counting(seen=int), counting(lambda loss, best: loss < best - 1e-3),
        counting(enough=lambda wait, patience: wait == max(patience, 2)),
        lambda losses, patience: next(
            (e + 1 for e in range(patience, len(losses)) if losses[e] >= losses[e - patience]), len(losses)),
        lambda losses, patience: int(np.argmin(losses)) + 1 + patience, lambda losses, patience: 4,
        lambda losses, patience: min(losses), lambda losses, patience: None],
    "10.1": [0.48, 0.27 - 0.5, 0.55, 0.27, 0.62, -0.0798, 0.27 + 0.7 * np.tanh(-0.5), 0.9, -0.5, 0.2, "-0.08", None],
    "10.2": [(22_272, 29_440), (29_440, 22_080), (29_184, 22_272), (29_184, 21_888), (7_360, 22_272), 29_440,
             (29_440, 29_696), (29_696, 22_272), (29_440,), (29_440.4, 22_272), ("29440", "22272"), (12_800, 9_600)],
    "10.3": [
        forget_whole_numbers, forget(lambda c, f, i, g: f * c + g), forget(lambda c, f, i, g: c + i * g),
        forget(lambda c, f, i, g: i * c + f * g), forget(lambda c, f, i, g: f * c + (1 - f) * g),
        forget(lambda c, f, i, g: f * c + i * np.tanh(g)), forget(lambda c, f, i, g: np.tanh(f * c + i * g)),
        forget(lambda c, f, i, g: f * (c + i * g)), lambda c, f, i, g: f * c + i * g,
        lambda c, f, i, g: forget_array(c, f, i, g)[-1], lambda c, f, i, g: [c, *forget_array(c, f, i, g)[:-1]],
        lambda c, f, i, g: [c, *forget_array(c, f, i, g)], lambda c, f, i, g: np.cumprod(f) * c],
}


@pytest.mark.parametrize(("number", "place"), [(number, i) for number in RIGHT for i in range(len(RIGHT[number]))])
def test_a_right_program_is_right(number, place):
    assert verdict(number, RIGHT[number][place]) == "right."


@pytest.mark.parametrize(("number", "place"), [(number, i) for number in WRONG for i in range(len(WRONG[number]))])
def test_a_wrong_program_is_told_so(number, place):
    assert verdict(number, WRONG[number][place]) != "right."


def test_there_are_enough_of_each():
    assert RIGHT.keys() == WRONG.keys()
    assert all(len(programs) >= 3 for programs in RIGHT.values()) and all(len(wrong) >= 10 for wrong in WRONG.values())
