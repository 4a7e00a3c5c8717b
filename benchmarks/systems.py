"""The systems that training.py compares: published networks, the course's models, linear models, a mixture.

Imported only after `common.use_corpus()`, since it loads TensorFlow. A system is a function of the seed that returns a
`Run`. Settings of the course's were chosen on 5,000 reviews held out of the training set.
"""

import functools
import time

import keras
import numpy as np
import tensorflow as tf
from counting import Counted, words_and_signs
from judging import Run, judged, reviews
from keras import layers, ops
from published import PUBLISHED
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from course_utils import text
from course_utils.training import predict


def course(prepare, build, rate, epochs, batch=96, falling=False):
    """A system of a model of the course: texts prepared once, batches by length.

    prepare: the words of the training set → (function that turns words into ids, how many ids there are).
    build: how many ids there are → the model.  falling: the rate falls to 0 along a cosine.
    """
    @functools.cache                             # the mixture asks again
    def run(seed):
        (train, labels, _), (test, _, _) = reviews("train"), reviews("test")
        keras.utils.set_random_seed(seed)
        begun = time.monotonic()
        words = text.split_words(train)
        encode, size = prepare(words)
        data = by_length(encode(words), labels, batch, seed)
        prepared = time.monotonic() - begun
        test_ids = encode(text.split_words(test))
        steps = epochs * len(data)
        schedule = keras.optimizers.schedules.CosineDecay(rate, steps) if falling else rate
        answer = lambda model: answers(model, test_ids)
        return Run(prepared, *judged(build(size), data, epochs, answer, keras.optimizers.Adam(schedule)))
    return run


def by_length(ids, labels, batch, seed):
    """Batches by length; where a word has two ids, its own and its pair's, the model gets both beside each other."""
    if not isinstance(ids, tuple):
        return text.batches_by_length(ids, labels, batch, seed)
    columns = [text.to_arrays(one) for one in ids]
    return text.to_dataset([(np.stack([text.pad([column[i] for i in chunk]) for column in columns], axis=-1),
                             labels[chunk]) for chunk in text.positions_by_length(columns[0], batch)], seed)


def answers(model, ids):
    """A number for each row of ids, whatever their form, in order."""
    if not isinstance(ids, tuple):
        return predict(model, ids)
    found, columns = np.empty(ids[0].nrows(), "float32"), [text.to_arrays(one) for one in ids]
    for chunk in text.positions_by_length(columns[0], 256):
        both = np.stack([text.pad([column[i] for i in chunk]) for column in columns], axis=-1)
        found[chunk] = model.predict_on_batch(both)[:, 0]
    return found


def of_words(size, last=None):
    """An id for each of the most frequent words; only so many words at the end of a review, if `last` is given."""
    def prepare(words):
        known = text.Vocabulary.of(words, size)
        encode = lambda words: known.encode(words)[:, -last:] if last else known.encode(words)
        return encode, len(known)
    return prepare


def hashed_pairs(words, buckets):
    """Ids from 1 on for each two neighbouring words; a few pairs share one."""
    return tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, text.bigrams(words), buckets - 1) + 1


def words_and_pairs(words, buckets=100_000):
    """Chapter 07: the words' ids, then those of hashed pairs."""
    known = text.Vocabulary.of(words, 20_000)
    encode = lambda words: tf.concat([known.encode(words), hashed_pairs(words, buckets) + len(known)], axis=1)
    return encode, len(known) + buckets


PAIRS = 2 ** 17


def words_with_pairs(words, last=400):
    """For each of the last words its id and that of the pair which ends with it."""
    known = text.Vocabulary.of(words, 20_000)

    def encode(words):
        begun = tf.concat([tf.fill([words.nrows(), 1], "^"), words], axis=1)
        return known.encode(words)[:, -last:], hashed_pairs(begun, PAIRS)[:, -last:]
    return encode, len(known)


def averaged(numbers):
    """The mean of the words' vectors."""
    return lambda size: keras.Sequential([
        layers.Embedding(size, numbers, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(1)])


def convolution(size):
    """Chapter 08: Kim's network, filters over 2, 3 and 4 words, the maximum of each."""
    ids = keras.Input((None,), dtype="int32")
    is_word = ops.cast(ids > 0, "float32")[..., None]
    h = layers.Embedding(size, 64)(ids) * is_word
    filters = [layers.Conv1D(64, width, padding="causal", activation="relu") for width in (2, 3, 4)]
    maxima = [ops.max(slide(h) * is_word, axis=1) for slide in filters]
    return keras.Model(ids, layers.Dense(1)(layers.Dropout(0.5)(ops.concatenate(maxima, axis=-1))))


def stacked(size):
    """Chapter 11: two GRUs, one on the states of the other."""
    return keras.Sequential([
        layers.Embedding(size, 64, mask_zero=True), layers.GRU(32, return_sequences=True), layers.GRU(32),
        layers.Dense(1)])


def both_directions(size):
    """Chapter 12: a GRU from each end."""
    return keras.Sequential([
        layers.Embedding(size, 64, mask_zero=True), layers.Bidirectional(layers.GRU(32)), layers.Dense(1)])


def every_fourth_step(size):
    """Vectors of words and pairs, then `read_in_fours`."""
    ids = keras.Input((None, 2), dtype="int32")
    words, pairs = ids[:, :, 0], ids[:, :, 1]
    h = layers.Concatenate()([layers.Embedding(size, 64)(words), layers.Embedding(PAIRS, 16)(pairs)])
    return keras.Model(ids, read_in_fours(words, h))


def every_fourth_step_of_words(size):
    """The same without pairs."""
    words = keras.Input((None,), dtype="int32")
    return keras.Model(words, read_in_fours(words, layers.Embedding(size, 64)(words)))


def read_in_fours(words, h):
    """A convolution, the mean of each four steps, a GRU in both directions, the maximum of its states.

    Padding is kept at 0.
    """
    is_word = ops.cast(words > 0, "float32")[..., None]
    h = layers.SpatialDropout1D(0.5)(h) * is_word
    h = layers.Conv1D(64, 3, padding="same", activation="relu")(h) * is_word
    fours, mask = layers.AveragePooling1D(4)(layers.ZeroPadding1D((0, 3))(h)), words[:, ::4] > 0
    states = layers.Bidirectional(layers.GRU(32, return_sequences=True))(fours, mask=mask)
    return layers.Dense(1)(ops.max(ops.where(mask[..., None], states, -1.0), axis=1))


def one_number_each(longest, passes=1):
    """Chapter 07: a number for each word, sign, pair (and triple), times its log-ratio."""
    @functools.cache
    def run(seed):
        (train, labels, _), (test, _, _) = reviews("train"), reviews("test")
        keras.utils.set_random_seed(seed)
        begun = time.monotonic()
        counted = Counted(words_and_signs(train), labels, longest)
        data = text.batches_by_length(counted.ids, labels, 256, seed)
        prepared = time.monotonic() - begun
        test_ids = counted.encode(words_and_signs(test))
        answer = lambda model: predict(model, test_ids)
        return Run(prepared, *judged(counted.network(), data, passes, answer, keras.optimizers.Adam(0.01)))
    return run


def mixture(first, second, weight):
    """The answers of two systems added up, the second's times a weight; the seconds are those of both."""
    def run(seed):
        runs = first(seed), second(seed)
        right = (runs[0].answers + weight * runs[1].answers > 0) == reviews("test").labels
        return Run(sum(one.prepared for one in runs), [(sum(one.epochs[-1][0] for one in runs), float(right.mean()))])
    return run


def svm(longest):
    """TF-IDF of words, or of words and pairs, and a linear SVM."""
    def run(seed):
        (train, labels, _), (test, test_labels, _) = reviews("train"), reviews("test")
        begun = time.monotonic()
        vectorizer = TfidfVectorizer(ngram_range=(1, longest))
        X = vectorizer.fit_transform(train)
        prepared = time.monotonic() - begun
        model = LinearSVC(random_state=seed).fit(X, labels)
        seconds = time.monotonic() - begun - prepared
        return Run(prepared, [(seconds, float(model.score(vectorizer.transform(test), test_labels)))])
    return run


PAIRS_COUNTED, TRIPLES = "a number for each word and pair (07)", "a number for each word, pair and triple (07)"
FOURTH = "convolution, then a GRU in both directions"
COURSE = {
    PAIRS_COUNTED: one_number_each(2),
    TRIPLES: one_number_each(3),
    FOURTH: course(words_with_pairs, every_fourth_step, 3e-3, 3, falling=True),
}
SYSTEMS = PUBLISHED | {
    "averaged embeddings (07)": course(of_words(20_000), averaged(32), 4e-3, 4),
    "words and hashed pairs (07)": course(words_and_pairs, averaged(16), 4e-3, 4),
    "convolution (08)": course(of_words(20_000, last=300), convolution, 1e-3, 3),
    "stacked GRU (11)": course(of_words(10_000, last=250), stacked, 3e-3, 2),
    "bidirectional GRU (12)": course(of_words(5_000, last=200), both_directions, 3e-3, 2),
    **COURSE,
    "mixture of the last two": mixture(COURSE[TRIPLES], COURSE[FOURTH], 1 / 3),
    "TF-IDF words + SVM": svm(1),
    "TF-IDF words and pairs + SVM": svm(2),
}
