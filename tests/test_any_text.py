"""Whatever stands in a text, the public text functions give the right result or one clear line."""

import gzip
import sys
import unicodedata

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import embeddings, text
from course_utils.files import DataError

LETTERS = set("abcdefghijklmnopqrstuvwxyz'")
CATEGORIES = sorted({unicodedata.category(chr(code)) for code in range(sys.maxunicode + 1)})
HAN = "CJK", "KANGXI", "IDEOGRAPH", "HANGZHOU", "OLD CHINESE", "VIETNAMESE ALTERNATE"      # in the names of such signs
any_string = st.text(st.characters(), max_size=60)                    # every category, lone surrogates too
any_text = st.one_of(any_string, st.binary(max_size=60))


def is_word(word):
    """Letters and apostrophes, or one Chinese sign."""
    if len(word) == 1 and not word.isascii():
        name = unicodedata.name(word, "")      # "" if it is newer than this Python
        return not name or any(part in name for part in HAN)
    return len(word) > 0 and set(word) <= LETTERS


def check(texts):
    """From these texts to a batch and back."""
    words = text.split_words(texts)
    rows = words.to_list()
    assert len(rows) == len(texts)
    assert all(is_word(word.decode()) for row in rows for word in row)
    counts = text.count_words(words)
    assert sum(counts.values()) == sum(map(len, rows))
    vocabulary = text.Vocabulary.of(words, max_tokens=3, num_oov_indices=2)
    ids = vocabulary.encode(words)
    assert [len(row) for row in text.to_arrays(ids)] == [len(row) for row in rows]
    for row, numbers in zip(rows, text.to_arrays(ids), strict=True):
        assert all(0 < number < len(vocabulary) for number in numbers)
        assert all(word in (known, known[:0]) or known.startswith("<oov") for word, known in
                   zip([word.decode() for word in row], vocabulary.decode(numbers), strict=True))
    assert [len(row) for row in text.bigrams(words).to_list()] == [max(0, len(row) - 1) for row in rows]
    padded = text.pad(text.to_arrays(ids))
    assert padded.shape == (len(texts), max(map(len, rows))) and (padded > 0).sum() == sum(map(len, rows))
    batches = list(text.batches_by_length(ids, np.arange(len(texts)), batch_size=2))
    assert sorted(label for _, labels in batches for label in labels.numpy()) == list(range(len(texts)))
    layer = text.TextToIds(vocabulary.words[1:], num_oov_indices=2)
    assert (layer(tf.constant(as_bytes(texts))).numpy() == padded).all()
    return rows


def as_bytes(texts):
    return [one.encode("utf-8", "replace") if isinstance(one, str) else one for one in texts]


@settings(deadline=None, max_examples=75)
@given(st.lists(any_text, min_size=1, max_size=5))
def test_any_strings_and_bytes(texts):
    check(texts)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_unicode_category(category):
    letters = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == category]
    [row] = check(["film" + "".join(letters[:3000]) + "film"])
    if category not in ("Lu", "Ll"):           # only they hold a to z
        assert [word.strip(b"'") for word in row if word.isascii() and word.strip(b"'")] == [b"film", b"film"]


def test_empty_texts():
    assert text.split_words([]).to_list() == []
    assert check(["", "   ", "<br />", b""]) == [[], [], [], []]


def test_a_word_of_a_megabyte():
    long = "a" * 1_000_000
    assert check([long, "film " + long]) == [[long.encode()], [b"film", long.encode()]]


def test_a_lone_surrogate_ends_a_word():
    assert check(["good\ud800film", b"good\xed\xa0\x80film"]) == 2 * [[b"good", b"film"]]


def test_bytes_that_are_no_utf8_end_a_word():
    assert check([b"good\xff\xfefilm", b"good\xe5film"]) == 2 * [[b"good", b"film"]]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(st.text(st.characters(), max_size=5), st.binary(max_size=5)), max_size=6, unique=True))
def test_any_words_make_a_vocabulary(words):
    given_words = [word for word in as_bytes(words) if word and word != text.PAD.encode()]
    given_words = list(dict.fromkeys(given_words))
    words = tf.RaggedTensor.from_row_lengths(tf.constant(given_words, tf.string), [len(given_words)])
    found = text.Vocabulary.of(words, max_tokens=10, num_oov_indices=1)
    assert len(found.words) == 1 + len({word.decode("utf-8", "replace") for word in given_words})


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=80), st.booleans())
def test_any_file_of_vectors(tmp_path_factory, content, packed):
    path = tmp_path_factory.mktemp("vectors") / ("v.txt.gz" if packed else "v.txt")
    path.write_bytes(content)
    try:
        table, found = embeddings.read_vectors(path, text.Vocabulary(["film", "a"]))
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert table.shape[0] == len(found) and np.isfinite(table).all() and not table[~found].any()


@pytest.mark.parametrize("content", [
    b"film 0.1 0.2\xff\n", b"film 1 nan\n", b"film 1 inf\n", b"film\n", b"\x1f\x8b", b"film 1 2\nfilm 1\n"])
def test_files_of_vectors_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        embeddings.read_vectors(path, text.Vocabulary(["film"]))
    assert "\n" not in str(caught.value)


def test_a_cut_off_packed_file_of_vectors(tmp_path):
    path = tmp_path / "v.txt.gz"
    path.write_bytes(gzip.compress(b"film 1 2\n" * 1000)[:-20])
    with pytest.raises(DataError, match=r"v\.txt\.gz"):
        embeddings.read_vectors(path, text.Vocabulary(["film"]))
    with pytest.raises(DataError, match=r"none\.txt"):
        embeddings.read_vectors(tmp_path / "none.txt", text.Vocabulary(["film"]))
