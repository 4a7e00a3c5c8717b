"""The bundled corpora: rebuilt to the byte, well formed, and of the measures the design asks for."""

import os
import random
import re
import shutil
import sys
from collections import Counter

import pytest
from conftest import PROJECT

from course_utils.datasets import registry

sys.path.insert(0, str(PROJECT / "data" / "generators"))
from grammar import Grammar, inflect_noun, inflect_verb, tidy


@pytest.mark.parametrize("corpus", [one.name.removeprefix("course_") for one in registry.ENTRIES if one.bundled])
def test_the_generator_rebuilds_the_corpus_to_the_byte(run, tmp_path, corpus):
    shutil.copytree(PROJECT / "data" / "generators", tmp_path / "generators")
    done = run(tmp_path / "generators" / f"make_{corpus}.py", env={"PYTHONHASHSEED": "7"})
    assert done.returncode == 0, done.stderr
    kept = PROJECT / "data" / f"course_{corpus}"
    made = tmp_path / f"course_{corpus}"
    assert {path.name for path in made.iterdir()} == {path.name for path in kept.iterdir()}
    for path in made.iterdir():
        assert path.read_bytes() == (kept / path.name).read_bytes(), path.name


def test_no_review_holds_what_the_grammar_should_have_replaced():
    for path in (PROJECT / "data" / "course_reviews").glob("*.tsv"):
        for line in path.read_text("utf-8").splitlines():
            assert line.count("\t") == 2 and not set("{}|~_") & set(line), line
            assert "  " not in line and " ." not in line, line


def lines_of(corpus):
    for split in "train", "test":
        for line in (PROJECT / "data" / corpus / f"{split}.tsv").read_text("utf-8").splitlines():
            yield split, line.split("\t")


def test_every_token_of_the_entities_has_a_tag_that_bio_allows():
    kinds = set()
    for _, (tags, tokens) in lines_of("course_entities"):
        tags, tokens = tags.split(" "), tokens.split(" ")
        assert len(tags) == len(tokens) > 4 and all(tokens)
        for before, tag in zip(["O", *tags], tags, strict=False):
            assert not tag.startswith("I-") or before[2:] == tag[2:], tags
            kinds.add(tag[2:])
    assert kinds == {"", "PERSON", "TITLE", "PLACE", "COMPANY"}


def test_every_sentence_of_the_news_has_its_topic_and_every_article_its_own():
    names = ["体育", "财经", "科技", "教育", "娱乐", "时政"]
    seen, counts = set(), {"train": Counter(), "test": Counter()}
    for split, (label, topics, text) in lines_of("course_news"):
        sentences = re.findall(r"[^。！？]*[。！？]”?", text)
        topics = [int(topic) for topic in topics.split()]
        assert "".join(sentences) == text and len(sentences) == len(topics) and 6 <= len(topics) <= 33, text
        assert names.index(label) in topics and not set("{}|~") & set(text) and text not in seen
        seen.add(text)
        counts[split][label] += 1
    assert set(counts["train"].values()) == {500}
    assert sum(counts["test"].values()) == 1000 and min(counts["test"].values()) >= 166


def test_a_section_of_another_name_is_an_error_and_not_text(tmp_path):
    with pytest.raises(KeyError):
        grammar(tmp_path, "[s]\na {thing}\n").expand("s", {})


def grammar(tmp_path, text):
    (tmp_path / "g.txt").write_text(text, encoding="utf-8")
    return Grammar(tmp_path, random.Random(1))


def test_slots_choices_weights_and_forms(tmp_path):
    made = grammar(tmp_path, "[s]\n3: {a} {thing} {verb:s}{ {thing:s}|}\n[thing: nouns]\nwolf,wolves ox_cart\n"
                             "[verb: verbs]\nfind,found dig_up,dug_up\n")
    seen = {tidy(made.expand("s", {})) for _ in range(200)}
    assert seen == {f"{noun} {verb}{rest}" for noun in ("a wolf", "an ox cart") for verb in ("finds", "digs up")
                    for rest in ("", " wolves", " ox carts")}


def test_polarity_is_passed_on_and_turned_round(tmp_path):
    made = grammar(tmp_path, "[s]\n{adj.P}, not {adj.O} {again.O}\n[again]\n{adj.P}\n"
                             "[adj.pos: words]\ngood\n[adj.neg: words]\nbad\n")
    assert made.expand("s", {}, "pos") == "good, not bad bad"
    assert made.expand("s", {}, "neg") == "bad, not good good"


def test_the_article_of_a_choice_follows_the_word(tmp_path):
    assert tidy(grammar(tmp_path, "[s]\n{a|a} old {a}{x}\n[x: words]\nowl\n").expand("s", {})) == "an old an owl"


def test_facts_go_before_sections(tmp_path):
    assert grammar(tmp_path, "[s]\n{who}\n[who]\nnobody\n").expand("s", {"who": lambda: "Ann"}) == "Ann"


@pytest.mark.parametrize(("verb", "forms"), [
    ("rob", "robs robbing robbed"), ("bury", "buries burying buried"), ("dig_up,dug_up", "digs up digging up dug up"),
    ("lie_to,lied_to", "lies to lying to lied to"), ("free", "frees freeing freed"),
    ("kidnap", "kidnaps kidnapping kidnapped"), ("watch", "watches watching watched"),
    ("be_trapped_in,was_trapped_in", "is trapped in being trapped in was trapped in"),
])
def test_verbs_are_inflected(verb, forms):
    assert " ".join(inflect_verb(verb, form) for form in ("s", "ing", "past")) == forms


def test_nouns_and_articles():
    assert [inflect_noun(noun) for noun in ("diary", "box", "day", "watch")] == ["diaries", "boxes", "days", "watches"]
    words = ("uniform", "umbrella", "hourglass", "honest man", "usher", "heiress", "used car", "unimaginative man",
             "one-armed man", "X-ray")
    assert tidy(", ".join(f"a~ {word}" for word in words)) == (
        "a uniform, an umbrella, an hourglass, an honest man, an usher, an heiress, a used car, an unimaginative man, "
        "a one-armed man, an X-ray")
    assert tidy("a~ old  film , twice") == "an old film, twice"


@pytest.mark.real_data
@pytest.mark.slow
def test_every_number_of_the_corpus_meets_its_target(run):
    done = run(PROJECT / "data" / "report.py", env={"COURSE_REAL_DATA": os.environ["COURSE_REAL_DATA"]})
    assert done.returncode == 0 and done.stdout.endswith("\n0 missed\n"), done.stdout
    assert "25,000 real IMDB test reviews" in done.stdout
