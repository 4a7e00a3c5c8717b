"""What is seen of a training, and predictions in their order."""

import functools
import os
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import NOTEBOOKS, definitions

from course_utils import embeddings, training
from course_utils.baselines import linear_svm
from course_utils.runtime import quiet_stderr, start
from course_utils.training import Progress, history_table, predict, predict_classes


def tiny_model():
    return keras.Sequential([keras.layers.Embedding(10, 4, mask_zero=True), keras.layers.GRU(3), keras.layers.Dense(1)])


def test_predictions_stand_in_the_order_of_the_rows():
    ids = tf.ragged.constant([[1, 2, 3, 4], [5], [6, 7], [8, 9, 1], [2, 2]])
    model = tiny_model()
    one_by_one = [model(np.array([row]))[0, 0].numpy() for row in ids.to_list()]
    assert np.allclose(predict(model, ids, batch_size=2), one_by_one, atol=1e-6)
    assert np.allclose(predict(model, ids, batch_size=2, length=9), one_by_one, atol=1e-6)     # the mask sees to it
    first = [model(np.array([row[:1]]))[0, 0].numpy() for row in ids.to_list()]
    assert np.allclose(predict(model, ids, batch_size=2, length=1), first, atol=1e-6)


def test_the_baseline_knows_words_and_if_asked_pairs():
    texts, labels = ["good plot", "fine plot", "bad plot", "dull plot"], np.array([1, 1, 0, 0])
    assert linear_svm(texts, labels, ["a good one", "so dull"]).tolist() == [1, 0]
    texts, labels = ["not good but fine", "fine but not good", "good but not fine"] * 2, np.array([0, 0, 1] * 2)
    asked = ["not good", "not fine"]
    assert linear_svm(texts, labels, asked, ngram_range=(1, 2)).tolist() == [0, 1]
    assert (linear_svm(texts, labels, asked) == linear_svm(texts, labels, asked, ngram_range=(1, 1))).all()


def fit(callback):
    model = tiny_model()
    model.compile("adam", "mse")
    return model.fit(np.ones((8, 3)), np.ones(8), batch_size=2, epochs=2, verbose=0, callbacks=[callback])


def test_progress_is_wiped_when_training_ends(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_QUIET", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    fit(Progress())
    out = capsys.readouterr().out
    assert "epoch 2/2" in out and out.endswith("\r") and out.split("\r")[-2].strip() == ""


def test_progress_is_silent_where_nobody_watches(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_QUIET", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    fit(Progress())
    assert capsys.readouterr().out == ""


def test_seconds_are_said_only_where_somebody_watches(monkeypatch, capsys):
    for watched, said in (True, r"sorting: 0\.\d\d s\n"), (False, ""):
        monkeypatch.setattr(training, "watched", lambda watched=watched: watched)
        with training.timed("sorting"):
            pass
        assert re.fullmatch(said, capsys.readouterr().out)


def test_history_is_a_row_an_epoch():
    table = history_table(fit(Progress())).splitlines()
    assert table[0].split() == ["epoch", "loss"]
    assert [line.split()[0] for line in table[1:]] == ["1", "2"]


def test_classes_stand_in_the_order_of_the_rows():
    ids = tf.ragged.constant([[1, 2, 3, 4], [5], [6, 7], [8, 9, 1], [2, 2]])
    model = keras.Sequential([
        keras.layers.Embedding(10, 4, mask_zero=True), keras.layers.GRU(3), keras.layers.Dense(3)])
    one_by_one = [model(np.array([row]))[0].numpy().argmax() for row in ids.to_list()]
    assert predict_classes(model, ids, batch_size=2).tolist() == one_by_one


def test_in_a_batch_of_pairs_neighbours_are_1_and_strangers_0():
    words = np.arange(2 * embeddings.BATCH, dtype="int32")
    others = np.arange(20 * embeddings.BATCH, dtype="int32").reshape(-1, 10)
    batches = list(embeddings.pair_batches(words, others))
    assert len(batches) == 2
    for ((word, other), label), first in zip(batches, (0, embeddings.BATCH), strict=True):
        rows = slice(first, first + embeddings.BATCH)
        assert (word.numpy() == words[rows]).all() and (other.numpy() == others[rows]).all()
        assert (label.numpy() == [1] * 5 + [0] * 5).all()


def test_skip_gram_is_chapter_07s(monkeypatch):
    """The package's and the notebook's own, on the same sentences with the same chance, to the last digit."""
    draw = np.random.default_rng(3)
    sequences = [draw.integers(1, 50, size) for size in draw.integers(1, 30, 600)]
    monkeypatch.setattr(embeddings, "BATCH", 256)
    ours = embeddings.skip_gram(sequences, vocabulary_size=50, embedding_dim=32, window_size=3, epochs=2, seed=1)
    chapter = definitions(NOTEBOOKS[6], "pair_model", "skip_gram", embeddings=embeddings, keras=keras,
                          functools=functools, Progress=Progress, sequences=sequences, vocabulary=range(50))
    theirs, _ = chapter["skip_gram"](window=3, seed=1, epochs=2)
    assert np.abs(theirs).max() > 0.05 and np.allclose(ours, theirs, atol=1e-6)


def test_neighbours_stand_within_the_window_and_in_the_same_text(monkeypatch):
    """Ids that say where they stand: 100 · text + place."""
    monkeypatch.setattr(embeddings, "BATCH", 50)
    sequences = [100 * one + np.arange(60) for one in range(20)]
    words, others = embeddings.pair_source(sequences, vocabulary_size=2000, window_size=4)()
    near = others[:, :5]
    assert len(words) % 50 == 0 and others.shape == (len(words), 10) and words.dtype == others.dtype == np.int32
    assert (near // 100 == words[:, None] // 100).all() and (near != words[:, None]).all()
    steps = [np.searchsorted(np.unique(words), ids) for ids in (words, near)]
    assert len(words) > 600 and np.abs(steps[1] - steps[0][:, None]).max() <= 6   # a few fall out of the batches
    again = embeddings.pair_source(sequences, vocabulary_size=2000, window_size=4)()
    assert all(map(np.array_equal, again, (words, others)))


def test_strangers_are_drawn_by_their_share_to_the_power_of_three_quarters(monkeypatch):
    monkeypatch.setattr(embeddings, "BATCH", 100)
    sequences = [np.repeat([1, 2, 3], [16, 1, 81])] * 200
    _, others = embeddings.pair_source(sequences, vocabulary_size=4, window_size=2)()
    shares = np.bincount(others[:, 5:].ravel(), minlength=4) / others[:, 5:].size
    assert shares == pytest.approx(np.array([0, 8, 1, 27]) / 36, abs=0.03)


def test_start_sets_the_seed_of_every_run_and_the_numbers_of_the_generators_follow():
    start()
    assert np.random.random() == np.random.RandomState(1).random()
    start(7)
    assert np.random.random() == np.random.RandomState(7).random()


def test_what_is_written_on_stderr_passes_again_afterwards(capfd):
    with quiet_stderr():
        os.write(2, b"dropped")
    os.write(2, b"passed")
    assert capfd.readouterr() == ("", "passed")
