"""Attention in NumPy against Keras, with masks, and against what chapters 16 and 17 write."""

import keras
import keras_hub
import numpy as np
import pytest
import tensorflow as tf
from conftest import NOTEBOOKS, definitions
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import by_hand, text
from course_utils.encoder import CharacterBert
from course_utils.training import Progress

ENCODER, DOCUMENTS = (next(path for path in NOTEBOOKS if path.name.startswith(number)) for number in ("16", "17"))


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(0, 10**6))
def test_self_attention_is_keras(batch, heads, steps, seed):
    rng = np.random.default_rng(seed)
    x, mask = rng.normal(size=(batch, steps, 6)), rng.random((batch, steps)) < 0.7
    mask[:, rng.integers(steps)] = True
    layer = keras.layers.MultiHeadAttention(heads, 3, use_bias=False, dtype="float64")
    theirs, weights = layer(x, x, attention_mask=np.repeat(mask[:, None], steps, axis=1), return_attention_scores=True)
    ours, our_weights = by_hand.self_attention(x, *layer.get_weights(), mask)
    assert np.allclose(ours, theirs, atol=1e-6) and np.allclose(our_weights, weights, atol=1e-6)
    padding = ~np.broadcast_to(mask[:, None, None], our_weights.shape)
    assert np.allclose(our_weights.sum(axis=-1), 1) and not our_weights[padding].any()


def test_without_a_mask_all_steps_are_seen():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 4, 6))
    weights = [*rng.normal(size=(3, 6, 2, 3)), rng.normal(size=(2, 3, 6))]
    every = by_hand.self_attention(x, *weights)
    assert np.allclose(every[0], by_hand.self_attention(x, *weights, np.ones((2, 4), bool))[0]) and (every[1] > 0).all()


def test_one_head_is_what_the_chapter_writes():
    rng = np.random.default_rng(2)
    taught = definitions(ENCODER, "attention", softmax=by_hand.softmax)["attention"]
    x, mask = rng.normal(size=(5, 4)), np.array([True, False, True, True, False])
    query, key, value = (rng.normal(size=(4, 1, 3)) for _ in range(3))
    theirs, weights = taught(x @ query[:, 0], x @ key[:, 0], x @ value[:, 0], mask)
    ours, our_weights = by_hand.self_attention(x[None], query, key, value, np.eye(3)[None], mask[None])
    assert np.allclose(ours[0], theirs) and np.allclose(our_weights[0, 0], weights)


@pytest.mark.parametrize("lengths", [[5, 5], [5, 1], [3, 4]])
def test_additive_attention_is_the_chapters_layer_and_ignores_padding(lengths):
    rng = np.random.default_rng(3)
    layer = definitions(DOCUMENTS, "AttentionPooling", keras=keras)["AttentionPooling"](4)
    h, mask = rng.normal(size=(2, 5, 6)).astype("float32"), np.arange(5) < np.array(lengths)[:, None]
    theirs = layer(h, mask=mask).numpy()
    (W, b), v = layer.hidden.get_weights(), layer.score.get_weights()[0][:, 0]
    ours, weights = by_hand.additive_attention(h, W, b, v, mask)
    assert np.allclose(ours, theirs, atol=1e-6) and np.allclose(weights, layer.weights_of(h, mask), atol=1e-6)
    assert not weights[~mask].any() and np.allclose(weights.sum(axis=1), 1)
    changed = np.where(mask[..., None], h, 1e3).astype("float32")              # other padding, the same answer
    assert np.allclose(layer(changed, mask=mask), theirs, atol=1e-6)


def test_in_a_model_the_mask_of_empty_sentences_arrives():
    names = definitions(DOCUMENTS, "AttentionPooling", "build_reader", keras=keras, ROWS=6, classes=["a", "b"])
    keras.utils.set_random_seed(1)
    box = np.random.default_rng(4).normal(size=(1, 6, 8)).astype("float32")
    box[:, 4:] = 0
    for kind in "LSTM", "BiLSTM", "BiLSTM + attention":
        keras.utils.set_random_seed(1)
        model = names["build_reader"](8, kind)
        names["ROWS"] = 4
        keras.utils.set_random_seed(1)
        short = names["build_reader"](8, kind)
        names["ROWS"] = 6
        short.set_weights(model.get_weights())
        assert np.allclose(model(box), short(box[:, :4]), atol=1e-6), kind


def test_hidden_characters_are_never_padding_nor_marks():
    known = dict(CLS=20, SEP=21, MASK=22, GUESSES=3)
    names = definitions(ENCODER, "hide", "is_character", **known)
    rng = np.random.default_rng(5)
    ids = np.zeros((400, 12), "int32")
    for row, size in zip(ids, rng.integers(1, 11, 400), strict=True):
        row[:size + 2] = [20, *rng.integers(1, 20, size), 21]
    holes, places, truth, counts = names["hide"](ids, rng)
    chosen = np.take_along_axis(ids, places, axis=1)
    assert (chosen == truth).all() and ((chosen > 0) & (chosen < 20))[counts > 0].all()
    assert (counts.sum(axis=1) >= 1).all() and (holes != ids).sum() <= counts.sum()
    shown = np.take_along_axis(holes, places, axis=1)[counts > 0]
    share = (shown == 22).mean()
    assert 0.72 < share < 0.88 and (holes[ids == 0] == 0).all() and (holes[:, 0] == 20).all()
    always = names["hide"](ids, rng, always=True)
    assert (np.take_along_axis(always[0], always[1], axis=1)[always[3] > 0] == 22).all()


@pytest.mark.slow
def test_the_packages_encoder_is_the_chapters():
    """The same sentences, the same chance: the same ids, holes and, after some steps, the same states."""
    lines = [f"{a}{b}队赢了{c}。" for a in "体财教" for b in "育经文" for c in "球赛钱书"]
    ours = CharacterBert(lines, 30, 10)
    names = dict(vocabulary=ours.vocabulary, CLS=ours.cls, SEP=ours.sep, MASK=ours.mask, SIZE=ours.size, WIDTH=10,
                 LENGTH=12, GUESSES=2)
    wanted = "encode is_character build_bert hide Bias mean_state states_of build_guesser pretrain".split()
    taught = definitions(ENCODER, *wanted, text=text, tf=tf, keras=keras, keras_hub=keras_hub, Progress=Progress,
                         **names)
    ids = ours.encode(lines)
    assert np.array_equal(ids, taught["encode"](lines)) and (ids == ours.sep).sum() == len(lines)
    for always in False, True:
        holes = [hide(ids, np.random.default_rng(3), always) for hide in (ours.hide, taught["hide"])]
        assert all(np.array_equal(mine, theirs) for mine, theirs in zip(*holes, strict=True))
    shares = np.bincount(ids[taught["is_character"](ids)], minlength=ours.size) + 0.5
    taught["shares"] = shares / shares.sum()
    keras.utils.set_random_seed(1)
    bert = taught["build_bert"]()
    before = ours.states(keras.ops.convert_to_tensor(ids[:3]))
    assert np.allclose(before, taught["states_of"](bert, keras.ops.convert_to_tensor(ids[:3])), atol=1e-6)
    taught["pretrain"](bert, ids, 60, np.random.default_rng(1), batch=8)
    keras.utils.set_random_seed(1)
    ours = CharacterBert(lines, 30, 10)
    ours.pretrain(lines, 60, batch=8)
    theirs = taught["states_of"](bert, keras.ops.convert_to_tensor(ids[:3]))
    after = ours.states(keras.ops.convert_to_tensor(ids[:3]))
    assert np.allclose(after, theirs, atol=1e-5) and np.abs(after - before).max() > 0.1
    assert ours.sentence_vectors(lines).shape == ours.sentence_vectors(lines, "table").shape == (len(lines), 64)
    assert np.allclose(ours.sentence_vectors(lines[:3], "[CLS]"), after[:, 0], atol=1e-5)
