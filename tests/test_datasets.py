"""The bundled corpus through tfds, and what is said when it cannot be opened."""

import gzip
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds
from conftest import PROJECT

from course_utils import datasets
from course_utils.files import DataError, cache_folder

OPEN = """
import tensorflow_datasets as tfds
from course_utils import datasets
reviews, info = tfds.load(datasets.reviews(), as_supervised=True, with_info=True)
print(sorted(reviews), [info.splits[split].num_examples for split in sorted(reviews)])
print(next(iter(reviews["train"]))[0].numpy()[:20])
"""


@pytest.fixture(autouse=True)
def bundled(monkeypatch):
    monkeypatch.delenv("COURSE_REVIEWS", raising=False)


def last_line(done):
    return done.stderr.strip().splitlines()[-1]


def test_a_split_is_read_as_arrays():
    texts, labels, phenomena = datasets.read("unsupervised")
    assert texts.shape == labels.shape == phenomena.shape == (4000,)
    assert (labels == -1).all() and isinstance(texts[0], bytes) and set(phenomena) == set(range(len(datasets.PHENOMENA)))
    train, labels, _ = datasets.read("train")
    first = next(iter(tfds.load("course_reviews", split="train", as_supervised=True)))
    assert (train[0], labels[0]) == (first[0].numpy(), first[1].numpy()) and labels.mean() == 0.5


def test_scores_by_phenomenon():
    phenomena = np.repeat(np.arange(len(datasets.PHENOMENA)), 2)              # two reviews of each
    hits = np.array([True, False, True, True] + [False] * (len(phenomena) - 4))
    assert list(datasets.by_phenomenon(hits, phenomena).items())[:3] == [("plain", 0.5), (datasets.PHENOMENA[1], 1), (datasets.PHENOMENA[2], 0)]


def test_it_opens_like_imdb_reviews():
    imdb = tfds.builder_cls("imdb_reviews")
    reviews, info = tfds.load("course_reviews", as_supervised=True, with_info=True)
    assert list(reviews) == ["train", "test", "unsupervised"]
    assert {name: split.num_examples for name, split in info.splits.items()} == {"train": 6000, "test": 2000, "unsupervised": 4000}
    assert info.supervised_keys == ("text", "label") and info.features["label"].names == ["neg", "pos"]
    assert imdb.__name__ == "Builder" and set(info.features) - {"phenomenon"} == {"text", "label"}


def test_every_split_holds_the_lines_of_its_file():
    for split in ("train", "test", "unsupervised"):
        lines = (PROJECT / "data" / "course_reviews" / f"{split}.tsv").read_text("utf-8").splitlines()
        whole = next(iter(tfds.load("course_reviews", split=split).batch(10_000)))
        opened = sorted(f"{label}\t{datasets.PHENOMENA[number]}\t{text.decode()}" for label, number, text in zip(
            whole["label"].numpy(), whole["phenomenon"].numpy(), whole["text"].numpy(), strict=True))
        assert opened == sorted(lines)


def test_two_notebooks_may_open_it_for_the_first_time_at_once(tmp_path):
    started = [subprocess.Popen([sys.executable, "-c", OPEN], env=os.environ | {"COURSE_CACHE": str(tmp_path)}, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    answers = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0, 0], answers
    assert answers[0][0] == answers[1][0] and str(tmp_path) not in answers[0][0] + answers[1][0]
    assert answers[0][0].startswith("['test', 'train', 'unsupervised'] [2000, 6000, 4000]\n")


@pytest.mark.parametrize("spoil", [
    lambda path: path.unlink(),
    lambda path: path.write_bytes(path.read_bytes()[:-100]),
    lambda path: path.write_bytes(gzip.compress(b"something else")),
], ids=["missing", "cut off", "other bytes"])
@pytest.mark.parametrize("name", ["train.tsv", "test.tsv", "SHA256SUMS"])
def test_a_damaged_file_is_named_with_the_command_that_restores_it(run, copied_project, tmp_path, name, spoil):
    spoil(copied_project / "data" / "course_reviews" / name)
    cache = tmp_path / "cache"
    done = run("-c", OPEN, cwd=copied_project, env={"COURSE_CACHE": str(cache)})
    assert done.returncode == 1
    assert f"data/course_reviews/{name} is " in last_line(done) and "make_reviews.py" in last_line(done)
    assert not list(cache.rglob("*.tfrecord*"))


def test_an_unknown_corpus_names_the_known_ones(monkeypatch):
    monkeypatch.setenv("COURSE_REVIEWS", "yelp")
    with pytest.raises(DataError, match=r"COURSE_REVIEWS=yelp is unknown\. Set it to course_reviews or imdb_reviews"):
        datasets.reviews()


def test_real_reviews_that_were_not_fetched_name_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_REVIEWS", "imdb_reviews")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    with pytest.raises(DataError, match="-m course_utils fetch imdb"):
        datasets.reviews()


def test_a_cache_that_cannot_be_written_names_the_variable(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run("-c", OPEN, env={"COURSE_CACHE": str(tmp_path / "file" / "cache")})
    assert done.returncode == 1 and "Set COURSE_CACHE to a folder you may write to" in last_line(done)


@pytest.fixture
def full_disk(tmp_path):
    """A folder on a disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not shutil.which("mount") or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder],
                                                   capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_cache_may_have_chinese_letters_where_paths_are_utf8(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "缓存 一"))
    assert sys.getfilesystemencoding() == "utf-8" and cache_folder() == tmp_path / "缓存 一"


def test_a_full_disk_is_said_before_anything_is_written(run, full_disk):
    done = run("-c", OPEN, env={"COURSE_CACHE": str(full_disk)})
    assert done.returncode == 1 and "MB are free" in last_line(done) and "30 MB are needed" in last_line(done)
    assert not [path for path in full_disk.rglob("*") if path.is_file()]


def test_a_jupyter_cell_shows_the_line_and_no_traceback():
    assert DataError("one line")._render_traceback_() == ["DataError: one line"]


def test_importing_the_package_loads_nothing_heavy(run):
    code = "import sys, course_utils, course_utils.files, course_utils.doctor, course_utils.__main__\n" \
           "print([name for name in ('tensorflow', 'keras', 'numpy', 'matplotlib', 'sklearn') if name in sys.modules])"
    assert run("-c", code).stdout == "[]\n"


def test_lower_layers_import_no_higher_ones(run):
    for module, forbidden in (("by_hand", ("tensorflow", "matplotlib", "course_utils.text")),
                              ("text", ("course_utils.plots", "course_utils.datasets")),
                              ("datasets", ("course_utils.plots", "course_utils.text"))):
        code = f"import sys, course_utils.{module}\nprint([name for name in {forbidden} if name in sys.modules])"
        done = run("-c", code)
        assert done.stdout.splitlines()[-1] == "[]", module


def test_tagged_sentences_are_read_as_lists(monkeypatch):
    monkeypatch.delenv("COURSE_ENTITIES", raising=False)
    sentences, tags = datasets.read_entities("test")
    lines = [line.split("\t") for line in (PROJECT / "data" / "course_entities" / "test.tsv").read_text("utf-8").splitlines()]
    assert sorted((" ".join(one), " ".join(other)) for one, other in zip(tags, sentences, strict=True)) == sorted(map(tuple, lines))
    assert datasets.entities() == "course_entities" and datasets.CourseEntities.TAGS[:3] == ["O", "B-PERSON", "I-PERSON"]


def test_news_are_read_with_the_topic_of_every_sentence(monkeypatch):
    monkeypatch.delenv("COURSE_NEWS", raising=False)
    texts, labels, topics = datasets.read_news("test")
    assert len(texts) == len(topics) == 1000 and labels.shape == (1000,) and datasets.news_classes()[0] == "sports"
    names = tfds.builder("course_news").info.features["label"].names
    lines = [line.split("\t") for line in (PROJECT / "data" / "course_news" / "test.tsv").read_text("utf-8").splitlines()]
    read = [(names[label], " ".join(map(str, topic)), text) for label, topic, text in zip(labels, topics, texts, strict=True)]
    assert sorted(read) == sorted(map(tuple, lines))
    assert all(label in topic for label, topic in zip(labels.tolist(), topics, strict=True))


def test_the_other_corpora_name_their_generator_when_damaged(run, copied_project, tmp_path):
    for corpus, call in ("course_news", "read_news"), ("course_entities", "read_entities"):
        (copied_project / "data" / corpus / "train.tsv").write_bytes(b"damaged")
        done = run("-c", f"from course_utils import datasets; datasets.{call}('train')", cwd=copied_project, env={"COURSE_CACHE": str(tmp_path)})
        assert done.returncode == 1 and f"data/{corpus}/train.tsv is damaged" in last_line(done)
        assert f"make_{corpus[7:]}.py" in last_line(done)
