"""Exercises: solutions are right in their notebooks, typical mistakes are told apart, and nothing ever raises."""

import ast
import contextlib
import io
import re

import nbformat
import numpy as np
import pytest
from conftest import NOTEBOOKS, PROJECT
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises import ch01, ch02, ch03, ch04, ch05, ch07, ch09, ch10, ch11, ch14, ch15, ch16, exercise
from course_utils.notebooks import execute

CHAPTERS = {path.stem[:2]: path for path in NOTEBOOKS}
NUMBERS = [f"{chapter}.{i}" for chapter in CHAPTERS for i in (1, 2, 3)]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def layer(X, W, b):
    return sigmoid(X @ W.T + b)


def network(X):
    return layer(layer(layer(X, ch01.W1, ch01.B1), ch01.W2, ch01.B2), ch01.WO, ch01.BO)


def unsafe_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def loop_if(z):
    return z if z > 0 else 0.1 * z


# (exercise, a typical wrong answer, part of what the learner must read)
MISTAKES = [
    ("01.1", ch01.W1 @ ch01.NEW + ch01.B1, "Apply the sigmoid"),
    ("01.1", sigmoid(ch01.W1 @ ch01.NEW), "bias b1 is missing"),
    ("01.1", layer(ch01.X[0], ch01.W1, ch01.B1), "document x"),
    ("01.1", sigmoid(ch01.W1 @ ch01.NEW) + ch01.B1, "inside the sigmoid"),
    ("01.1", layer(ch01.NEW, ch01.W1, ch01.B1)[:, np.newaxis], "shape is (3, 1)"),
    ("01.2", network, "Take the column out"),
    ("01.2", lambda X: network(X)[:, 0] >= 0.5, "decisions"),
    ("01.2", lambda X: ch01.W1 @ X + ch01.B1, "transposed"),
    ("01.2", lambda X: (layer(layer(X, ch01.W1, ch01.B1), ch01.W2, ch01.B2) @ ch01.WO.T + ch01.BO)[:, 0], "last sigmoid is missing"),
    ("01.2", 0.85, "the function itself"),
    ("01.3", 5000 * 300 + 300 * 300 + 300, "has a bias"),
    ("01.3", 5000 * 300 + 300 + 300 * 300 + 300 + 300, "output neuron has a bias"),
    ("01.3", 5000 + 300 + 300 + 1, "counts the neurons"),
    ("02.1", lambda z: np.maximum(z, 0), "plain ReLU"),
    ("02.1", loop_if, "one question of a whole array"),
    ("02.1", lambda z: np.where(z >= 0, 1, 0.1), "slopes"),
    ("02.1", lambda z: np.where(z >= 0, z, 0.1), "not 0.1"),
    ("02.2", -3.6369, "z > 0"),
    ("02.2", 2.0634, "slope is 0.1"),
    ("02.2", 0.9743, "this is S(z)"),
    ("02.3", lambda z, T: unsafe_softmax(z / T), "overflows"),
    ("02.3", lambda z, T: ch02.softmax(z) / T, "before the softmax"),
    ("02.3", lambda z, T: ch02.softmax(z * T), "multiplied"),
    ("02.3", lambda z, T: ch02.softmax(z), "no effect"),
    ("03.1", ch03.W + 0.5 * (ch03.P - 1) * ch03.X, "uphill"),
    ("03.1", ch03.W - 0.5 * (1 - ch03.P) * ch03.X, "uphill"),
    ("03.1", (ch03.P - 1) * ch03.X, "this is the gradient"),
    ("03.1", ch03.W - (ch03.P - 1) * ch03.X, "learning rate is missing"),
    ("03.1", ch03.W - 0.5 * (ch03.W @ ch03.X - 1) * ch03.X, "sigmoid is missing"),
    ("03.2", 2 / 3, "curvature of 3 w² is not 3"),
    ("03.2", 1 / 6, "in one step"),
    ("03.2", 6, "this is the curvature"),
    ("03.3", lambda w, v, g, rate, m: w - rate * g, "return two things"),
    ("03.3", lambda w, v, g, rate, m: (m * v - rate * g, w + m * v - rate * g), "swapped"),
    ("03.3", lambda w, v, g, rate, m: (w - rate * g, -rate * g), "old velocity has no effect"),
    ("03.3", lambda w, v, g, rate, m: (w + v, m * v - rate * g), "new velocity"),
    ("04.1", ch04.P - 1, "slope for y = 1"),
    ("04.1", 1 - ch04.P, "refutes"),
    ("04.1", ch04.P * (1 - ch04.P), "slope of the sigmoid only"),
    ("04.2", lambda W, delta, h: W.T @ delta, "slope of the activation is missing"),
    ("04.2", lambda W, delta, h: W @ delta * h * (1 - h), "transposed"),
    ("04.2", lambda W, delta, h: W.T @ delta * (1 - h ** 2), "slope of tanh"),
    ("04.3", lambda losses, patience: int(np.argmin(losses)) + 1, "cannot see the future"),
    ("04.3", lambda losses, patience: ch04.early(losses, patience) - 1, "counted from 1"),
    ("04.3", lambda losses, patience: len(losses), "never stops"),
    ("04.3", lambda losses, patience: None, "return"),
    ("04.3", lambda losses, patience: losses, "one number"),
    ("05.1", np.log(1001 / 100), "+ 1 at the end is missing"),
    ("05.1", np.log(1000 / 99) + 1, "adds 1 to both"),
    ("05.1", np.log10(1001 / 100) + 1, "base 10"),
    ("05.2", (0.75, 0.6, 2 / 3), "swapped"),
    ("05.2", (0.6, 0.75, 0.675), "harmonic mean"),
    ("05.2", (60, 75, 66.667), "per cent"),
    ("05.3", lambda text, words: [text.split().count(word) for word in words], "upper and lower case"),
    ("05.3", lambda text, words: [text.lower().count(word) for word in words], "good-bye"),
    ("05.3", ch05.TEXT, "the function itself"),
    ("06.1", lambda tokens, known: np.mean([token in known for token in tokens]), "known tokens"),
    ("06.1", lambda tokens, known: np.mean([token not in known for token in set(tokens)]), "every different word"),
    ("06.1", lambda tokens, known: sum(token not in known for token in tokens), "Divide it by the number of tokens"),
    ("06.2", [14, 22, 16, 2, 530], "begins with the id 1"),
    ("06.2", [1, 11, 19, 13, 2, 527], "ranks"),
    ("06.2", [1, 14, 22, 16, 0, 530], "0 is the padding"),
    ("06.3", (180, 540), "swapped"),
    ("06.3", (600, 600), "fills all six rows"),
    ("06.3", (1200, 840), "all cells"),
    ("07.1", lambda v, M: M @ v, "Divide it by both lengths"),
    ("07.1", lambda v, M: M @ v / np.linalg.norm(v), "lengths of the rows are missing"),
    ("07.1", lambda v, M: M @ v / np.linalg.norm(M, axis=1), "length of v is missing"),
    ("07.1", lambda v, M: 1 - M @ v / np.linalg.norm(M, axis=1) / np.linalg.norm(v), "distance"),
    ("07.1", lambda v, M: M @ v / np.linalg.norm(M) / np.linalg.norm(v), "axis=1"),
    ("07.2", 8200 * 50 + 51, "padding has a row"),
    ("07.2", 8001 * 50 + 51, "buckets have rows"),
    ("07.2", 8201 * 50 + 50, "has a bias"),
    ("07.3", 1.1333, "this is the sum"),
    ("07.3", 0.7111, "should be 0"),
    ("08.1", [2, 1], "bias is missing"),
    ("08.1", [0.5, -0.5], "ReLU is missing"),
    ("08.1", [0, 3.5], "upside down"),
    ("08.2", (8, 12864), "one step is missing"),
    ("08.2", (10, 12864), "with padding"),
    ("08.2", (9, 12800), "each filter has a bias"),
    ("08.2", (9, 3264), "four words wide"),
    ("08.3", lambda h, lengths: h.mean(axis=1), "lengths are ignored"),
    ("12.1", lambda ids, lengths: ids[:, ::-1], "in front"),
    ("12.1", lambda ids, lengths: ids[::-1], "order of the sentences"),
    ("12.1", lambda ids, lengths: ids, "nothing has changed"),
    ("12.2", 3 * (64 * 32 + 32 * 32 + 64), "one direction"),
    ("12.2", 6 * (64 * 32 + 32 * 32 + 32), "two rows"),
    ("12.2", 3 * (64 * 64 * 2 + 128), "one GRU of 64"),
    ("12.3", lambda outputs, lengths: outputs[:, -1], "last step"),
    ("12.3", lambda outputs, lengths: outputs[np.arange(3), lengths - 1], "at the first word"),
    ("12.3", lambda outputs, lengths: outputs[:, 0], "at the last word"),
    ("13.1", 1 - 0.9 ** 20, "at least once"),
    ("13.1", 0.1 ** 20, "at every step"),
    ("13.1", 0.9, "one step"),
    ("13.2", lambda x, mask, p: x * mask[:, None], "division by 1 - p is missing"),
    ("13.2", lambda x, mask, p: x * mask[:, None] / p, "not by p"),
    ("13.2", lambda x, mask, p: x * ~mask[:, None] / (1 - p), "turned round"),
    ("13.3", 16 * 96, "four gates"),
    ("13.3", 16 * 40 * 4 * 96, "drawn once"),
    ("13.3", 16 * 3 * 96, "four blocks"),
    ("10.1", 0.5, "swapped"),
    ("10.1", -0.2, "weighted with 1 - z"),
    ("10.2", (29440, 3 * 115 * 64), "two rows of biases"),
    ("10.2", (3 * 115 * 64, 22272), "four blocks"),
    ("10.3", lambda c, f, i, g: f * c + i * g, "Carry it on"),
    ("10.3", lambda c, f, i, g: ch10.cell(f, g), "input gate is missing"),
    ("10.3", lambda c, f, i, g: ch10.cell(f, (1 - f) * g), "another cell"),
    ("08.3", lambda h, lengths: h.sum(axis=1) / lengths[:, None], "still in the sum"),
    ("09.1", np.tanh([1, -0.5]), "after the first word"),
    ("09.1", np.tanh([2.0, -1.5]), "old state is missing"),
    ("09.1", np.tanh([2 + np.tanh(1), -1.5 + np.tanh(-0.5)]), "swaps"),
    ("09.1", [2 + np.tanh(-0.5), -1.5 + np.tanh(1)], "tanh is missing"),
    ("09.2", 1420 + 310, "output neuron is missing"),
    ("09.2", 1420 + 610 + 11, "reads the 20 numbers"),
    ("09.2", 1020 + 210 + 11, "matrices W_h are missing"),
    ("09.3", lambda x, W_x, W_h, b: np.tanh(x @ W_x + b)[-1] if len(x) else np.zeros(2), "only the last word"),
    ("09.3", lambda x, W_x, W_h, b: ch09.run(x, W_h=W_h.T), "transposed"),
    ("09.3", lambda x, W_x, W_h, b: ch09.run(x[::-1]), "from its end"),
    ("09.3", lambda x, W_x, W_h, b: ch09.run(x) if len(x) else b, "without words"),
    ("08.3", lambda h, lengths: (h * (np.arange(4) < lengths[:, None])[:, :, None]).mean(axis=1), "still counted"),
    ("08.3", lambda h, lengths: np.array([row[:n].mean() for row, n in zip(h, lengths, strict=True)]), "axis=0"),
    ("11.1", ch11.IDS == 0, "turned round"),
    ("11.1", [2, 3, 1], "lengths"),
    ("11.1", ch11.IDS > 1, "id 1 is a word"),
    ("11.2", lambda h, mask: h.mean(axis=1), "mask is ignored"),
    ("11.2", lambda h, mask: (h * mask[:, :, None]).mean(axis=1), "still counted"),
    ("11.2", lambda h, mask: h * mask, "one axis more"),
    ("11.2", lambda h, mask: (h * mask[:, :, None]).sum(axis=1), "this is the sum"),
    ("11.3", 3 * (20 * 48 + 48 * 48 + 48), "two rows of biases"),
    ("11.3", 4 * (20 * 48 + 48 * 48 + 2 * 48), "four blocks"),
    ("11.3", 3 * (20 * 48 + 48 * 20 + 2 * 48), "48 × 48"),
    ("11.3", None, "return"),
    ("14.1", lambda length, names: ch14.spread("B", "B"), "every word of a name has a B-"),
    ("14.1", lambda length, names: ch14.spread("I", "I"), "begins with B-"),
    ("14.1", lambda length, names: ch14.spread("B", "I", end=1), "end is not included"),
    ("14.1", lambda length, names: [tag[:1] for tag in ch14.TAGS], "kind is missing"),
    ("14.1", lambda length, names: ch14.TAGS[:-1], "9 tags for 10 words"),
    ("14.2", (1.125, 0.5), "swapped"),
    ("14.2", (0.5, 0.5), "filled places count"),
    ("14.2", (3.5, 13.5), "these are the sums"),
    ("14.2", (3.5 / 12, 13.5 / 12), "seven words"),
    ("14.3", (1 / 3, 1 / 4, 2 / 7), "swapped"),
    ("14.3", (1 / 2, 2 / 3, 4 / 7), "only as a whole"),
    ("14.3", (1 / 4, 1 / 3, 7 / 24), "harmonic mean"),
    ("15.1", lambda sentence, dictionary: ch15.match(sentence), "cuts from the left"),
    ("15.1", lambda sentence, dictionary: ch15.CASES[sentence][::-1], "in reverse"),
    ("15.1", lambda sentence, dictionary: list(sentence), "every character stands alone"),
    ("15.1", lambda sentence, dictionary: ch15.CASES[sentence][1:], "do not join"),
    ("15.2", (0.6, 0.5), "swapped"),
    ("15.2", (20 / 30, 20 / 30), "accuracy"),
    ("15.2", (6, 6), "these are counts"),
    ("15.2", (8 / 9, 0.8), "first class"),
    ("15.3", (9_000_000, 576_000_000, 128), "has a bias"),
    ("15.3", (9_000_000, 576_000_000, 65), "two characters wide"),
    ("15.3", (4_498_500, 4_498_500 * 64, 129), "the order counts"),
    ("15.3", (6000, 384_000, 129), "C × C"),
    ("16.1", lambda scores, mask: ch16.softmax(scores), "no effect"),
    ("16.1", lambda scores, mask: ch16.softmax(scores) * mask, "no longer sum to 1"),
    ("16.1", lambda scores, mask: ch16.softmax(scores * mask), "not weight 0"),
    ("16.1", lambda scores, mask: ch16.softmax(np.where(mask, -1e9, scores)), "turned round"),
    ("16.1", lambda scores, mask: np.exp(np.where(mask, scores, -1e9)) / np.exp(np.where(mask, scores, -1e9)).sum(axis=-1, keepdims=True), "nan"),
    ("16.2", 4 * 64 * 64, "biases are missing"),
    ("16.2", 3 * (64 * 64 + 64), "joins the heads"),
    ("16.2", 3 * (64 * 16 + 16) + 16 * 64 + 64, "one head"),
    ("16.3", lambda lengths, rows, width: sum(min(n, width) for n in lengths[:rows]) / sum(lengths), "what is kept"),
    ("16.3", lambda lengths, rows, width: 1 - sum(min(n, width) for n in lengths) / sum(lengths), "whole sentences are lost"),
    ("16.3", lambda lengths, rows, width: 1 - sum(lengths[:rows]) / sum(lengths), "long sentences are cut"),
    ("17.1", lambda losses, batch: losses.mean(), "mean of the part"),
    ("17.1", lambda losses, batch: losses.sum(), "division by the size of the whole batch"),
    ("17.1", lambda losses, batch: losses.mean() / batch, "divided twice"),
    ("17.1", lambda losses, batch: losses / batch, "one number"),
    ("17.1", 0.25, "give the function itself"),
    ("17.2", 5_000_000, "4 bytes"),
    ("17.2", 10_000_000, "walked twice"),
    ("17.2", 24_000_000, "n - 1"),
    ("17.2", 120_000_000, "only one piece"),
    ("17.2", 12_000_000, "the gradient itself"),
    ("17.3", lambda died, every: died % every, "never computed"),
    ("17.3", lambda died, every: (died - 1) // every * every, "last checkpoint"),
    ("17.3", lambda died, every: every - (died - 1) % every, "next checkpoint"),
    ("17.3", lambda died, every: (died - 1) // every, "number of checkpoints"),
    ("01.1", [0.589, 0.662, 0.680], "0.68 at position 2"),
    ("01.1", ch01.W1 @ ch01.NEW, "bias b1 and the sigmoid are missing"),
    ("01.2", lambda X: (layer(layer(X, ch01.W1, ch01.B1), ch01.W2, ch01.B2) @ ch01.WO.T + ch01.BO), "and the column must be taken out"),
    ("01.2", lambda X: layer((X @ ch01.W1.T + ch01.B1) @ ch01.W2.T + ch01.B2, ch01.WO, ch01.BO)[:, 0], "hidden layers need their sigmoid"),
    ("01.3", 5000 * 300 + 300 + 300 + 1, "one of the two hidden layers"),
    ("02.1", lambda z: np.where(z >= 0, z, -0.1 * z), "wrong sign"),
    ("02.1", lambda z: np.where(z >= 0, 0.1 * z, z), "left and right are swapped"),
    ("02.2", np.log(9), "sigmoid itself is 0.9"),
    ("02.3", lambda z, T: np.exp(z / T - z.max() / T) / np.exp(z / T - z.max() / T).sum(), "over the whole batch"),
    ("03.1", ch03.W - 0.5 * (ch03.P - 1), "a number for each weight"),
    ("03.1", ch03.W - (ch03.P - 1) * ch03.P * (1 - ch03.P) * ch03.X, "squared error"),
    ("03.2", 3, "2 divided by the curvature"),
    ("03.3", lambda w, v, g, rate, m: (w - (m * v - rate * g), m * v - rate * g), "already points downhill"),
    ("03.3", lambda w, v, g, rate, m: (w + m * v + rate * g, m * v + rate * g), "must be subtracted"),
    ("03.3", lambda w, v, g, rate, m: (w + v - rate * g, v - rate * g), "only a part of the old velocity"),
    ("04.1", -ch04.P, "turned round"),
    ("04.1", ch04.P ** 2 * (1 - ch04.P), "squared error"),
    ("04.2", lambda W, delta, h: W.T @ delta * h, "half of the slope"),
    ("04.2", lambda W, delta, h: W.T @ delta * sigmoid(h) * (1 - sigmoid(h)), "already the output"),
    ("05.1", np.log(100 / 1001) + 1, "fraction is turned round"),
    ("05.1", 1001 / 100 + 1, "logarithm is missing"),
    ("05.2", (0.6, 0.75, 0.45), "F1 is 2 p r"),
    ("05.2", (0.5, 0.75, 0.6), "not 40 + 20"),
    ("05.3", lambda text, words: [text.count(word) for word in words], "make it lower case"),
    ("05.3", lambda text, words: [text.lower().split().count(word) / 8 for word in words], "shares"),
    ("06.1", lambda tokens, known: sum(token not in known for token in tokens) / len(known), "not by the size of the vocabulary"),
    ("06.2", [11, 19, 13, 2, 527], "and a review begins"),
    ("06.2", [1, 14, 22, 16, 5, 530], "nothing is added"),
    ("06.2", [1, 14, 22, 16, 530], "left out"),
    ("06.3", 540, "this is the first number"),
    ("06.3", (540, 540), "sort the lengths first"),
    ("07.1", lambda v, M: M @ v / (v @ v * (M * M).sum(axis=1)), "take the root"),
    ("07.2", 8000 * 50 + 51, "the buckets and the padding"),
    ("07.2", 8201 * 50, "table alone"),
    ("07.2", 8201 * 51 + 51, "an embedding has no bias"),
    ("07.3", np.log1p(np.exp(np.array([1, -1, -1]) * (ch07.C @ ch07.E))).mean(), "labels are turned round"),
    ("07.3", np.log1p(np.exp(-ch07.C[0] @ ch07.E)), "neighbour alone"),
    ("07.3", -np.log1p(np.exp(np.array([-1, 1, 1]) * (ch07.C @ ch07.E))).mean(), "sign is wrong"),
    ("08.1", [3.5, 2.5], "it is added"),
    ("08.1", [0, 0.5], "places are swapped"),
    ("08.2", (17, 12864), "stride 1"),
    ("08.2", (9, 201), "one filter"),
    ("08.2", (9, 9 * 12864), "share the same weights"),
    ("08.2", (12864, 9), "steps first"),
    ("08.3", lambda h, lengths: np.stack([h[0, :2].sum(axis=0), h[1, :3].sum(axis=0)]), "this is the sum"),
    ("08.3", lambda h, lengths: np.stack([h[0, :2].max(axis=0), h[1, :3].max(axis=0)]), "this is the maximum"),
    ("09.1", np.tanh([2.0 + ch09.FIRST[1], -2.0 + ch09.FIRST[0]]), "bias is missing at the second step"),
    ("09.1", np.tanh([1.5, -0.5]), "goes through tanh before it is used"),
    ("09.2", 1420 + 310 + 11 - 30, "each unit of the recurrent layers"),
    ("09.2", 1420 + 310 + 10, "output neuron has a bias"),
    ("09.3", lambda x, W_x, W_h, b: np.tanh(x @ W_x + b), "one by one"),
    ("09.3", lambda x, W_x, W_h, b: ch09.run(x, activation=lambda z: z), "tanh is missing"),
    ("09.3", lambda x, W_x, W_h, b: ch09.run(x, start=1.0), "begins at 0"),
    ("09.3", lambda x, W_x, W_h, b: ch09.run(x[:-1]), "last word is left out"),
    ("10.1", 0.2, "candidate is missing"),
    ("10.1", 0.2 + 0.75 * np.tanh(-0.4), "has been through tanh already"),
    ("10.1", np.tanh(-0.1), "no tanh at the end"),
    ("10.2", (4 * 114 * 64, 22272), "biases of the LSTM are missing"),
    ("10.2", (4 * (114 + 2) * 64, 22272), "one row of biases, not two"),
    ("10.2", (22272, 29440), "the LSTM first"),
    ("10.2", (29440, 4 * (114 + 2) * 64), "a GRU has three blocks"),
    ("10.3", lambda c, f, i, g: c + np.cumsum(i * g), "forget gate is missing"),
    ("10.3", lambda c, f, i, g: ch10.cell(f, i * np.tanh(g)), "has been through tanh already"),
    ("10.3", lambda c, f, i, g: ch10.cell(f, i * g)[-1], "not only the last one"),
    ("10.3", lambda c, f, i, g: ch10.cell(i, f * g), "are swapped"),
    ("11.1", ch11.IDS, "these are the ids"),
    ("11.2", lambda h, mask: (h * mask[:, :, None]).sum(axis=1) / mask.sum(), "its own number of words"),
    ("11.2", lambda h, mask: (h * ~mask[:, :, None]).sum(axis=1) / (~mask).sum(axis=1, keepdims=True), "mean of the padding"),
    ("11.3", 3 * (20 * 48 + 48 * 48), "biases are missing"),
    ("11.3", 20 * 48 + 48 * 48 + 2 * 48, "one block"),
    ("12.1", lambda ids, lengths: np.sort(ids, axis=1)[:, ::-1], "this sorts"),
    ("12.2", 6 * (64 * 32 + 32 * 32), "biases are missing"),
    ("12.3", lambda outputs, lengths: np.concatenate([outputs[:, -1, :2], outputs[:, 0, 2:]], axis=1), "may be padding"),
    ("12.3", lambda outputs, lengths: np.concatenate([outputs[:, 0, 2:], outputs[np.arange(3), lengths - 1, :2]], axis=1), "halves are swapped"),
    ("13.1", 1 - 20 * 0.1, "multiplied, not added"),
    ("13.1", 0.9 ** 19, "20 factors"),
    ("13.2", lambda x, mask, p: x * mask[:, None] * (1 - p), "do not multiply"),
    ("13.2", lambda x, mask, p: x / (1 - p), "mask is ignored"),
    ("13.3", 4 * 96, "each sentence"),
    ("13.3", 16 * 4 * 64, "masks of the state"),
    ("13.3", 16 * 4 * 32, "masks of the inputs"),
    ("14.2", (0.5, 13.5 / 7), "all twelve places"),
    ("14.3", (0.75, 1, 6 / 7), "overlap a true name"),
    ("15.2", (0.2, 0.2), "not by all"),
    ("15.2", (6 / 9, 0.6), "third class"),
    ("16.1", lambda scores, mask: ch16.softmax(np.where(mask, scores, -1e9).T).T, "along the batch"),
    ("16.2", 16 * (64 * 64 + 64), "a head has 16 numbers"),
    ("16.2", 4 * 64 * 64 + 3 * 64, "bias of the last matrix"),
    ("16.3", lambda lengths, rows, width: sum(lengths) - sum(min(n, width) for n in lengths[:rows]), "number of characters"),
    ("16.3", lambda lengths, rows, width: 1 - sum(min(n, width) for n in lengths[:rows]) / (rows * width), "empty share"),
    ("17.1", lambda losses, batch: losses.mean() / 2, "two equal parts only"),
]


def said(call, *arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        call(*arguments)
    return out.getvalue()


WHOLE = {"01", "02", "04", "06"}                  # chapters whose solutions use what the chapter has computed


def solved(chapter):
    """The chapter with its solutions in, and the three cells that check them."""
    book = nbformat.read(CHAPTERS[chapter], as_version=4)
    checks = []
    for place, cell in enumerate(book.cells):
        if found := re.fullmatch(r'exercise\("(.+)"\)\.check\((\w+)\)', cell.source):
            task = book.cells[place - 1]
            line = next(line for line in task.source.splitlines() if line.startswith(f"{found[2]} = ..."))
            task.source = task.source.replace(line, said(exercise(found[1]).solution))
            checks.append(cell)
    return book, checks


@pytest.mark.parametrize("chapter", sorted(CHAPTERS.keys() - WHOLE))
def test_the_solutions_are_right(chapter):
    """With what the chapter imports; most need no more, and a chapter takes half a minute."""
    book, _ = solved(chapter)
    border = next(place for place, cell in enumerate(book.cells) if "## Exercises" in cell.source)
    cells = [[cell.source for cell in part if cell.cell_type == "code"] for part in (book.cells[:border], book.cells[border:])]
    imports = [ast.unparse(line) for source in cells[0] for line in ast.parse(source).body if isinstance(line, ast.Import | ast.ImportFrom)]
    assert said(exec, "\n".join(imports + cells[1]), {}) == "".join(f"{chapter}.{i}: right.\n" for i in (1, 2, 3))


@pytest.mark.parametrize("chapter", sorted(WHOLE))
def test_the_solutions_are_right_in_their_notebook(chapter):
    book, checks = solved(chapter)
    execute(book)
    printed = ["".join(output.text for output in cell.outputs) for cell in checks]         # a stream may come in two pieces
    assert printed == [f"{chapter}.{i}: right.\n" for i in (1, 2, 3)]


@pytest.mark.parametrize(("number", "wrong", "part"), MISTAKES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_typical_mistake_is_named(number, wrong, part):
    answer = said(exercise(number).check, wrong)
    assert answer.startswith(f"{number}: not yet: ") and part in answer and answer.count("\n") == 1


def test_every_exercise_tells_at_least_two_mistakes_apart():
    for number in NUMBERS:
        lines = {said(exercise(number).check, wrong) for other, wrong, _ in MISTAKES if other == number}
        assert len(lines) >= 2, number


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_line_for_a_mistake_can_be_said(chapter):
    """A line that another one hides, or whose mistake counts as right, would never be seen."""
    answers = [said(exercise(number).check, wrong) for number, wrong, _ in MISTAKES if number.startswith(chapter)]
    source = (PROJECT / "course_utils" / "exercises" / f"ch{chapter}.py").read_text("utf-8")
    lines = [pair.elts[1].value for pair in ast.walk(ast.parse(source))
             if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(getattr(pair.elts[1], "value", None), str)]
    assert len(lines) > 5 and [line for line in lines if not any(line in answer for answer in answers)] == []


@pytest.mark.parametrize("number", [number for number in NUMBERS if re.match(r"def [^\n]+\n( [^\n]*\n|\n(?= ))+$", said(exercise(number).solution))])
def test_where_a_function_is_wanted_a_number_is_told_so(number):
    assert "give the function itself" in said(exercise(number).check, 0.5)


@pytest.mark.parametrize("number", NUMBERS)
def test_unanswered_says_so(number):
    line = f"{number}: not answered yet. Replace the dots and run both cells. Help: .hint() and .solution()\n"
    assert said(exercise(number).check, ...) == line


@pytest.mark.parametrize("number", NUMBERS)
def test_a_hint_does_not_hold_the_solution(number):
    hint, solution = said(exercise(number).hint), said(exercise(number).solution)
    assert hint.startswith(f"{number}, a hint: ") and solution.strip() not in hint and len(solution) > 10


def raising(*_):
    raise RuntimeError("mine")


JUNK = [None, "text", [], [[1, 2], [3]], {}, object(), float("nan"), np.zeros((2, 2)), raising, lambda: 1, lambda *_: None,
        lambda *_: "text", lambda *_: np.full((5, 7), np.nan), np.array([None]), 10**400, b"\x00"]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_answer_makes_a_check_raise(number):
    for junk in JUNK:
        answer = said(exercise(number).check, junk)
        assert answer.startswith(f"{number}: not yet") and answer.count("\n") == 1, (junk, answer)


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(NUMBERS), st.recursive(st.none() | st.floats() | st.text(max_size=3), st.lists, max_leaves=5))
def test_no_value_makes_a_check_raise(number, value):
    assert said(exercise(number).check, value).startswith(f"{number}: not yet")


def test_an_unknown_exercise_names_those_there_are():
    with pytest.raises(LookupError, match=r"chapter 01 has 01\.1, 01\.2, 01\.3"):
        exercise("01.9")
    with pytest.raises(LookupError, match="no exercises for chapter '99'"):
        exercise("99.1")
