"""From raw text to batches of word ids, as chapter 06 builds it: words, vocabulary, unknown words, padding.

Ids: 0 is the padding, 1 … size the words of the vocabulary, most frequent first, then the buckets of unknown words.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

PAD = "<pad>"
Texts = Sequence[str | bytes] | tf.Tensor
Ids = Sequence[int] | np.ndarray               # of one text


def split_words(texts: Texts, max_bytes: int | None = None, lower: bool = True) -> tf.RaggedTensor:
    """Raw texts as words: `<br />` and everything but letters and apostrophes become blanks; a Chinese sign is a word.

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
    texts = tf.strings.regex_replace(texts, r"[^a-zA-Z'\p{Han}]", " ")
    texts = tf.strings.regex_replace(texts, r"(\p{Han})", r" \1 ")
    return tf.strings.split(texts)


def as_utf8(text: str | bytes) -> bytes:
    """A str or bytes as valid UTF-8, each part that cannot be one replaced by a sign."""
    if isinstance(text, str):
        return text.encode("utf-8", "replace")
    return text if text.isascii() else text.decode("utf-8", "replace").encode()


def count_words(words: tf.RaggedTensor) -> Counter:
    """How often each word occurs in a ragged (batch, words) tensor; keys are `str`, ties keep their order."""
    return Counter(word.decode("utf-8", "replace") for word in words.flat_values.numpy())


class Vocabulary:
    """Words to ids and back.

    words: the vocabulary, most frequent first, without padding.
    num_oov_indices: how many ids the unknown words share; each goes to the same one every time (a hash decides).
    """

    def __init__(self, words: Iterable[str], num_oov_indices: int = 100):
        if num_oov_indices < 1:
            raise ValueError("num_oov_indices must be at least 1: an unknown word needs an id.")
        self.words = [PAD, *words]
        self.num_oov_indices = num_oov_indices
        entries = tf.lookup.KeyValueTensorInitializer(self.words, tf.range(len(self.words), dtype=tf.int64))
        self.table = tf.lookup.StaticVocabularyTable(entries, num_oov_indices)

    @classmethod
    def of(cls, words: tf.RaggedTensor, max_tokens: int, num_oov_indices: int = 100) -> "Vocabulary":
        """The `max_tokens` most frequent words of a ragged (batch, words) tensor.

        The padding and the unknown words come on top.
        """
        return cls([word for word, _ in count_words(words).most_common(max_tokens)], num_oov_indices)

    def __len__(self) -> int:
        """How many different ids there are: what an Embedding needs as its first argument."""
        return len(self.words) + self.num_oov_indices

    def encode(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        """Ragged (batch, words) strings → ragged (batch, words) int64 ids."""
        return tf.ragged.map_flat_values(self.table.lookup, words)

    def decode(self, ids: Ids) -> list[str]:
        """The words of one sequence of ids; an unknown word is "<oov 7>" with the number of its bucket."""
        return [self.words[i] if i < len(self.words) else f"<oov {i - len(self.words)}>" for i in map(int, ids)]


def bigrams(words: tf.RaggedTensor) -> tf.RaggedTensor:
    """Neighbouring words joined by a blank: ragged (n, words) strings → ragged (n, words - 1) strings. Chapter 07."""
    join = lambda left, right: tf.strings.join([left, right], " ")
    return tf.ragged.map_flat_values(join, words[:, :-1], words[:, 1:])


def to_arrays(ids: tf.RaggedTensor) -> list[np.ndarray]:
    """The rows of a ragged (n, words) tensor as n arrays of ids."""
    return np.split(ids.flat_values.numpy(), ids.row_starts().numpy()[1:])


def pad(sequences: Sequence[Ids], maxlen: int | None = None) -> np.ndarray:
    """Sequences of ids, filled with zeros at the end (or cut) to one length, the longest one's if None is given.

    Returns (batch, maxlen) int32.  Keras's own function pads in front unless it is told.
    """
    return keras.utils.pad_sequences(sequences, maxlen, padding="post", truncating="post")


def positions_by_length(sequences: Sequence[Ids], batch_size: int) -> list[np.ndarray]:
    """The positions of the sequences in batches of like length, shortest first: a list of (batch,) int64."""
    order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
    return [order[start:start + batch_size] for start in range(0, len(order), batch_size)]


def batches_by_length(ids: tf.RaggedTensor, labels: ArrayLike, batch_size: int,
                      seed: int | None = None) -> tf.data.Dataset:
    """Batches of sequences of like length, so that little padding is needed; padded once and kept.

    ids: ragged (n, words).  labels: (n,).
    seed: draw the order of the batches anew in every epoch (for training); None keeps them shortest first.
    Returns a dataset of (ids (batch, longest) int32, labels (batch,)), with autotuning off: its hidden wait can double
    a short `fit` (chapter 18).
    """
    sequences, labels = to_arrays(ids), np.asarray(labels)
    positions = positions_by_length(sequences, batch_size)
    return to_dataset([(pad([sequences[i] for i in chunk]), labels[chunk]) for chunk in positions], seed)


def to_dataset(batches: Sequence[tuple[np.ndarray, ...]], seed: int | None = None) -> tf.data.Dataset:
    """Ready batches, tuples of arrays, as a cached dataset with autotuning off.  seed: as in `batches_by_length`."""
    signature = tuple(tf.TensorSpec([None] * part.ndim, part.dtype) for part in batches[0])
    dataset = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(batches))).cache()
    if seed is not None:
        dataset = dataset.shuffle(len(batches), seed=seed)
    return without_autotuning(dataset)


def without_autotuning(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The same dataset; its iterators do not wait for the autotuner when they end."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


@keras.saving.register_keras_serializable(package="course_utils")
class TextToIds(keras.layers.Layer):
    """Raw texts to padded ids inside a model: strings (batch,) → int64 (batch, longest). Saved with its vocabulary.

    words: the vocabulary, most frequent first.  num_oov_indices: as in `Vocabulary`.
    """

    def __init__(self, words: Iterable[str], num_oov_indices: int = 100, **kwargs):
        super().__init__(**{"trainable": False, "dtype": "int64"} | kwargs)
        self.vocabulary = Vocabulary(words, num_oov_indices)

    def call(self, texts: tf.Tensor) -> tf.Tensor:
        return self.vocabulary.encode(split_words(texts)).to_tensor(default_value=0)

    def compute_output_spec(self, texts: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor((texts.shape[0], None), dtype="int64")

    def get_config(self) -> dict:
        own = {"words": self.vocabulary.words[1:], "num_oov_indices": self.vocabulary.num_oov_indices}
        return super().get_config() | own
