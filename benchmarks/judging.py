"""How a system of training.py is trained and judged: the seconds of training alone, and the test set after each epoch.

Imported only after `common.use_corpus()`, since it loads TensorFlow.
"""

import functools
import time
from typing import NamedTuple

import keras
import numpy as np

from course_utils import datasets

reviews = functools.cache(datasets.load_reviews)


class Run(NamedTuple):
    """prepared: seconds before training.  epochs: (seconds of training so far, test accuracy) after each.

    answers: (n,) a number for each test review, positive for a positive review; None where nobody needs it.
    """

    prepared: float
    epochs: list[tuple[float, float]]
    answers: np.ndarray | None = None


class Clock(keras.callbacks.Callback):
    """Counts the seconds of training only, and judges after each epoch."""

    def __init__(self, answer, border):
        super().__init__()
        self.answer, self.border = answer, border
        self.seconds, self.epochs = 0.0, []

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.monotonic() - self.begun
        self.answers = self.answer(self.model) - self.border
        self.epochs.append((self.seconds, float(np.mean((self.answers > 0) == reviews("test").labels))))


def judged(model, data, epochs, answer, optimizer, batch=None):
    """Train, and return what `Run` holds beside the preparation.

    data: a dataset, or (ids, labels) for batches of `batch`.  answer: model → a number for each review of the test.
    """
    shares = getattr(model.layers[-1], "activation", None) is keras.activations.sigmoid
    model.compile(optimizer, keras.losses.BinaryCrossentropy(from_logits=not shares))
    clock = Clock(answer, border=0.5 * shares)
    given = dict(x=data[0], y=data[1], batch_size=batch) if batch else dict(x=data, shuffle=False)
    model.fit(**given, epochs=epochs, verbose=0, callbacks=[clock])
    return clock.epochs, clock.answers
