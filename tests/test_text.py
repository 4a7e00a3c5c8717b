"""From text to batches: words, ids, buckets, padding."""

import gzip
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import NOTEBOOKS, definitions
from hypothesis import given, settings
from hypothesis import strategies as st
from test_any_text import is_word

from course_utils import embeddings, text
from course_utils.files import DataError

TEXTS = ["This film<br /><br />was GREAT!", "Don't see it.", "", "great film, great cast"]
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def words(texts, **options):
    return [[word.decode() for word in row] for row in text.split_words(texts, **options).to_list()]


def test_words_are_letters_and_apostrophes():
    assert words(TEXTS) == [
        ["this", "film", "was", "great"], ["don't", "see", "it"], [], ["great", "film", "great", "cast"]]


def test_capitals_and_the_cut_are_a_choice():
    assert words(["An OK film"], lower=False, max_bytes=5) == [["An", "OK"]]


def test_the_cut_counts_bytes():
    assert words(["éé film"], max_bytes=6) == [["f"]]


@settings(deadline=None)
@given(st.lists(any_text, min_size=1, max_size=4))
def test_any_text_becomes_words(texts):
    for row in words(texts):
        assert all(is_word(word) for word in row)


@pytest.fixture
def vocabulary():
    return text.Vocabulary(["great", "film"], num_oov_indices=3)


def test_ids_begin_behind_the_padding(vocabulary):
    ids = vocabulary.encode(text.split_words(["great film"])).to_list()
    assert ids == [[1, 2]] and vocabulary.words[0] == text.PAD and len(vocabulary) == 6


def test_unknown_words_share_the_buckets_behind_the_vocabulary(vocabulary):
    unknown = [f"{a}{b}" for a in "abcdefgh" for b in "xyz"]
    ids = vocabulary.encode(text.split_words([" ".join(unknown)])).to_list()[0]
    assert set(ids) == {3, 4, 5}
    assert ids == vocabulary.encode(text.split_words([" ".join(unknown)])).to_list()[0]


def test_ids_turn_back_into_words(vocabulary):
    assert vocabulary.decode([1, 2, 0, 4]) == ["great", "film", text.PAD, "<oov 1>"]


def test_no_bucket_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        text.Vocabulary(["film"], num_oov_indices=0)


def test_the_vocabulary_holds_the_most_frequent_words():
    assert text.Vocabulary.of(text.split_words(TEXTS), max_tokens=2).words == [text.PAD, "great", "film"]


def test_unknown_words_share_a_hundred_ids():
    assert len(text.Vocabulary(["film"])) == len(text.Vocabulary.of(text.split_words(["film"]), 1)) == 2 + 100


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 9), max_size=6), min_size=1, max_size=5))
def test_padding_is_zero_and_behind(sequences):
    batch = text.pad(sequences)
    assert batch.shape == (len(sequences), max(map(len, sequences)))
    for row, ids in zip(batch, sequences, strict=True):
        assert row[:len(ids)].tolist() == ids and not row[len(ids):].any()


def test_padding_to_a_length_cuts_the_end():
    assert text.pad([[1, 2, 3], [4]], maxlen=2).tolist() == [[1, 2], [4, 0]]


def ragged(lengths):
    return tf.RaggedTensor.from_row_lengths(tf.range(1, sum(lengths) + 1, dtype=tf.int64), lengths)


def test_batches_by_length_hold_every_review_once_with_its_label():
    lengths = [5, 1, 0, 9, 3, 3, 2, 7, 1, 4]
    ids, labels = ragged(lengths), np.arange(10)
    for seed in (None, 1):
        seen = {}
        for batch, batch_labels in text.batches_by_length(ids, labels, batch_size=3, seed=seed):
            for row, label in zip(batch.numpy(), batch_labels.numpy(), strict=True):
                seen[int(label)] = row[row > 0].tolist()
        assert [seen[i] for i in range(10)] == ids.to_list()


def test_batches_need_no_more_padding_than_their_longest_member():
    batches = text.batches_by_length(ragged([5, 1, 9, 3]), np.zeros(4), batch_size=2)
    assert [batch.shape[1] for batch, _ in batches] == [3, 9]


def test_the_order_of_the_batches_is_drawn_anew_in_each_epoch_and_again_with_the_seed():
    def epochs():
        batches = text.batches_by_length(ragged(list(range(1, 41))), np.zeros(40), batch_size=2, seed=3)
        return [[batch.shape[1] for batch, _ in batches] for _ in range(2)]
    first, second = epochs()
    assert sorted(first) == sorted(second) and first != second
    assert epochs() == [first, second]


def test_batches_come_without_autotuning_and_know_their_number():
    batches = text.batches_by_length(ragged([1, 2, 3]), np.zeros(3), batch_size=2)
    assert batches.options().autotune.enabled is False and len(batches) == 2


def test_a_saved_layer_gives_the_same_ids(tmp_path):
    model = keras.Sequential([keras.Input((), dtype="string"), text.TextToIds(["great", "film"], num_oov_indices=3)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = text.pad(text.to_arrays(text.Vocabulary(["great", "film"], 3).encode(text.split_words(TEXTS))))
    assert np.array_equal(loaded(tf.constant(TEXTS)), expected)


def test_pairs_of_neighbouring_words():
    pairs = text.bigrams(text.split_words(["a dull plot", "dull", ""])).to_list()
    assert pairs == [[b"a dull", b"dull plot"], [], []]


GLOVE = "the 0.1 -0.2\nplot 1 2e-3\nunheard 5 5\n"


@pytest.mark.parametrize(("name", "content"), [
    ("plain.txt", GLOVE), ("word2vec.txt", "3 2\n" + GLOVE), ("packed.txt.gz", GLOVE)])
def test_vectors_are_read_from_a_text_file(tmp_path, name, content):
    path = tmp_path / name
    with (gzip.open if name.endswith(".gz") else open)(path, "wt", encoding="utf-8") as file:
        file.write(content)
    table, found = embeddings.read_vectors(path, text.Vocabulary(["plot", "the", "dull"], num_oov_indices=2))
    assert table.dtype == np.float32 and table.shape == (6, 2)
    assert np.allclose(table[1:3], [[1, 0.002], [0.1, -0.2]])
    assert found.tolist() == [False, True, True, False, False, False] and not table[~found].any()


@pytest.mark.parametrize(("content", "message"), [
    ("the 0.1 0.2\nplot 1\n", "line 2: 2 numbers are wanted"),
    ("the 0.1 0.2\nplot 1 x\n", "line 2: 2 numbers are wanted"),
    ("", "holds no vectors"),
])
def test_a_broken_file_of_vectors_is_told_in_one_line(tmp_path, content, message):
    path = tmp_path / "vectors.txt"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=message) as caught:
        embeddings.read_vectors(path, text.Vocabulary(["the", "plot"]))
    assert "\n" not in str(caught.value)


def test_a_file_of_vectors_that_cannot_be_read_says_why(tmp_path):
    broken = tmp_path / "vectors.txt.gz"
    broken.write_bytes(gzip.compress(GLOVE.encode() * 1000)[:-20])
    for path, why in (tmp_path / "nowhere.txt", "No such file or directory"), (broken, "EOFError"):
        with pytest.raises(DataError, match=rf"cannot be read \({why}\)"):
            embeddings.read_vectors(path, text.Vocabulary(["the", "plot"]))


def test_chapter_07_reads_the_same_vectors(tmp_path):
    [chapter] = [path for path in NOTEBOOKS if path.name.startswith("07_")]
    path = tmp_path / "vectors.txt"
    path.write_text(GLOVE, "utf-8")
    vocabulary = text.Vocabulary(["plot", "the", "dull"])
    own = definitions(chapter, "read_vectors", Path=Path)["read_vectors"](path, vocabulary)
    ours = embeddings.read_vectors(path, vocabulary)
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(ours, own, strict=True))
