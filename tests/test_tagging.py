"""Chapter 14's rules for entities, held to a library, and what padding does to the loss."""

import re

import numpy as np
from conftest import NOTEBOOKS, definitions
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

from course_utils.plots import tagged

CHAPTER = next(path for path in NOTEBOOKS if path.name.startswith("14"))
TAUGHT = definitions(CHAPTER, "entities", "entity_scores", "shape", re=re)


def bio(names, length):
    tags = ["O"] * length
    for start, end, kind in names:
        tags[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return tags


@st.composite
def sentences(draw):
    """Names in order, side by side or apart, and the length of the sentence."""
    names, place = [], 0
    pieces = st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(["PER", "LOC"]))
    for gap, size, kind in draw(st.lists(pieces, max_size=4)):
        names.append((place + gap, place + gap + size, kind))
        place += gap + size
    return names, place + draw(st.integers(0, 2))


@given(sentences())
def test_names_come_back_from_their_tags(sentence):
    names, length = sentence
    assert TAUGHT["entities"](bio(names, length)) == names


TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), min_size=6, max_size=6)


@given(TAGS)
def test_any_tags_decode_and_every_tag_that_is_not_o_is_in_one_name(tags):
    covered = [i for start, end, _ in TAUGHT["entities"](tags) for i in range(start, end)]
    assert covered == [i for i, tag in enumerate(tags) if tag != "O"]


@given(st.lists(st.tuples(sentences(), sentences()), min_size=1, max_size=4))
def test_scores_are_the_librarys(pairs):
    truth, answers = [], []
    for (true, n), (said, m) in pairs:
        length = max(n, m, 1)
        truth.append(bio(true, length))
        answers.append(bio(said, length))
    strict = Evaluator(truth, answers, tags=["PER", "LOC"], loader="list").evaluate()["overall"]["strict"]
    assert np.allclose(TAUGHT["entity_scores"](truth, answers), (strict.precision, strict.recall, strict.f1))


def test_shapes():
    words = ["Lisbon", "McKay", "USA", "1955", "x-ray", "'s", ""]
    assert [TAUGHT["shape"](word) for word in words] == ["Xx", "XxXx", "X", "9", "x-x", "'x", ""]


def test_the_sentence_in_colour_escapes_and_keeps_neighbours_apart():
    page = tagged([("a < b Ann Lee Bonn".split(), "O O O B-PER I-PER B-LOC".split())]).data
    assert "a &lt; b" in page and page.count("<span") == page.count("</span>") == 2
    assert ">Ann Lee<sub>PER</sub></span> " in page and ">Bonn<sub>LOC</sub></span>" in page
