"""The systems that training.py compares: tutorials as written, the course's models, linear models.

Imported only after `common.use_corpus()`, since it loads TensorFlow. A system is a function of the seed and returns
(preparation in seconds, [(training in seconds so far, test accuracy), ... an epoch each]).
"""

import functools
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from course_utils import datasets, text
from course_utils.training import predict

reviews = functools.cache(datasets.load_reviews)


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
        positive = self.answer(self.model) > self.border
        self.epochs.append((self.seconds, np.mean(positive == reviews("test").labels)))


def judged(model, data, epochs, answer, optimizer, logits=True):
    """Train, and return seconds and accuracy of each epoch.  answer: model → a number for each review of the test."""
    model.compile(optimizer, keras.losses.BinaryCrossentropy(from_logits=logits))
    clock = Clock(answer, border=0 if logits else 0.5)
    model.fit(data, epochs=epochs, shuffle=False, verbose=0, callbacks=[clock])
    return clock.epochs


# The tutorials.

def lstm(seed):
    """20,000 words, the last 130, padded in front, no mask.

    The tutorial gets its ids ready made, so preparing them is not counted.
    """
    (train, labels, _), (test, _, _) = reviews("train"), reviews("test")
    keras.utils.set_random_seed(seed)
    words = text.split_words(train)
    encode, size = of_words(20_000, last=130)(words)
    front = lambda ids: keras.utils.pad_sequences(text.to_arrays(ids), maxlen=130)
    X, test_X = front(encode(words)), front(encode(text.split_words(test)))
    model = keras.Sequential([layers.Embedding(size, 128), layers.LSTM(128), layers.Dense(1, activation="sigmoid")])
    data = tf.data.Dataset.from_tensor_slices((X, labels)).shuffle(len(X), seed=seed).batch(128)
    answer = lambda model: model.predict(test_X, batch_size=500, verbose=0)[:, 0]
    return 0.0, judged(model, data, 5, answer, "rmsprop", logits=False)


def two_grus(seed):
    """The first 300 characters, mapped to ids in every epoch.

    Batches of 32 as they come, 10,000 words and 1,000 buckets.
    """
    (train, labels, _), (test, _, _) = reviews("train"), reviews("test")
    keras.utils.set_random_seed(seed)
    split = lambda texts: text.split_words(texts, max_bytes=300, lower=False)
    begun = time.monotonic()
    known = text.Vocabulary.of(split(train), 10_000, 1_000)
    prepared = time.monotonic() - begun
    data = tf.data.Dataset.from_tensor_slices((train, labels)).batch(32)
    data = data.map(lambda texts, labels: (known.encode(split(texts)).to_tensor(), labels)).prefetch(1)
    model = keras.Sequential([
        layers.Embedding(len(known), 128, mask_zero=True), layers.GRU(128, return_sequences=True), layers.GRU(128),
        layers.Dense(1, activation="sigmoid")])
    test_ids = known.encode(split(test))
    return prepared, judged(model, data, 5, lambda model: predict(model, test_ids), "adam", logits=False)


# The course's models: texts prepared once, batches by length.

def course(prepare, build, rate, epochs, batch=96, falling=False):
    """A system from two functions.

    prepare: the words of the training set → (function that turns words into ids, how many ids there are).
    build: how many ids there are → the model.  falling: the rate falls to 0 along a cosine.
    """
    def run(seed):
        (train, labels, _), (test, _, _) = reviews("train"), reviews("test")
        keras.utils.set_random_seed(seed)
        begun = time.monotonic()
        words = text.split_words(train)
        encode, size = prepare(words)
        data = text.batches_by_length(encode(words), labels, batch, seed=seed)
        prepared = time.monotonic() - begun
        test_ids = encode(text.split_words(test))
        steps = epochs * len(data)
        schedule = keras.optimizers.schedules.CosineDecay(rate, steps) if falling else rate
        optimizer = keras.optimizers.Adam(schedule)
        return prepared, judged(build(size), data, epochs, lambda model: predict(model, test_ids), optimizer)
    return run


def of_words(size, last=None):
    """An id for each of the most frequent words; only so many words at the end of a review, if `last` is given."""
    def prepare(words):
        known = text.Vocabulary.of(words, size)
        encode = lambda words: known.encode(words)[:, -last:] if last else known.encode(words)
        return encode, len(known)
    return prepare


def words_and_pairs(words, buckets=100_000):
    """Chapter 07: the words' ids, then those of hashed pairs."""
    known = text.Vocabulary.of(words, 20_000)

    def encode(words):
        hashed = tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, text.bigrams(words), buckets)
        return tf.concat([known.encode(words), hashed + len(known)], axis=1)
    return encode, len(known) + buckets


def each_once(words, buckets=2 ** 20):
    """Every different word and pair of a review once, all of them hashed."""
    def encode(words):
        both = tf.concat([words, text.bigrams(words)], axis=1)
        hashed = tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, both, buckets - 1)
        rows = [np.unique(row) + 1 for row in text.to_arrays(hashed)]
        return tf.RaggedTensor.from_row_lengths(np.concatenate(rows), [len(row) for row in rows])
    return encode, buckets


def averaged(numbers):
    """The mean of the words' vectors."""
    return lambda size: keras.Sequential([
        layers.Embedding(size, numbers, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(1)])


def one_number(size):
    """One number a word or pair, added up: logistic regression as a network."""
    ids = keras.Input((None,), dtype="int32")
    values = layers.Embedding(size, 1, embeddings_initializer="zeros")(ids)[:, :, 0]
    return keras.Model(ids, ops.sum(ops.where(ids > 0, values, 0.0), axis=1, keepdims=True))


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
    """A convolution, the mean of each four steps, a GRU in both directions, the maximum of its states.

    Padding is kept at 0.
    """
    ids = keras.Input((None,), dtype="int32")
    is_word = ops.cast(ids > 0, "float32")[..., None]
    h = layers.SpatialDropout1D(0.5)(layers.Embedding(size, 64)(ids)) * is_word
    h = layers.Conv1D(64, 3, padding="same", activation="relu")(h) * is_word
    fours, mask = layers.AveragePooling1D(4)(layers.ZeroPadding1D((0, 3))(h)), ids[:, ::4] > 0
    states = layers.Bidirectional(layers.GRU(32, return_sequences=True))(fours, mask=mask)
    return keras.Model(ids, layers.Dense(1)(ops.max(ops.where(mask[..., None], states, -1.0), axis=1)))


# The linear models.

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
        return prepared, [(seconds, model.score(vectorizer.transform(test), test_labels))]
    return run


LSTM = "LSTM, a tutorial's"
RECURRENT = ("stacked GRU (11)", "bidirectional GRU (12)", "convolution, then a GRU in both directions")
SYSTEMS = {
    LSTM: lstm,
    "two GRUs, a tutorial's": two_grus,
    "averaged embeddings (07)": course(of_words(20_000), averaged(32), 4e-3, 4),
    "words and hashed pairs (07)": course(words_and_pairs, averaged(16), 4e-3, 4),
    "a number for each word and pair": course(each_once, one_number, 3e-3, 3, batch=128),
    "convolution (08)": course(of_words(20_000, last=300), convolution, 1e-3, 3),
    "stacked GRU (11)": course(of_words(10_000, last=250), stacked, 3e-3, 2),
    "bidirectional GRU (12)": course(of_words(5_000, last=200), both_directions, 3e-3, 2),
    "convolution, then a GRU in both directions":
        course(of_words(20_000, last=400), every_fourth_step, 3e-3, 3, falling=True),
    "TF-IDF words + SVM": svm(1),
    "TF-IDF words and pairs + SVM": svm(2),
}
