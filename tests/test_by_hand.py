"""The layers in NumPy: equal to the chapters' own, to NumPy, and safe for any number."""

import itertools

import keras
import numpy as np
import pytest
from conftest import NOTEBOOKS, definitions
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_utils import by_hand

numbers = arrays(float, st.integers(1, 8), elements=st.floats(-1e6, 1e6))
SLOPES = {"sigmoid": by_hand.sigmoid_slope, "tanh": by_hand.tanh_slope, "relu": by_hand.relu_slope}


FUNCTIONS = ["sigmoid", "sigmoid_slope", "tanh", "tanh_slope", "relu", "relu_slope", "softmax"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_chapter_defines_the_same_function(name):
    [chapter] = [path for path in NOTEBOOKS if path.name.startswith("02_")]
    z = np.linspace(-700, 700, 57)
    assert np.array_equal(definitions(chapter, *FUNCTIONS)[name](z), getattr(by_hand, name)(z))


def test_chapter_03_defines_the_same_loss():
    [chapter] = [path for path in NOTEBOOKS if path.name.startswith("03_")]
    y, p = np.array([0, 1, 1, 0]), np.array([0.1, 0.2, 0.999, 0.5])
    assert np.array_equal(definitions(chapter, "cross_entropy")["cross_entropy"](y, p), by_hand.cross_entropy(y, p))
    assert np.allclose(by_hand.cross_entropy(y, p), -np.log([0.9, 0.2, 0.999, 0.5]))


def test_chapter_01_defines_the_same_layer():
    [chapter] = [path for path in NOTEBOOKS if path.name.startswith("01_")]
    rng = np.random.default_rng(1)
    x, W, b = rng.normal(size=4), rng.normal(size=(3, 4)), rng.normal(size=3)
    own = definitions(chapter, "sigmoid", "dense")["dense"]
    assert np.allclose(own(x, W, b), by_hand.dense(x, W, b, by_hand.sigmoid), atol=1e-14)


POOLS = [(np.max, "MaxPooling"), (np.mean, "AveragePooling")]


def test_chapter_08_defines_the_same_convolution_and_pooling():
    [chapter] = [path for path in NOTEBOOKS if path.name.startswith("08_")]
    own = definitions(chapter, "conv1d", "pool1d", "pool2d")
    rng = np.random.default_rng(1)
    x, W, b = rng.normal(size=(7, 4)), rng.normal(size=(3, 4, 2)), rng.normal(size=2)
    assert np.array_equal(own["conv1d"](x, W, b, 2), by_hand.conv1d(x, W, b, 2))
    for how, _ in POOLS:
        assert np.array_equal(own["pool1d"](x, 3, 2, how), by_hand.pool1d(x, 3, 2, how))
        assert np.array_equal(own["pool2d"](x, 2, 1, how), by_hand.pool2d(x, 2, 1, how))


sizes = st.tuples(*(st.integers(1, most) for most in (9, 4, 3, 3, 3)), st.integers(0, 999))


@settings(deadline=None, max_examples=30)
@given(sizes)
def test_the_convolution_is_keras_conv1d(drawn):
    words, width, inputs, filters, stride, seed = drawn
    rng = np.random.default_rng(seed)
    x, W, b = rng.normal(size=(words, inputs)), rng.normal(size=(width, inputs, filters)), rng.normal(size=filters)
    if words < width:
        with pytest.raises(ValueError, match=f"width {width} does not fit into {words} words"):
            by_hand.conv1d(x, W, b)
        return
    layer = keras.layers.Conv1D(filters, width, strides=stride, dtype="float64")
    layer.build((None, None, inputs))
    layer.set_weights([W, b])
    assert np.allclose(layer(x[np.newaxis])[0], by_hand.conv1d(x, W, b, stride), atol=1e-10)


@settings(deadline=None, max_examples=30)
@given(st.integers(4, 9), st.integers(4, 7), st.integers(1, 4), st.integers(1, 3), st.sampled_from(POOLS),
       st.integers(0, 999))
def test_pooling_is_that_of_keras(rows, columns, size, stride, kind, seed):
    how, name = kind
    h = np.random.default_rng(seed).normal(size=(rows, columns))
    one, two = (getattr(keras.layers, name + d)(size, strides=stride, dtype="float64") for d in ("1D", "2D"))
    assert np.allclose(one(h[np.newaxis])[0], by_hand.pool1d(h, size, stride, how), atol=1e-10)
    theirs = two(h[np.newaxis, :, :, np.newaxis])[0, :, :, 0]
    assert np.allclose(theirs, by_hand.pool2d(h, size, stride, how), atol=1e-10)


@given(arrays(float, (2, 5, 3), elements=st.floats(-9, 9)), st.integers(1, 5), st.integers(1, 5))
def test_the_maximum_over_time_does_not_see_the_padding(h, one, other):
    mask = np.arange(5) < np.array([[one], [other]])
    expected = [h[0, :one].max(axis=0), h[1, :other].max(axis=0)]
    assert np.array_equal(by_hand.max_over_time(h, mask), expected)


@given(numbers)
def test_sigmoid_is_a_probability_and_symmetric(z):
    s = by_hand.sigmoid(z)
    assert ((s >= 0) & (s <= 1)).all()
    assert np.allclose(s + by_hand.sigmoid(-z), 1)


@given(numbers)
def test_tanh_is_numpys(z):
    assert np.allclose(by_hand.tanh(z), np.tanh(z), atol=1e-12)


@given(arrays(float, st.integers(1, 8), elements=st.floats(-20, 20)), st.sampled_from(sorted(SLOPES)))
def test_slopes_agree_with_finite_differences(z, name):
    z = z[np.abs(z) > 1e-3]                # ReLU has no slope at 0
    slope = by_hand.numerical_slope(getattr(by_hand, name), z)
    assert np.allclose(SLOPES[name](z), slope, atol=1e-6)


@given(arrays(float, (3, 4), elements=st.floats(-1e5, 1e5)), st.floats(-1e5, 1e5))
def test_softmax_sums_to_one_and_sees_only_differences(z, shift):
    p = by_hand.softmax(z)
    assert np.allclose(p.sum(axis=-1), 1)
    assert np.allclose(p, by_hand.softmax(z + shift), atol=1e-6)
    assert np.isfinite(p).all()


def test_dense_takes_one_document_or_a_batch():
    W, b = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]]), np.array([0.5, 0.0, -1.0])
    one = by_hand.dense([1, 10], W, b)
    assert one.tolist() == [21.5, 10.0, 2.0]
    assert by_hand.dense([[1, 10], [1, 10]], W, b).tolist() == [one.tolist()] * 2
    assert by_hand.dense([1, 10], -W, -b, by_hand.relu).tolist() == [0, 0, 0]


# Chapter 14's own; the package needs none of them.
LATTICE = {name: definitions(next(path for path in NOTEBOOKS if path.name.startswith("14_")), name)[name]
           for name in ("path_score", "log_partition", "viterbi")}


@st.composite
def lattices(draw):
    """(scores, pairs) of up to six steps and four tags."""
    steps, tags = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    some = st.one_of(st.floats(-100, 100), st.just(-np.inf))
    return draw(arrays(float, (steps, tags), elements=some)), draw(arrays(float, (tags, tags), elements=some))


@given(lattices())
@settings(max_examples=300, deadline=None)
def test_the_forward_algorithm_sums_all_paths_and_viterbi_finds_the_best(lattice):
    path_score, log_partition, viterbi = LATTICE.values()
    scores, pairs = lattice
    paths = list(itertools.product(range(len(pairs)), repeat=len(scores)))
    worth = np.array([path_score(scores, pairs, path) for path in paths])
    most, total = worth.max(), log_partition(scores, pairs)
    if np.isneginf(most):
        assert np.isneginf(total)
    else:
        assert np.isclose(total, most + np.log(np.sum(np.exp(worth - most))), rtol=1e-10, atol=1e-10)
        assert np.isclose(path_score(scores, pairs, viterbi(scores, pairs)), most, atol=1e-10)
