"""The recurrent layers by hand are Keras's: outputs and gradients, with and without mask, in both directions."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import by_hand

# name: (Keras layer, function by hand, options of both)
CELLS = {
    "SimpleRNN": (keras.layers.SimpleRNN, by_hand.simple_rnn, {}),
    "LSTM": (keras.layers.LSTM, by_hand.lstm, {}),
    "GRU": (keras.layers.GRU, by_hand.gru, {}),
    "GRU, textbook": (keras.layers.GRU, by_hand.gru, {"reset_after": False}),
}
cell = pytest.mark.parametrize("name", CELLS)
sizes = st.fixed_dictionaries({
    "batch": st.integers(1, 3), "steps": st.integers(1, 7), "inputs": st.integers(1, 4), "units": st.integers(1, 4),
    "seed": st.integers(0, 9999), "masked": st.sampled_from(["none", "behind", "in front", "anywhere"])})


def sequences(batch, steps, inputs, masked, rng):
    x = rng.normal(size=(batch, steps, inputs))
    if masked == "none":
        return x, None
    lengths = rng.integers(0, steps + 1, batch)[:, np.newaxis]
    places = np.arange(steps)
    anywhere = rng.random((batch, steps)) < 0.5
    return x, {"behind": places < lengths, "in front": places >= steps - lengths, "anywhere": anywhere}[masked]


def built(name, inputs, units, rng, scale, dtype="float64"):
    """A Keras layer that returns all states, with random weights; the weights; the same by hand, (x, mask) → states."""
    kind, function, options = CELLS[name]
    layer = kind(units, return_sequences=True, dtype=dtype, **options)
    layer.build((None, None, inputs))
    weights = [rng.normal(scale=scale, size=weight.shape) for weight in layer.weights]
    layer.set_weights(weights)
    return layer, weights, lambda x, mask=None: function(x, *weights, mask=mask, **options)


def run(layer, x, mask):
    return layer(x, mask=None if mask is None else tf.constant(mask)).numpy()


@cell
@settings(deadline=None, max_examples=25)
@given(drawn=sizes)
def test_all_states_are_those_of_keras(name, drawn):
    rng = np.random.default_rng(drawn["seed"])
    x, mask = sequences(drawn["batch"], drawn["steps"], drawn["inputs"], drawn["masked"], rng)
    layer, _, hand = built(name, drawn["inputs"], drawn["units"], rng, scale=1.0)
    assert np.allclose(run(layer, x, mask), hand(x, mask), rtol=0, atol=1e-10)


@cell
def test_in_32_bits_with_weights_of_the_size_an_initialiser_gives(name):
    rng = np.random.default_rng(1)
    x, mask = sequences(4, 30, 8, "behind", rng)
    layer, _, hand = built(name, 8, 16, rng, scale=0.2, dtype="float32")
    assert np.allclose(run(layer, x.astype("float32"), mask), hand(x, mask), rtol=0, atol=1e-5)


@cell
@settings(deadline=None, max_examples=12)
@given(drawn=sizes)
def test_both_directions_are_those_of_keras(name, drawn):
    rng = np.random.default_rng(drawn["seed"])
    x, mask = sequences(drawn["batch"], drawn["steps"], drawn["inputs"], drawn["masked"], rng)
    kind, _, options = CELLS[name]
    own = [built(name, drawn["inputs"], drawn["units"], rng, scale=1.0) for _ in range(2)]
    (_, weights, forward), (_, more, backward) = own
    layer = kind(drawn["units"], return_sequences=True, dtype="float64", **options)
    both = keras.layers.Bidirectional(layer, dtype="float64")
    both.build((None, None, drawn["inputs"]))
    both.set_weights([*weights, *more])
    assert np.allclose(run(both, x, mask), by_hand.bidirectional(forward, backward, x, mask), rtol=0, atol=1e-10)


@cell
@pytest.mark.parametrize("masked", ["none", "behind"])
def test_gradients_agree_with_finite_differences(name, masked):
    rng = np.random.default_rng(3)
    x, mask = sequences(2, 5, 3, masked, rng)
    layer, weights, _ = built(name, 3, 2, rng, scale=0.7)
    _, function, options = CELLS[name]
    say = rng.normal(size=(2, 5, 2))                                   # any loss: a weighted sum of all states
    with tf.GradientTape() as tape:
        states = layer(x, mask=None if mask is None else tf.constant(mask))
        loss = tf.reduce_sum(states * say)
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert len(gradients) == len(weights) == 3
    for number, gradient in enumerate(gradients):
        nudged = np.zeros_like(weights[number])
        for place in np.ndindex(nudged.shape):
            ends = []
            for nudge in (1e-6, -1e-6):
                changed = [weight.copy() for weight in weights]
                changed[number][place] += nudge
                ends.append(np.sum(function(x, *changed, mask=mask, **options) * say))
            nudged[place] = (ends[0] - ends[1]) / 2e-6
        assert np.allclose(gradient, nudged, atol=1e-7)


@cell
def test_a_sentence_gets_the_same_states_alone_and_padded(name):
    rng = np.random.default_rng(5)
    _, _, hand = built(name, 3, 2, rng, scale=1.0)
    x = rng.normal(size=(1, 4, 3))
    padded = np.concatenate([x, rng.normal(size=(1, 3, 3))], axis=1)
    mask = np.array([[True] * 4 + [False] * 3])
    assert np.array_equal(hand(padded, mask)[:, :4], hand(x))
    assert np.array_equal(hand(padded, mask)[:, -1], hand(x)[:, -1])
    both = by_hand.bidirectional(hand, hand, padded, mask)
    assert np.array_equal(both[:, :4], by_hand.bidirectional(hand, hand, x)) and not both[:, 4:].any()


def test_the_package_and_keras_take_the_same_form_of_the_gru_if_none_is_named():
    rng, layer = np.random.default_rng(1), keras.layers.GRU(4)
    x = rng.normal(size=(1, 1, 3)).astype("float32")
    wanted = layer(x)[0]
    assert np.allclose(by_hand.gru_step(x[0, 0], np.zeros(4), *layer.get_weights())[0], wanted, atol=1e-6)
