"""From raw text to batches of word ids, as chapter 06 builds it: words, vocabulary, unknown words, padding.

Ids: 0 is the padding, 1 … size the words of the vocabulary, most frequent first, then the buckets of unknown words.
"""

import gzip
import zlib
from collections import Counter

import keras
import numpy as np
import tensorflow as tf

from .files import DataError

PAD = "<pad>"


def split_words(texts, max_bytes: int | None = None, lower: bool = True) -> tf.RaggedTensor:
    """Raw texts as words: `<br />` and everything but letters and apostrophes become blanks.

    texts: (batch,) strings, str or bytes; what is not valid UTF-8 becomes a blank, too.
    max_bytes: keep only so many bytes of each text, as the tutorial does (half a letter may then stay with a word).
    Returns a ragged (batch, words) tensor of UTF-8 strings.
    """
    if tf.is_tensor(texts):
        texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace", replacement_char=ord(" "))
    else:
        texts = tf.convert_to_tensor([as_utf8(text) for text in texts], tf.string)
    if max_bytes is not None:
        texts = tf.strings.substr(texts, 0, max_bytes)
    if lower:
        texts = tf.strings.lower(texts)
    texts = tf.strings.regex_replace(texts, r"<br\s*/?>", " ")
    texts = tf.strings.regex_replace(texts, r"[^a-zA-Z']", " ")
    return tf.strings.split(texts)


def as_utf8(text) -> bytes:
    """A str or bytes as valid UTF-8, each part that cannot be one replaced by a sign."""
    if isinstance(text, str):
        return text.encode("utf-8", "replace")
    return text if text.isascii() else text.decode("utf-8", "replace").encode()


def count_words(words: tf.RaggedTensor) -> Counter:
    """How often each word occurs in a ragged (batch, words) tensor; keys are `str`, ties keep the order of appearance."""
    return Counter(word.decode("utf-8", "replace") for word in words.flat_values.numpy())


class Vocabulary:
    """Words to ids and back.

    words: the vocabulary, most frequent first, without padding.
    oov_buckets: how many ids the unknown words share; each goes to the same one every time (a hash decides).
    """

    def __init__(self, words, oov_buckets: int = 100):
        if oov_buckets < 1:
            raise ValueError("oov_buckets must be at least 1: an unknown word needs an id.")
        self.words = [PAD, *words]
        self.oov_buckets = oov_buckets
        entries = tf.lookup.KeyValueTensorInitializer(self.words, tf.range(len(self.words), dtype=tf.int64))
        self.table = tf.lookup.StaticVocabularyTable(entries, oov_buckets)

    @classmethod
    def of(cls, words: tf.RaggedTensor, size: int, oov_buckets: int = 100) -> "Vocabulary":
        """The `size` most frequent words of a ragged (batch, words) tensor."""
        return cls([word for word, _ in count_words(words).most_common(size)], oov_buckets)

    def __len__(self) -> int:
        """How many different ids there are: what an Embedding needs as its first argument."""
        return len(self.words) + self.oov_buckets

    def encode(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        """Ragged (batch, words) strings → ragged (batch, words) int64 ids."""
        return tf.ragged.map_flat_values(self.table.lookup, words)

    def decode(self, ids) -> list[str]:
        """The words of one sequence of ids; an unknown word is "<oov 7>" with the number of its bucket."""
        return [self.words[i] if i < len(self.words) else f"<oov {i - len(self.words)}>" for i in map(int, ids)]


def pairs(words: tf.RaggedTensor) -> tf.RaggedTensor:
    """Neighbouring words joined by a blank: ragged (n, words) strings → ragged (n, words - 1) strings. Chapter 07."""
    return tf.ragged.map_flat_values(lambda left, right: tf.strings.join([left, right], " "), words[:, :-1], words[:, 1:])


def read_vectors(path, vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Word vectors from a text file in the format of GloVe or word2vec, a word and its numbers a line. Chapter 07.

    path: UTF-8, packed if it ends in .gz; a first line with two counts, as word2vec writes it, is passed over.
    Returns (table (len(vocabulary), numbers) float32, zeros where the file has no such word, found (len(vocabulary),) bool).
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


def rows(ids: tf.RaggedTensor) -> list[np.ndarray]:
    """The rows of a ragged (n, words) tensor as n arrays of ids."""
    return np.split(ids.flat_values.numpy(), ids.row_starts().numpy()[1:])


def pad(sequences, length: int | None = None) -> np.ndarray:
    """Sequences of ids, filled with zeros at the end (or cut) to one length, the longest one's if None is given.

    Returns (batch, length) int32.
    """
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.zeros((len(sequences), length), dtype="int32")
    for row, ids in zip(batch, sequences, strict=True):
        row[:len(ids)] = ids[:length]
    return batch


def by_length(sequences, batch_size: int) -> list[np.ndarray]:
    """The positions of the sequences in batches of like length, shortest first: a list of (batch,) int64."""
    order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
    return [order[start:start + batch_size] for start in range(0, len(order), batch_size)]


def batches_by_length(ids: tf.RaggedTensor, labels, batch_size: int, seed: int | None = None) -> tf.data.Dataset:
    """Batches of sequences of like length, so that little padding is needed; padded once and kept.

    ids: ragged (n, words).  labels: (n,).
    seed: draw the order of the batches anew in every epoch (for training); None keeps them shortest first.
    Returns a dataset of (ids (batch, longest) int32, labels (batch,)), with autotuning off: its hidden wait can double
    a short `fit` (chapter 17).
    """
    sequences, labels = rows(ids), np.asarray(labels)
    return drawn([(pad([sequences[i] for i in chunk]), labels[chunk]) for chunk in by_length(sequences, batch_size)], seed)


def drawn(batches: list, seed: int | None = None) -> tf.data.Dataset:
    """Ready batches, tuples of arrays, as a dataset with autotuning off.  seed: as in `batches_by_length`."""
    rng = np.random.default_rng(seed)

    def draw():
        positions = np.arange(len(batches)) if seed is None else rng.permutation(len(batches))
        for position in positions:
            yield batches[position]

    signature = tuple(tf.TensorSpec([None] * part.ndim, part.dtype) for part in batches[0])
    dataset = tf.data.Dataset.from_generator(draw, output_signature=signature)
    return without_autotuning(dataset.apply(tf.data.experimental.assert_cardinality(len(batches))))


def without_autotuning(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The same dataset; its iterators do not wait for the autotuner when they end."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


@keras.saving.register_keras_serializable(package="course_utils")
class TextToIds(keras.layers.Layer):
    """Raw texts to padded ids inside a model: strings (batch,) → int64 (batch, longest). Saved with its vocabulary.

    words: the vocabulary, most frequent first.  oov_buckets: as in `Vocabulary`.
    """

    def __init__(self, words, oov_buckets: int = 100, **kwargs):
        super().__init__(**{"trainable": False, "dtype": "int64"} | kwargs)
        self.vocabulary = Vocabulary(words, oov_buckets)

    def call(self, texts):
        return self.vocabulary.encode(split_words(texts)).to_tensor(default_value=0)

    def compute_output_spec(self, texts):
        return keras.KerasTensor((texts.shape[0], None), dtype="int64")

    def get_config(self):
        return super().get_config() | {"words": self.vocabulary.words[1:], "oov_buckets": self.vocabulary.oov_buckets}
