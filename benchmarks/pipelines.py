"""The two ways from raw text to batches that input.py compares, and how they are measured.

Imported only after `common.use_corpus()`, since it loads TensorFlow.
"""

import functools
import time

import keras
import tensorflow as tf
import tensorflow_datasets as tfds

from course_utils import datasets, text

EPOCHS = 3


def words_of(texts, cut):
    """The words of the first `cut` bytes of each text, or of all of it."""
    return text.split_words(texts, max_bytes=cut)


@functools.cache
def vocabulary(cut):
    """10,000 words and 1,000 buckets, counted before anything is measured."""
    return text.Vocabulary.of(words_of(datasets.load_reviews("train").texts, cut), 10_000, 1_000)


def tutorial(cut):
    """As the tutorial has it: cut, cleaned, split and looked up between disk and network, in every epoch."""
    def clean(batch, labels):
        if cut:
            batch = tf.strings.substr(batch, 0, cut)
        batch = tf.strings.regex_replace(batch, rb"<br\s*/?>", b" ")
        batch = tf.strings.regex_replace(batch, b"[^a-zA-Z']", b" ")
        return tf.strings.split(batch).to_tensor(default_value=b"<pad>"), labels

    look_up = vocabulary(cut).table.lookup
    data = tfds.load(datasets.corpus_name("reviews"), split="train", as_supervised=True).batch(32).map(clean)
    return data.map(lambda words, labels: (look_up(words), labels)).prefetch(1)


def course(cut):
    """The course's: read, split and encoded once, batches of like length."""
    texts, labels, _ = datasets.load_reviews("train")
    return text.batches_by_length(vocabulary(cut).encode(words_of(texts, cut)), labels, 32, seed=1)


PIPELINES = {"tutorial": tutorial, "course": course}


def warm_up():
    """What is compiled at the first call is not measured."""
    list(tutorial(300).take(50))
    text.split_words(datasets.load_reviews("train").texts[:100])
    vocabulary(None)


def speed(make, cut, count):
    """Reviews a second in each epoch; the first one includes everything since the data were on disk."""
    rates, begun = [], time.monotonic()
    data = make(cut)
    for _ in range(EPOCHS):
        for _batch in data:
            pass
        rates.append(count / (time.monotonic() - begun))
        begun = time.monotonic()
    return rates


def padding(name, cut):
    """The share of cells that hold padding: 0 in the course, in the tutorial the id of the word <pad>, never a 0."""
    pad_id = int(vocabulary(cut).table.lookup(tf.constant("<pad>"))) if name == "tutorial" else 0
    cells = words = 0
    for ids, _ in PIPELINES[name](cut):
        cells += int(tf.size(ids))
        words += int(tf.reduce_sum(tf.cast((ids != 0) & (ids != pad_id), tf.int32)))
    return 1 - words / cells


def waits(tuned, count=20, seconds=0.7):
    """How long each of `count` iterators takes to end, after so many seconds beside a busy processor."""
    found, matrix = [], tf.random.normal((400, 400))
    for _ in range(count):
        data = tf.data.Dataset.range(1_000_000).map(lambda number: number + 1)
        iterator = iter(data if tuned else text.without_autotuning(data))
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            next(iterator)
            tf.linalg.matmul(matrix, matrix)
        begun = time.monotonic()
        del iterator
        found.append(time.monotonic() - begun)
    return found


def share_of_input(data, steps=150):
    """Taking so many batches, over training on them: two GRUs of 128 units."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.layers.Embedding(len(vocabulary(300)), 128, mask_zero=True),
        keras.layers.GRU(128, return_sequences=True), keras.layers.GRU(128), keras.layers.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    part = data.take(steps)
    model.fit(part, epochs=1, shuffle=False, verbose=0)
    begun = time.monotonic()
    model.fit(part, epochs=1, shuffle=False, verbose=0)
    training = time.monotonic() - begun
    begun = time.monotonic()
    for _batch in part:
        pass
    return (time.monotonic() - begun) / training
