"""Attention in NumPy against Keras, with masks, and against what chapters 16 and 17 write."""

import json

import keras
import keras_hub
import numpy as np
import pytest
import tensorflow as tf
from conftest import NOTEBOOKS, definitions
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import by_hand, text
from course_utils.commands.experiments import function_of
from course_utils.encoder import SmallEncoder
from course_utils.training import Progress

ENCODER, DOCUMENTS = (next(path for path in NOTEBOOKS if path.name.startswith(number)) for number in ("16", "17"))


LIBRARY = dict(by_hand=by_hand, np=np, keras=keras, keras_hub=keras_hub, tf=tf, text=text, Progress=Progress)
TAUGHT = definitions(ENCODER, *"attention multi_head norm block".split(), **LIBRARY)
shapes = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(0, 10**6))      # heads, steps, seed


def a_sentence(heads, steps, seed):
    """Words of 4 numbers a head, and a mask with at least one word, anywhere."""
    rng = np.random.default_rng(seed)
    x, mask = rng.normal(size=(steps, 4 * heads)), rng.random(steps) < 0.6
    mask[rng.integers(steps)] = True
    return rng, x, mask


@settings(deadline=None, max_examples=25, derandomize=True)
@given(shapes)
def test_self_attention_by_hand_is_keras(shape):
    rng, x, mask = a_sentence(*shape)
    # size 4: Keras keeps 1 / √d in single precision, and 1 / 2 is exact
    layer = keras.layers.MultiHeadAttention(shape[0], 4, dtype="float64", bias_initializer="random_normal")
    theirs = layer(x[None], x[None], attention_mask=mask[None, None])[0]
    assert np.allclose(TAUGHT["multi_head"](x, mask, layer.get_weights()), theirs, rtol=0, atol=1e-10)
    query, key, value = rng.normal(size=(3, len(x), 5))
    new, weights = TAUGHT["attention"](query, key, value, mask)
    assert np.allclose(weights.sum(axis=1), 1) and not weights[:, ~mask].any() and new.shape == value.shape


@settings(deadline=None, max_examples=15, derandomize=True)       # a step across a corner of relu would be no mistake
@given(shapes)
def test_the_encoder_block_by_hand_is_keras_forward_and_in_its_slopes(shape):
    rng, x, mask = a_sentence(*shape)
    layer = keras_hub.layers.TransformerEncoder(8, shape[0], dtype="float64", bias_initializer="random_normal")
    layer.build((1, *x.shape))
    layer.set_weights([one + 0.3 * rng.normal(size=one.shape) for one in layer.get_weights()])
    factors, place = rng.normal(size=x.shape) * mask[:, np.newaxis], tf.Variable(x)
    with tf.GradientTape() as tape:
        theirs = layer(place[tf.newaxis], padding_mask=mask[None])[0]
        loss = tf.reduce_sum(theirs * factors)
    by_hands = lambda x: TAUGHT["block"](x, mask, layer.get_weights())["normalised: h"]
    assert np.allclose(by_hands(x), theirs, rtol=0, atol=1e-10)
    slopes = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        move = np.zeros_like(x)
        move[at] = 1e-6
        slopes[at] = np.sum((by_hands(x + move) - by_hands(x - move)) * factors) / 2e-6
    assert np.allclose(slopes, tape.gradient(loss, place), rtol=0, atol=1e-7)


@pytest.mark.parametrize("lengths", [[5, 5], [5, 1], [3, 4]])
def test_additive_attention_is_the_chapters_and_ignores_padding(lengths):
    rng = np.random.default_rng(3)
    inputs, there = keras.Input((5, 6)), keras.Input((5, 1))
    pooled = definitions(DOCUMENTS, "attention", keras=keras)["attention"](inputs, there)
    model = keras.Model([inputs, there], pooled)
    inside = keras.Model(model.inputs, model.get_layer("weights").output)
    dense, score = (layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
    h, mask = rng.normal(size=(2, 5, 6)).astype("float32"), np.arange(5) < np.array(lengths)[:, None]
    given_ = [h, mask[..., None].astype("float32")]
    ours, weights = by_hand.additive_attention(h, *dense.get_weights(), score.get_weights()[0][:, 0], mask)
    theirs = model(given_).numpy()
    assert np.allclose(ours, theirs, atol=1e-6) and np.allclose(weights, inside(given_)[..., 0], atol=1e-6)
    assert not weights[~mask].any() and np.allclose(weights.sum(axis=1), 1)
    changed = np.where(mask[..., None], h, 1e3).astype("float32")              # other padding, the same answer
    assert np.allclose(model([changed, given_[1]]), theirs, atol=1e-6)


@pytest.mark.parametrize("what", ["mean", "attention", "LSTM", "BiLSTM", "BiLSTM + attention"])
def test_a_reader_of_documents_passes_empty_rows_over(what):
    names = definitions(DOCUMENTS, "attention", "reader", keras=keras, classes=["a", "b"])
    keras.utils.set_random_seed(1)
    model, sentences = names["reader"](what), np.random.default_rng(4).normal(size=(4, 64))
    close, apart = np.zeros((2, 1, 30, 64), "float32")
    close[0, :4], apart[0, [0, 2, 5, 29]] = sentences, sentences
    assert np.allclose(model(close), model(apart), atol=1e-6)
    apart[0, 2] += 0.5
    assert not np.allclose(model(close), model(apart), atol=1e-3)


def test_hidden_characters_are_never_padding_nor_marks():
    hide = definitions(ENCODER, "hide", np=np, CLS=20, SEP=21, MASK=22)["hide"]
    rng = np.random.default_rng(5)
    ids = np.zeros((800, 32), "int32")
    for row, size in zip(ids, rng.integers(1, 31, 800), strict=True):
        row[:size + 2] = [20, *rng.integers(1, 20, size), 21]
    holes, places, truth, chosen = hide(ids, rng)
    assert (np.take_along_axis(ids, places, axis=1) == truth).all()
    assert ((truth > 0) & (truth < 20))[chosen > 0].all()
    wanted = np.maximum(1, np.round(0.15 * ((ids > 0) & (ids < 20)).sum(axis=1)))
    assert (chosen.sum(axis=1) == wanted).all() and (holes != ids).sum() <= chosen.sum()
    share = (np.take_along_axis(holes, places, axis=1)[chosen > 0] == 22).mean()
    assert 0.76 < share < 0.84 and (holes[ids == 0] == 0).all() and (holes[:, 0] == 20).all()


@pytest.mark.slow
def test_the_packages_encoder_is_the_chapters(capsys):
    """The same sentences, the same chance: the same ids, holes and, after some steps, the same states."""
    lines = [f"{a}{b}队赢了{c}。" * times
             for times in (1, 3) for a in "体财教" for b in "育经文" for c in "球赛钱书"] * 10
    ours = SmallEncoder(lines, 30, 30)
    known = dict(vocabulary=ours.vocabulary, CLS=ours.cls, SEP=ours.sep, MASK=ours.mask, SIZE=ours.size, LENGTH=32)
    wanted = "characters encode hide small_bert encoder_and_guesser pretrain".split()
    taught = definitions(ENCODER, *wanted, **LIBRARY, **known, known_ids=ours.known_ids)
    ids = ours.encode(lines)
    assert np.array_equal(ids, taught["encode"](lines)) and (ids == ours.sep).sum() == len(lines)
    holes = [hide(ids, np.random.default_rng(3)) for hide in (ours.hide, taught["hide"])]
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(*holes, strict=True))
    keras.utils.set_random_seed(1)
    encoder, guesser = taught["encoder_and_guesser"]()
    before = ours.states(ids[:3])
    assert np.allclose(before, encoder(ids[:3]), atol=1e-6)
    taught["pretrain"](guesser, 6, 0.002, 1)
    ours = SmallEncoder(lines, 30, 30)
    ours.pretrain(6, 0.002)
    after = ours.states(ids[:3])
    assert np.allclose(after, encoder(ids[:3]), atol=1e-5) and np.abs(after - before).max() > 0.1
    assert capsys.readouterr().out == ""
    vectors = ours.sentence_vectors(lines[:3])
    assert np.allclose(vectors[0], after[0, 1:8].numpy().mean(axis=0), atol=1e-5) and vectors.shape == (3, 64)


BERT = definitions(ENCODER, *"load_bert tiny_bert".split(), keras_hub=keras_hub)


def as_hugging_face_writes_it(folder, bert, vocabulary):
    """The folder that Hugging Face's library makes of a BERT: two of settings, vocab.txt, model.safetensors."""
    from safetensors.numpy import save_file
    config = bert.get_config()
    names = {"vocab_size": "vocabulary_size", "num_hidden_layers": "num_layers", "num_attention_heads": "num_heads",
             "hidden_size": "hidden_dim", "intermediate_size": "intermediate_dim",
             "max_position_embeddings": "max_sequence_length"}
    written = {"model_type": "bert", "architectures": ["BertForMaskedLM"]}
    written |= {to: config[of] for to, of in names.items()}
    (folder / "config.json").write_text(json.dumps(written))
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    weights = {}

    def dense(name, kernel, bias):
        kernel, bias = np.asarray(kernel), np.asarray(bias)
        if "attention.output" in name:
            kernel = kernel.reshape(-1, kernel.shape[-1])
        weights[f"bert.{name}.weight"] = kernel.reshape(len(kernel), -1).T.copy()
        weights[f"bert.{name}.bias"] = bias.ravel()

    def normal(name, layer):
        weights.update({f"bert.{name}.{one}": np.asarray(getattr(layer, one)) for one in ("gamma", "beta")})

    for to, of in ("word", "token"), ("position", "position"), ("token_type", "segment"):
        table = bert.get_layer(f"{of}_embedding")
        weights[f"bert.embeddings.{to}_embeddings.weight"] = table.get_weights()[0]
    normal("embeddings.LayerNorm", bert.get_layer("embeddings_layer_norm"))
    block = bert.get_layer("transformer_layer_0")
    query, key, value, joined = np.split(np.array(block.get_weights()[:8], dtype=object), 4)
    layer = "encoder.layer.0"
    for name, (kernel, bias) in {"self.query": query, "self.key": key, "self.value": value,
                                 "output.dense": joined}.items():
        dense(f"{layer}.attention.{name}", kernel, bias)
    normal(f"{layer}.attention.output.LayerNorm", block._self_attention_layer_norm)
    dense(f"{layer}.intermediate.dense", *block._feedforward_intermediate_dense.get_weights())
    dense(f"{layer}.output.dense", *block._feedforward_output_dense.get_weights())
    normal(f"{layer}.output.LayerNorm", block._feedforward_layer_norm)
    dense("pooler.dense", *bert.get_layer("pooled_dense").get_weights())
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize("form", ["Keras", "Hugging Face"])
def test_a_bert_in_a_folder_loads_in_both_forms(form, tmp_path):
    keras.utils.set_random_seed(1)
    ours, theirs = tmp_path / "keras", tmp_path / "hugging_face"
    BERT["tiny_bert"](str(ours))
    bert = keras_hub.models.Backbone.from_preset(str(ours))
    for weight in bert.weights:                                   # so that no two are alike
        weight.assign(np.random.default_rng(weight.shape.num_elements()).normal(size=weight.shape))
    theirs.mkdir()
    as_hugging_face_writes_it(theirs, bert, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"股市大涨国安夺冠。"])
    bert.save_to_preset(str(ours))
    ids_of, model = BERT["load_bert"](str(ours if form == "Keras" else theirs), 3)
    ids = ids_of(["股市大涨。", "国安x"])
    assert ids["token_ids"][:, :8].numpy().tolist() == [[2, 5, 6, 7, 8, 13, 3, 0], [2, 9, 10, 1, 3, 0, 0, 0]]
    assert np.allclose(model.backbone(ids)["sequence_output"], bert(ids)["sequence_output"], atol=1e-5)
    assert model(ids).shape == (2, 3)


@pytest.mark.slow
def test_what_is_measured_with_a_bert(tmp_path, monkeypatch):
    """The chapter's functions with a BERT of 8 numbers: frozen, only the last layers change."""
    BERT["tiny_bert"](str(tmp_path))
    monkeypatch.setenv("COURSE_BERT", str(tmp_path))
    measure = function_of(ENCODER, "measure_bert")
    conditions = "SVM, pairs", "frozen, rate 0.01"
    rows = {condition: measure(condition, 1) for condition in conditions}
    accuracies = {condition: row["accuracy"] for condition, row in rows.items()}
    assert accuracies["SVM, pairs"] > 0.7 > 0.4 > accuracies["frozen, rate 0.01"] > 0.1, accuracies
    assert all(row["hits"].shape == (1000,) and row["hits"].mean() == row["accuracy"] for row in rows.values())
    untrained = keras_hub.models.Backbone.from_preset(str(tmp_path)).get_weights()
    for how in "frozen", "fine-tuned":
        model, _, _ = measure.__globals__["tuned"](how, 0.01, ["股市大涨。", "国安夺冠。"], np.array([0, 5]), 1)
        same = [np.array_equal(*pair) for pair in zip(untrained, model.backbone.get_weights(), strict=True)]
        assert all(same) if how == "frozen" else not any(same), how
