"""Word vectors: trained on texts without labels, or read from a file. Chapter 07."""

import gzip
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from .files import DataError
from .text import Vocabulary, without_autotuning
from .training import Progress

BATCH = 2048


def pair_source(sequences: Sequence[np.ndarray], vocabulary_size: int, window_size: int,
                seed: int = 1) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """What skip-gram learns from: a function that draws words with five neighbours and five strangers each.

    sequences: a list of arrays of word ids.  vocabulary_size: how many different ids there are.
    window_size: how far away a neighbour may stand, among the words that were kept (frequent ones are thinned out).
    Each call of the function returns (words (n,), others (n, 10)) int32, whole batches, in a new order; of the others
    the first five are neighbours. In a text of one word, the word is its own neighbour.  Mikolov et al. 2013.
    """
    rng = np.random.default_rng(seed)
    flat, where = np.concatenate(sequences), np.repeat(np.arange(len(sequences)), [len(one) for one in sequences])
    share = np.bincount(flat, minlength=vocabulary_size) / len(flat)
    kept = rng.random(len(flat)) < np.sqrt(5e-4 / np.maximum(share[flat], 1e-12))
    flat, where = flat[kept].astype("int32"), where[kept]
    strangers = np.cumsum(share ** 0.75) / np.sum(share ** 0.75)
    first, last = np.searchsorted(where, where), np.searchsorted(where, where, side="right") - 1

    def draw() -> tuple[np.ndarray, np.ndarray]:
        places = rng.permutation(len(flat))[:len(flat) // BATCH * BATCH]
        unknown = np.searchsorted(strangers, rng.random((len(places), 5)))
        low, high = np.maximum(first[places], places - window_size), np.minimum(last[places], places + window_size)
        low, high = low[:, None], high[:, None]
        near = low + (rng.random((len(places), 5)) * (high - low)).astype(int)
        near = np.minimum(near + (near >= places[:, None]), high)                           # step over the place itself
        return flat[places], np.concatenate([flat[near], unknown], axis=1).astype("int32")

    return draw


def pair_batches(words: np.ndarray, others: np.ndarray) -> tf.data.Dataset:
    """What `pair_source` drew as batches ((words (batch,), others (batch, 10)), labels (batch, 10)): 1 a neighbour."""
    labels = np.broadcast_to(np.repeat([1.0, 0.0], 5), others.shape)
    words, others, labels = (part.reshape(-1, BATCH, *part.shape[1:]) for part in (words, others, labels))
    return without_autotuning(tf.data.Dataset.from_tensor_slices(((words, others), labels)))


def skip_gram(sequences: Sequence[np.ndarray], vocabulary_size: int, embedding_dim: int, window_size: int, epochs: int,
              seed: int = 1) -> np.ndarray:
    """Word vectors by skip-gram with negative sampling, as chapter 07 trains them.

    sequences, vocabulary_size, window_size: as in `pair_source`.  embedding_dim: numbers a word.
    Returns (vocabulary_size, embedding_dim) float32.
    """
    draw = pair_source(sequences, vocabulary_size, window_size, seed)
    keras.utils.set_random_seed(seed)
    word, others = keras.Input((), dtype="int32"), keras.Input((10,), dtype="int32")
    in_the_middle = keras.layers.Embedding(vocabulary_size, embedding_dim)
    as_neighbour = keras.layers.Embedding(vocabulary_size, embedding_dim, embeddings_initializer="zeros")
    model = keras.Model([word, others], keras.layers.Dot((2, 1))([as_neighbour(others), in_the_middle(word)]))
    model.compile(keras.optimizers.Adam(2e-2), keras.losses.BinaryCrossentropy(from_logits=True))
    for _ in range(epochs):
        model.fit(pair_batches(*draw()), shuffle=False, verbose=0, callbacks=[Progress()])
    return in_the_middle.get_weights()[0]


def read_vectors(path: str | Path, vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Word vectors from a text file in the format of GloVe or word2vec, a word and its numbers a line. Chapter 07.

    path: UTF-8, packed if it ends in .gz; a first line with two counts, as word2vec writes it, is passed over.
    Returns (table (len(vocabulary), numbers) float32, found (len(vocabulary),) bool); a word that the file does not
    have is zeros in the table.
    Raises DataError, with the number of the line where one is wrong, if the file cannot be read.
    """
    ids = {word: number for number, word in enumerate(vocabulary.words) if number}
    table = found = None
    try:
        with (gzip.open if str(path).endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                word, *values = line.rstrip().split(" ")
                if number == 1 and len(values) == 1:
                    continue
                if table is None:
                    table, found = np.zeros((len(vocabulary), len(values)), "float32"), np.zeros(len(vocabulary), bool)
                if word in ids:
                    try:
                        table[ids[word]] = finite(values, table.shape[1])
                    except ValueError:
                        raise DataError(f"{path}, line {number}: {table.shape[1]} numbers are wanted after the word. "
                                        "Is the file complete, and in the format of GloVe?") from None
                    found[ids[word]] = True
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({getattr(error, 'strerror', None) or type(error).__name__}). "
                        "Wanted is a text file in UTF-8, or one packed with gzip.") from None
    if table is None or not table.shape[1]:
        raise DataError(f"{path} holds no vectors.")
    return table, found


def finite(values: list[str], count: int) -> np.ndarray:
    """So many finite numbers as (count,) float32.  Raises ValueError if they are others."""
    numbers = np.array(values, "float32").reshape(count)
    if not np.isfinite(numbers).all():
        raise ValueError(values)
    return numbers
