"""Five published networks with the settings of their authors, on real reviews: two tutorials' and three examples of
keras-io. Each gets its ids as its author's reader does; what a reader gets ready made is not counted as preparation.

Imported only after `common.use_corpus()`, since it loads TensorFlow.
"""

import time

import keras
import tensorflow as tf
from judging import Run, judged, reviews
from keras import layers, ops

from course_utils import text
from course_utils.training import predict


def last_words(length, truncating="pre"):
    """Ids of 20,000 words, padded in front to one length, of train and test: two (25000, length) arrays."""
    (train, _, _), (test, _, _) = reviews("train"), reviews("test")
    words = text.split_words(train)
    known = text.Vocabulary.of(words, 20_000)
    return len(known), *(keras.utils.pad_sequences(text.to_arrays(known.encode(split)), length, truncating=truncating)
                         for split in (words, text.split_words(test)))


def on_arrays(build, length, epochs, batch, optimizer="adam", truncating="pre"):
    """A system of a network that gets arrays. build: how many ids there are → a model with a sigmoid at its end."""
    def run(seed):
        keras.utils.set_random_seed(seed)
        size, X, test_X = last_words(length, truncating)
        answer = lambda model: model.predict(test_X, batch_size=500, verbose=0)[:, 0]
        return Run(0.0, *judged(build(size), (X, reviews("train").labels), epochs, answer, optimizer, batch))
    return run


def lstm(size):
    """The fifth source: no mask."""
    return keras.Sequential([layers.Embedding(size, 128), layers.LSTM(128), layers.Dense(1, activation="sigmoid")])


def two_lstms(size):
    """keras-io, "Bidirectional LSTM on IMDB" (Chollet 2020)."""
    return keras.Sequential([
        layers.Embedding(size, 128), layers.Bidirectional(layers.LSTM(64, return_sequences=True)),
        layers.Bidirectional(layers.LSTM(64)), layers.Dense(1, activation="sigmoid")])


def two_convolutions(size):
    """keras-io, "Text classification from scratch" (Omernick and Chollet 2019)."""
    slide = lambda: layers.Conv1D(128, 7, strides=3, activation="relu")
    return keras.Sequential([
        layers.Embedding(size, 128), layers.Dropout(0.5), slide(), slide(), layers.GlobalMaxPooling1D(),
        layers.Dense(128, activation="relu"), layers.Dropout(0.5), layers.Dense(1, activation="sigmoid")])


def transformer(size, length=200):
    """keras-io, "Text classification with Transformer" (Nandan 2020): one block of width 32 with 2 heads."""
    ids = keras.Input((length,), dtype="int32")
    x = layers.Embedding(size, 32)(ids) + layers.Embedding(length, 32)(ops.arange(length))
    seen = layers.Dropout(0.1)(layers.MultiHeadAttention(2, 32)(x, x))
    x = layers.LayerNormalization(epsilon=1e-6)(x + seen)
    inner = layers.Dense(32)(layers.Dense(32, activation="relu")(x))
    x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dropout(0.1)(inner))
    h = layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(x))
    h = layers.Dropout(0.1)(layers.Dense(20, activation="relu")(h))
    return keras.Model(ids, layers.Dense(1, activation="sigmoid")(h))


def two_grus(seed):
    """The second source: the first 300 characters, mapped to ids in every epoch, in batches of 32 as they come."""
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
    return Run(prepared, *judged(model, data, 5, lambda model: predict(model, test_ids), "adam"))


LSTM = "LSTM, fifth source"
PUBLISHED = {
    LSTM: on_arrays(lstm, 130, epochs=5, batch=128, optimizer="rmsprop"),
    "two GRUs, second source": two_grus,
    "transformer block, keras-io": on_arrays(transformer, 200, epochs=2, batch=32),
    "two convolutions, keras-io": on_arrays(two_convolutions, 500, epochs=3, batch=32, truncating="post"),
    "two bidirectional LSTMs, keras-io": on_arrays(two_lstms, 200, epochs=2, batch=32),
}
