"""The plainest network of chapter 07 on whole reviews: a number for each word, pair and triple, times its log-ratio.

Wang and Manning (2012) and, with triples and punctuation, Mesnil et al. (2014) train it as a linear SVM. Imported only
after `common.use_corpus()`, since it loads TensorFlow.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

BITS = 26                          # of a hash: 67 million places, so that few of five million n-grams share one
ODD = np.uint64(0x9E3779B97F4A7C15)


def words_and_signs(texts):
    """Texts as words in small letters and signs of punctuation, each by itself: ragged (n, words) strings."""
    texts = tf.strings.lower(tf.constant(texts))
    texts = tf.strings.regex_replace(texts, r"<br\s*/?>", " ")
    return tf.strings.split(tf.strings.regex_replace(texts, r"([^a-z0-9'\s])", r" \1 "))


def n_grams(words, longest):
    """The different runs of 1 to `longest` words of each text: (texts' numbers, places), two int64 arrays, in order."""
    hashes = tf.strings.to_hash_bucket_fast(words.flat_values, 2 ** 62).numpy().astype(np.uint64)
    rows = words.value_rowids().numpy()
    run, keys = hashes, []
    for length in range(1, longest + 1):
        if length > 1:
            run = run[:-1] * ODD + hashes[length - 1:]           # wraps around: what is meant
        inside = rows[:len(run)] == rows[length - 1:]            # begins and ends in the same text
        places = (run * ODD) >> np.uint64(64 - BITS)
        keys.append((rows[:len(run)] << BITS | places.astype(np.int64))[inside])
    keys = np.sort(np.concatenate(keys))
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    return keys >> BITS, keys & (1 << BITS) - 1


class Counted:
    """What the training texts hold: an id from 1 on for each n-gram, and its log-ratio between the classes."""

    def __init__(self, words, labels, longest):
        self.longest = longest
        rows, places = n_grams(words, longest)
        used = np.zeros(1 << BITS, bool)
        used[places] = True
        found = np.flatnonzero(used)
        self.id_at = np.zeros(1 << BITS, np.int32)
        self.id_at[found] = np.arange(1, len(found) + 1)
        self.size = len(found) + 1                               # the padding has an id, too
        self.ids = as_ragged(rows, self.id_at[places], len(labels))
        positive = np.repeat(labels == 1, self.ids.row_lengths())
        shares = [np.bincount(self.ids.flat_values[side], minlength=self.size) + 1.0 for side in (positive, ~positive)]
        self.ratios = np.log(shares[0] / shares[0].sum() * shares[1].sum() / shares[1])
        self.ratios[0] = 0.0

    def encode(self, words):
        """The ids of other texts; n-grams that the training texts lack are left out."""
        rows, places = n_grams(words, self.longest)
        ids = self.id_at[places]
        return as_ragged(rows[ids > 0], ids[ids > 0], words.nrows())

    def network(self):
        """ids (batch, n) → (batch, 1): the sum of the ratios, each times a weight that is learnt, from 0."""
        ids = keras.Input((None,), dtype="int32")
        fixed = layers.Embedding(self.size, 1, trainable=False)
        learnt = layers.Embedding(self.size, 1, embeddings_initializer="zeros")
        z = ops.sum(fixed(ids) * learnt(ids), axis=1)
        fixed.set_weights([self.ratios[:, np.newaxis]])
        return keras.Model(ids, z)


def as_ragged(rows, ids, count):
    """Sorted numbers of texts and an id beside each as a ragged (count, ids) tensor."""
    return tf.RaggedTensor.from_row_splits(ids, np.searchsorted(rows, np.arange(int(count) + 1)))
