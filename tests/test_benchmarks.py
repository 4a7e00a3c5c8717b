"""The benchmarks' own parts: what is stored, what is written of it, the columns of the best network."""

import sys

import numpy as np
import pytest
from conftest import PROJECT
from sklearn.feature_extraction.text import CountVectorizer

from course_utils import experiments

sys.path.append(str(PROJECT / "benchmarks"))

import common
import counting
import report

TEXTS = ["Not good, not good!", "A good film .", "a film", "the the the"]
LABELS = np.array([0, 1, 1, 0])


def test_the_page_is_what_the_stored_scores_say():
    assert (PROJECT / "benchmarks" / "README.md").read_text("utf-8") == report.page(), "python benchmarks/report.py"


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_n_grams_are_those_of_scikit_learn(longest):
    words = counting.words_and_signs(TEXTS)
    rows, places = counting.n_grams(words, longest)
    reader = CountVectorizer(binary=True, ngram_range=(1, longest), token_pattern=r"[\w']+|[^\w\s]")
    theirs = reader.fit_transform(TEXTS)
    assert np.array_equal(np.bincount(rows), theirs.sum(axis=1).A1)
    assert len(np.unique(places)) == theirs.shape[1]


def test_a_number_times_its_ratio_is_the_network():
    counted = counting.Counted(counting.words_and_signs(TEXTS), LABELS, 2)
    model = counted.network()
    fixed, learnt = (layer for layer in model.layers if "embedding" in layer.name)
    known = counted.encode(counting.words_and_signs(["a film", "unknown words only", "good , unheard"]))
    assert known.row_lengths().numpy().tolist() == [3, 0, 3]                # "good", ",", "good ,"
    learnt.set_weights([np.ones_like(learnt.get_weights()[0])])
    a, b = (counted.ratios[known[row].numpy()].sum() for row in (0, 2))
    assert np.allclose(model(known.to_tensor())[:, 0], [a, 0, b], atol=1e-6) and a > 0 > b
    assert not fixed.trainable


def test_what_was_measured_is_kept_until_the_code_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "BUILD", tmp_path)
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    store = common.Store("input", "none")
    store.add(1, {"one": {"seconds": 2.5}})
    again = common.Store("input", "none")
    assert again.has("one", 1) and not again.has("one", 2) and not again.has("two", 1)
    again.keep()
    assert experiments.read("benchmark_input").values("one", "seconds").tolist() == [2.5]
    assert not common.Store("input", "imdb_reviews").has("one", 1)
    monkeypatch.setattr(common, "fingerprint", lambda name: "other code")
    assert not common.Store("input", "none").has("one", 1)


def test_the_report_says_when_the_code_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "BUILD", tmp_path)
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    assert report.read("input")[0] is None
    store = common.Store("input", "none")
    store.add(1, {"one": {"seconds": 2.5}})
    store.keep()
    assert "changed" not in report.read("input")[1]
    monkeypatch.setattr(report, "fingerprint", lambda name: "other code")
    assert "changed" in report.read("input")[1]


def test_figures_of_the_report():
    seconds, accuracy = np.array([[4.0, 9.0], [5.0, 8.0]]), np.array([[0.8, 0.9], [0.85, 0.9]])
    assert report.to_goal(seconds, accuracy) == 7                          # 9 and 5
    assert report.within(seconds, accuracy, 8.5) == pytest.approx(0.85)    # 0.8 and 0.9
    assert report.within(seconds, accuracy, 1) == 0
    assert report.exponent([10, 100], [3, 300]) == pytest.approx(2)
    assert report.target("x", 0.9, 0.91, at_least=True)[2] == "at least 0.91: **missed**"
    assert report.target("x", 0.9, 0.91)[2] == "at most 0.91: met"
    assert report.target("x", 130, 120, places=0)[1:] == ["130", "at most 120: **missed**"]
