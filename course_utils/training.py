"""What is seen while a network trains, and afterwards."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from .text import pad, positions_by_length, to_arrays


def watched() -> bool:
    """Whether somebody sees the output while it comes: in Jupyter or a terminal.

    Nobody does where COURSE_QUIET is set, as tests and `run` do.
    """
    return "COURSE_QUIET" not in os.environ and (sys.stdout.isatty() or "ipykernel" in sys.modules)


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """Say how many seconds the block took, where somebody watches; a stored output has no seconds in it."""
    begun = time.monotonic()
    yield
    if watched():
        print(f"{what}: {time.monotonic() - begun:.2f} s")


class Progress(keras.callbacks.Callback):
    """A bar while `fit` runs: epoch, step, loss, seconds.

    It goes when training ends, so that the stored output of a cell has no seconds in it; where nobody watches (tests,
    `run`) there is none.
    """

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.bar = tqdm(desc=f"epoch {epoch + 1}/{self.params['epochs']}", total=self.params["steps"], unit=" steps",
                        file=sys.stdout, leave=False, disable=not watched(), ncols=75)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in (logs or {}).items()}, refresh=False)
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.bar.close()


def history_table(history: keras.callbacks.History) -> str:
    """The numbers of every epoch as a table, a row an epoch. history: what `fit` returns."""
    names = list(history.history)
    rows = [["epoch", *names]] + [[str(epoch + 1), *(f"{history.history[name][epoch]:.3f}" for name in names)]
                                  for epoch in history.epoch]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def predict(model: keras.Model, ids: tf.RaggedTensor, batch_size: int = 256, length: int | None = None) -> np.ndarray:
    """What the model answers for each row of ids, in their order: (n,) float32, its first output.

    ids: ragged (n, words).  The rows are batched by length on the way; one trace serves all lengths, where
    `model.predict` makes several.
    length: fill (or cut) all of them to so many words instead.
    """
    return predict_batches(lambda batch: model(batch, training=False)[:, 0], ids, "float32", batch_size, length)


def predict_classes(model: keras.Model, ids: tf.RaggedTensor, batch_size: int = 256) -> np.ndarray:
    """The number of the model's largest output for each row of ids, in their order: (n,) int64.

    ids: ragged (n, words).
    """
    return predict_batches(lambda batch: tf.argmax(model(batch, training=False), axis=-1), ids, "int64", batch_size)


def predict_batches(answer: Callable[[tf.Tensor], tf.Tensor], ids: tf.RaggedTensor, dtype: str, batch_size: int,
                    length: int | None = None) -> np.ndarray:
    """answer: (batch, words) int32 → (batch,), called with batches by length."""
    step = tf.function(answer, input_signature=[tf.TensorSpec((None, None), tf.int32)])
    sequences = to_arrays(ids)
    answers = np.empty(len(sequences), dtype)
    for chunk in positions_by_length(sequences, batch_size):
        answers[chunk] = step(pad([sequences[i] for i in chunk], length))
    return answers
