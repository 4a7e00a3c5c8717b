"""What is seen while a network trains, and afterwards."""

import os
import time

import keras
import numpy as np
import tensorflow as tf

from .text import by_length, pad, rows


class Progress(keras.callbacks.Callback):
    """One live line while `fit` runs: epoch, step, loss, seconds. It is wiped when training ends, so that the stored
    output of a cell has no seconds in it; where nobody watches (tests, `make run`) it prints nothing."""

    def on_train_begin(self, logs=None):
        self.live = "PYTEST_CURRENT_TEST" not in os.environ
        self.begun = self.shown = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        if self.live and now - self.shown > 0.2:
            self.shown = now
            values = "  ".join(f"{name} {value:.3f}" for name, value in (logs or {}).items())
            print(f"\repoch {self.epoch}/{self.params['epochs']}  step {batch + 1}/{self.params['steps'] or '?'}  "
                  f"{values}  {now - self.begun:.0f} s   ", end="", flush=True)

    def on_train_end(self, logs=None):
        if self.live:
            print("\r" + " " * 100 + "\r", end="", flush=True)


def history_table(history) -> str:
    """The numbers of every epoch as a table, a row an epoch. history: what `fit` returns."""
    names = list(history.history)
    rows = [["epoch", *names]] + [[str(epoch + 1), *(f"{history.history[name][epoch]:.3f}" for name in names)]
                                  for epoch in history.epoch]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def linear_svm(texts, labels, others, longest: int = 1) -> np.ndarray:
    """Chapter 05's baseline: TF-IDF of words, with longest=2 of pairs too, and a linear SVM.

    texts: (n,) to train on, with their labels (n,).  Returns its answers for the `others`, (m,) labels.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    vectorizer = TfidfVectorizer(ngram_range=(1, longest))
    return LinearSVC(random_state=1).fit(vectorizer.fit_transform(texts), labels).predict(vectorizer.transform(others))


def predict(model, ids, batch_size: int = 256, length: int | None = None) -> np.ndarray:
    """What the model answers for each row of a ragged (n, words) tensor of ids, in their order: (n,) float32.
    The rows are batched by length on the way; one trace serves all lengths, where `model.predict` makes several.
    length: fill (or cut) all of them to so many words instead."""
    step = tf.function(lambda batch: model(batch, training=False)[:, 0],
                       input_signature=[tf.TensorSpec((None, None), tf.int32)])
    sequences = rows(ids)
    answers = np.empty(len(sequences), "float32")
    for chunk in by_length(sequences, batch_size):
        answers[chunk] = step(pad([sequences[i] for i in chunk], length))
    return answers
