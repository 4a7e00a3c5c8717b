"""What chapters 08 to 13 share: the parts of the reviews, one way to train, one way to score."""

import keras
import numpy as np
import pytest

from course_utils import datasets, reviews, text
from course_utils.baselines import linear_svm


def test_the_parts_do_not_overlap_and_the_vocabulary_is_of_the_first():
    vocabulary, train, valid, test = reviews.load_parts(max_tokens=300, last=50, most=600)
    known, others = datasets.load_reviews("train"), datasets.load_reviews("test")
    assert [len(part.labels) for part in (train, valid, test)] == [500, 100, 600]
    assert [*train.texts, *valid.texts] == list(known.texts[:600]) and test.texts == others.texts[:600]
    assert vocabulary.words == text.Vocabulary.of(text.split_words(train.texts), 300).words
    assert max(map(len, text.to_arrays(train.ids))) == 50
    ids = vocabulary.encode(text.split_words(valid.texts))
    assert [list(row) for row in text.to_arrays(valid.ids)] == [list(row[-50:]) for row in text.to_arrays(ids)]
    assert np.array_equal(test.phenomena, others.phenomena[:600])


@pytest.fixture
def counting():
    """Reviews of one word that tells the class, for a network that can learn nothing but the words it was shown."""
    def part(labels):
        labels = np.array(labels)
        ids = text.tf.RaggedTensor.from_row_lengths((labels + 1).astype("int64"), np.ones(len(labels), "int64"))
        return reviews.Part([""] * len(labels), labels, None, ids)

    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Embedding(3, 1, mask_zero=True), keras.layers.GlobalAveragePooling1D(),
                              keras.layers.Dense(1)])
    return model, part


def test_the_best_epoch_is_kept(counting):
    """The labels to choose by are turned round: each step makes their loss larger, so the first epoch is the best."""
    model, part = counting
    train = part([0, 1] * 200)
    valid = part([0, 1] * 20)._replace(labels=np.array([1, 0] * 20))
    history = reviews.fit(model, train, valid, rate=0.1, epochs=4, seed=1).history["val_loss"]
    assert history[0] == min(history) < history[-1]
    batches = text.batches_by_length(valid.ids, valid.labels, 256)
    assert model.evaluate(batches, verbose=0) == pytest.approx(history[0], abs=1e-5)


def test_the_score_is_of_each_review_in_order(counting):
    model, part = counting
    train = part([0, 1] * 200)
    reviews.fit(model, train, train, rate=0.1, epochs=3, seed=1)
    found = reviews.score(model, part([1, 0, 0])._replace(labels=np.array([1, 0, 1])))
    assert found["hits"].tolist() == [True, True, False] and found["accuracy"] == pytest.approx(2 / 3)


def test_chinese_signs_are_words():
    words = text.split_words(["房间很小, but OK!<br />不好"]).to_list()[0]
    assert [word.decode() for word in words] == ["房", "间", "很", "小", "but", "ok", "不", "好"]
    good, bad = ["很好 好 房间", "早餐好", "位置很好"], ["很差 房间", "早餐差", "位置太差"]
    assert linear_svm(good + bad, [1, 1, 1, 0, 0, 0], ["服务好", "服务差"]).tolist() == [1, 0]
