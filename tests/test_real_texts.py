"""Other real texts: chapter 05's experiment on 20 newsgroups, chapter 07's vectors from a file of GloVe."""

import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import PROJECT

from course_utils import datasets, embeddings, text

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


AGAIN = """
from course_utils import experiments
from course_utils.commands.experiments import function_of, planned
one, (condition, seed) = planned()[{name!r}], ({condition!r}, 1)
live = function_of(one.notebook, one.function)(condition, seed)
assert experiments.read({name!r}).agrees(condition, seed, live), live
"""


@pytest.mark.parametrize(("corpus", "archive", "name", "condition"), [
    ("newsgroups20", "20news/20news-bydate.tar.xz", "05_newsgroups", "SVM"),
    ("glove", "glove/glove.6B.50d.top10k.txt.gz", "07_glove", "frozen GloVe, 100 labels"),
])
def test_what_was_measured_on_data_that_must_be_fetched_comes_out_again(real_data, tmp_path, corpus, archive, name,
                                                                      condition):
    settings = {"cwd": PROJECT, "capture_output": True, "text": True,
                "env": os.environ | {"COURSE_CACHE": str(tmp_path)}}
    command = [sys.executable, "-m", "course_utils", "fetch", corpus, "--archive", str(real_data / archive)]
    fetched = subprocess.run(command, **settings)
    assert fetched.returncode == 0, fetched.stderr
    done = subprocess.run([sys.executable, "-c", AGAIN.format(name=name, condition=condition)], **settings)
    assert done.returncode == 0, done.stderr[-2000:]


def test_vectors_of_glove(real_data):
    words = text.split_words(datasets.load_reviews("train").texts)
    vocabulary = text.Vocabulary.of(words, 5000)
    extra = text.Vocabulary(dict.fromkeys([*vocabulary.words[1:], "king", "queen", "man", "woman"]))
    table, found = embeddings.read_vectors(real_data / "glove" / "glove.6B.50d.top10k.txt.gz", extra)
    assert table.shape == (len(extra), 50)
    assert found[1:5001].mean() == pytest.approx(0.494, abs=1e-3)
    assert found[vocabulary.encode(words).flat_values.numpy()].mean() == pytest.approx(0.826, abs=1e-3)

    ids = {word: extra.words.index(word) for word in ("king", "queen", "man", "woman")}
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    cosines = unit @ (unit[ids["king"]] - unit[ids["man"]] + unit[ids["woman"]])
    assert cosines.argmax() == ids["king"]                                 # the trick: a given word is the nearest
    cosines[[ids["king"], ids["man"], ids["woman"]]] = -1
    assert cosines.argmax() == ids["queen"]
