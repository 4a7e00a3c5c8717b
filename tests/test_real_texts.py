"""Other real texts: chapter 05's models on 20 newsgroups, chapter 07's vectors from a file of GloVe."""

import tarfile
import warnings

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from course_utils import datasets, embeddings, text

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def newsgroups(real_data):
    """(texts, groups) of the two parts of 20 newsgroups, split by date."""
    parts = {"train": ([], []), "test": ([], [])}
    with tarfile.open(real_data / "20news" / "20news-bydate.tar.xz") as archive:
        for member in archive:
            if member.isfile():
                part, group = member.name.split("/")[-3:-1]
                texts, groups = parts[part.rpartition("-")[2]]
                texts.append(archive.extractfile(member).read().decode("latin-1"))
                groups.append(group)
    return parts


def test_the_linear_svm_of_chapter_05_on_20_newsgroups(newsgroups):
    (train, groups), (test, test_groups) = newsgroups["train"], newsgroups["test"]
    assert (len(train), len(test), len(set(groups))) == (11_314, 7_532, 20)
    vectorizer = TfidfVectorizer()
    model = LinearSVC(random_state=1).fit(vectorizer.fit_transform(train), groups)
    assert model.score(vectorizer.transform(test), test_groups) >= 0.85


def test_the_perceptron_of_chapter_05_on_20_newsgroups(newsgroups):
    """Two hidden layers of 300, SGD, rate 0.1; 20 groups need more words than two opinions do."""
    (train, groups), (test, test_groups) = newsgroups["train"], newsgroups["test"]
    vectorizer = TfidfVectorizer(max_features=10_000)
    X = vectorizer.fit_transform(train).toarray().astype("float32")
    X_test = vectorizer.transform(test).toarray().astype("float32")
    model = MLPClassifier((300, 300), solver="sgd", learning_rate_init=0.1, max_iter=12, early_stopping=True,
                          random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")        # it warns that 12 rounds are few
        model.fit(X, groups)
    assert model.score(X_test, test_groups) >= 0.79


def test_vectors_of_glove(real_data):
    words = text.split_words(datasets.load_reviews("train").texts)
    vocabulary = text.Vocabulary.of(words, 5000)
    extra = text.Vocabulary(dict.fromkeys([*vocabulary.words[1:], "king", "queen", "man", "woman"]))
    table, found = embeddings.read_vectors(real_data / "glove" / "glove.6B.50d.top10k.txt.gz", extra)
    assert table.shape == (len(extra), 50)
    assert found[1:5001].mean() == pytest.approx(0.494, abs=1e-3)          # the chapter's "half of our vocabulary"
    assert found[vocabulary.encode(words).flat_values.numpy()].mean() == pytest.approx(0.826, abs=1e-3)

    ids = {word: extra.words.index(word) for word in ("king", "queen", "man", "woman")}
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    cosines = unit @ (unit[ids["king"]] - unit[ids["man"]] + unit[ids["woman"]])
    assert cosines.argmax() == ids["king"]                                 # the trick: a given word is the nearest
    cosines[[ids["king"], ids["man"], ids["woman"]]] = -1
    assert cosines.argmax() == ids["queen"]
