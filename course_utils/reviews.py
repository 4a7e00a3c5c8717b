"""The film reviews as chapters 08 to 13 train on them: three parts, one way to train, one way to score.

Chapter 10 writes the same out.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from . import datasets, text
from .training import Progress, predict


class Part(NamedTuple):
    """Some of the reviews: what `datasets.Reviews` holds, and the words as ids, ragged (n, words) int64."""

    texts: list[str]
    labels: np.ndarray
    phenomena: np.ndarray | None
    ids: tf.RaggedTensor


def load_parts(max_tokens: int = 5000, last: int = 200,
               most: int = 6000) -> tuple[text.Vocabulary, Part, Part, Part]:
    """The vocabulary and three parts of the reviews: to train, to choose by (a sixth of the training split), to test.

    max_tokens: words of the vocabulary, which is counted on the part to train.  last: keep so many words of a review,
    its last ones.  most: reviews taken of the training and of the test split.
    """
    known, tests = (datasets.load_reviews(split) for split in ("train", "test"))
    cut = min(most, len(known.labels)) * 5 // 6
    parts = [cut_out(known, 0, cut), cut_out(known, cut, most), cut_out(tests, 0, most)]
    words = [text.split_words(part.texts) for part in parts]
    vocabulary = text.Vocabulary.of(words[0], max_tokens)
    ids = [vocabulary.encode(split)[:, -last:] for split in words]
    return vocabulary, *(Part(*part, encoded) for part, encoded in zip(parts, ids, strict=True))


def cut_out(reviews: datasets.Reviews, first: int, end: int) -> datasets.Reviews:
    """The reviews from the first one up to, but without, the end."""
    return datasets.Reviews(*(None if column is None else column[first:end] for column in reviews))


def fit(model: keras.Model, train: Part, valid: Part, rate: float, epochs: int, seed: int) -> keras.callbacks.History:
    """Train with Adam, gradients clipped to the norm 1, and keep the weights of the epoch with the lowest validation
    loss.

    model: ids (batch, words) int32 → (batch, 1), a logit.  rate: the learning rate.  seed: of the order of the batches.
    """
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), keras.losses.BinaryCrossentropy(from_logits=True))
    best = keras.callbacks.EarlyStopping(patience=epochs, restore_best_weights=True)
    return model.fit(text.batches_by_length(train.ids, train.labels, 128, seed), epochs=epochs, shuffle=False,
                     validation_data=text.batches_by_length(valid.ids, valid.labels, 256), verbose=0,
                     callbacks=[best, Progress()])


def score(model: keras.Model, part: Part) -> dict[str, float | np.ndarray]:
    """How often the model is right: {"accuracy": share, "hits": (n,) bool}."""
    hits = (predict(model, part.ids) > 0) == part.labels
    return {"accuracy": hits.mean(), "hits": hits}
