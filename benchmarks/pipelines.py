"""One way from raw text to batches, measured in a process of its own, so that its peak of memory is its own, too.

    python benchmarks/pipelines.py PIPELINE BYTES WORDS      started by input.py; BYTES: of each review, 0: all of it

WORDS: a file with the vocabulary, a word a line, counted before anything is measured.
"""

import json
import os
import sys
import time
from pathlib import Path

from common import peak_memory, use_corpus

EPOCHS, BATCH = 3, 32
use_corpus()

import tensorflow as tf  # noqa: E402  only once the corpus is chosen
import tensorflow_datasets as tfds  # noqa: E402

from course_utils import datasets, text  # noqa: E402


def raw():
    """Texts and labels as they lie on disk."""
    return tfds.load(datasets.corpus_name("reviews"), split="train", as_supervised=True)


def tutorial(known, cut):
    """The second source's: cut, cleaned, split and looked up between disk and network, in every epoch."""
    def clean(batch, labels):
        if cut:
            batch = tf.strings.substr(batch, 0, cut)
        batch = tf.strings.regex_replace(batch, rb"<br\s*/?>", b" ")
        batch = tf.strings.regex_replace(batch, b"[^a-zA-Z']", b" ")
        return tf.strings.split(batch).to_tensor(default_value=b"<pad>"), labels

    data = raw().batch(BATCH).map(clean)
    return data.map(lambda words, labels: (known.table.lookup(words), labels)).prefetch(1)


def encoded(known, cut):
    """Texts as ids, ragged, 1,000 at a time: records are parsed, split and looked up together, on both cores."""
    features = {"text": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}

    def encode(records):
        read = tf.io.parse_example(records, features)
        ids = known.encode(text.split_words(read["text"], max_bytes=cut))
        return tf.cast(ids, tf.int32), read["label"]

    folder = tfds.builder(datasets.corpus_name("reviews")).data_path
    files = tf.data.Dataset.list_files(f"{folder}/*-train.tfrecord*", shuffle=False)
    data = tf.data.TFRecordDataset(files).batch(1000).map(encode, num_parallel_calls=os.cpu_count())
    return text.without_autotuning(data)             # ending an iterator would wait for the autotuner


def course(known, cut):
    """The course's: everything encoded once, batches of like length, kept."""
    ids, labels = zip(*encoded(known, cut), strict=True)
    return text.batches_by_length(tf.concat(ids, axis=0), tf.concat(labels, axis=0), BATCH, seed=1)


def buckets(known, cut):
    """tf.data's own: a bucket for each 50 words, batches from one bucket, kept."""
    bounds = list(range(50, 1050, 50))
    data = encoded(known, cut).unbatch().map(lambda ids, label: (tf.identity(ids), label))
    data = data.bucket_by_sequence_length(lambda ids, label: tf.shape(ids)[0], bounds, [BATCH] * (len(bounds) + 1))
    return data.cache().shuffle(1000, seed=1)


PIPELINES = {"tutorial": tutorial, "course": course, "buckets": buckets}


def seconds_of_epochs(make, known, cut):
    """The first one includes everything since the data were on disk."""
    found, begun = [], time.monotonic()
    data = make(known, cut)
    for _ in range(EPOCHS):
        for _batch in data:
            pass
        found.append(time.monotonic() - begun)
        begun = time.monotonic()
    return found, data


def padding(data):
    """The share of cells that hold padding, 0."""
    cells = words = 0
    for ids, _ in data:
        cells += int(tf.size(ids))
        words += int(tf.reduce_sum(tf.cast(ids != 0, tf.int32)))
    return 1 - words / cells


def main():
    name, cut, file = sys.argv[1], int(sys.argv[2]) or None, Path(sys.argv[3])
    known = text.Vocabulary(file.read_text("utf-8").split(), 1_000)
    list(encoded(known, 300).take(2))                          # what is compiled at the first call is not measured
    taken, data = seconds_of_epochs(PIPELINES[name], known, cut)
    peak = peak_memory()
    print(json.dumps({f"epoch {epoch}": one for epoch, one in enumerate(taken, 1)}
                     | {"peak": peak, "padding": padding(data)}))


if __name__ == "__main__":
    main()
