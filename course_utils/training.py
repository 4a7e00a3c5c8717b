"""What is seen while a network trains, and afterwards."""

import contextlib
import os
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from .text import by_length, pad, rows, without_autotuning


def watched() -> bool:
    """Whether somebody sees the output while it comes: in Jupyter or a terminal, not in tests nor in `make run`."""
    return "PYTEST_CURRENT_TEST" not in os.environ and (sys.stdout.isatty() or "ipykernel" in sys.modules)


@contextlib.contextmanager
def timed(what: str):
    """Say how many seconds the block took, where somebody watches; a stored output has no seconds in it."""
    begun = time.monotonic()
    yield
    if watched():
        print(f"{what}: {time.monotonic() - begun:.2f} s")


class Progress(keras.callbacks.Callback):
    """One live line while `fit` runs: epoch, step, loss, seconds. It is wiped when training ends, so that the stored
    output of a cell has no seconds in it; where nobody watches (tests, `make run`) it prints nothing."""

    def on_train_begin(self, logs=None):
        self.live = watched()
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


def skip_gram(sequences, ids: int, size: int, window: int, epochs: int, seed: int = 1, batch: int = 2048) -> np.ndarray:
    """Word vectors by skip-gram with negative sampling, as chapter 07 trains them: five neighbours, five strangers a word.

    sequences: a list of arrays of word ids.  ids: how many different ids there are.  size: numbers a word.
    window: how far away a neighbour may stand, among the words that were kept (frequent ones are thinned out).
    Returns (ids, size) float32.
    """
    rng = np.random.default_rng(seed)
    flat, where = np.concatenate(sequences), np.repeat(np.arange(len(sequences)), [len(one) for one in sequences])
    share = np.bincount(flat, minlength=ids) / len(flat)
    kept = rng.random(len(flat)) < np.sqrt(5e-4 / np.maximum(share[flat], 1e-12))
    flat, where = flat[kept], where[kept]
    strangers = np.cumsum(share ** 0.75) / np.sum(share ** 0.75)
    first, last = np.searchsorted(where, where), np.searchsorted(where, where, side="right") - 1

    def draw():
        places = rng.permutation(len(flat))[:len(flat) // batch * batch]
        unknown = np.searchsorted(strangers, rng.random((len(places), 5)))
        low, high = np.maximum(first[places], places - window)[:, None], np.minimum(last[places], places + window)[:, None]
        near = low + (rng.random((len(places), 5)) * (high - low)).astype(int)
        near = np.minimum(near + (near >= places[:, None]), high)                           # step over the place itself
        others = np.concatenate([flat[near], unknown], axis=1).astype("int32")
        labels = np.broadcast_to(np.repeat([1.0, 0.0], 5), others.shape)
        word, others, labels = (part.reshape(-1, batch, *part.shape[1:]) for part in (flat[places], others, labels))
        return without_autotuning(tf.data.Dataset.from_tensor_slices(((word, others), labels)))

    keras.utils.set_random_seed(seed)
    word, others = keras.Input((), dtype="int32"), keras.Input((10,), dtype="int32")
    in_the_middle = keras.layers.Embedding(ids, size)
    as_neighbour = keras.layers.Embedding(ids, size, embeddings_initializer="zeros")
    model = keras.Model([word, others], keras.layers.Dot((2, 1))([as_neighbour(others), in_the_middle(word)]))
    model.compile(keras.optimizers.Adam(2e-2), keras.losses.BinaryCrossentropy(from_logits=True))
    for _ in range(epochs):
        model.fit(draw(), shuffle=False, verbose=0, callbacks=[Progress()])
    return in_the_middle.get_weights()[0]


def linear_svm(texts, labels, others, longest: int = 1) -> np.ndarray:
    """Chapter 05's baseline: TF-IDF of words, with longest=2 of pairs too, and a linear SVM.

    texts: (n,) to train on, with their labels (n,).  Returns its answers for the `others`, (m,) labels.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    vectorizer = TfidfVectorizer(ngram_range=(1, longest))
    return LinearSVC(random_state=1).fit(vectorizer.fit_transform(texts), labels).predict(vectorizer.transform(others))


def predict(model, ids, batch_size: int = 256, length: int | None = None) -> np.ndarray:
    """What the model answers for each row of a ragged (n, words) tensor of ids, in their order: (n,) float32, its first output.
    The rows are batched by length on the way; one trace serves all lengths, where `model.predict` makes several.
    length: fill (or cut) all of them to so many words instead."""
    return in_order(lambda batch: model(batch, training=False)[:, 0], ids, "float32", batch_size, length)


def predict_classes(model, ids, batch_size: int = 256) -> np.ndarray:
    """The number of the model's largest output for each row of a ragged (n, words) tensor of ids, in their order: (n,) int64."""
    return in_order(lambda batch: tf.argmax(model(batch, training=False), axis=-1), ids, "int64", batch_size)


def in_order(answer, ids, dtype, batch_size, length=None) -> np.ndarray:
    """answer: (batch, words) int32 → (batch,), called with batches by length."""
    step = tf.function(answer, input_signature=[tf.TensorSpec((None, None), tf.int32)])
    sequences = rows(ids)
    answers = np.empty(len(sequences), dtype)
    for chunk in by_length(sequences, batch_size):
        answers[chunk] = step(pad([sequences[i] for i in chunk], length))
    return answers
