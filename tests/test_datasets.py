"""The bundled corpus through tfds, and what is said when it cannot be opened."""

import ast
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds
from conftest import NOTEBOOKS, PROJECT

from course_utils import datasets
from course_utils.datasets import builders, registry
from course_utils.datasets.fetch import readers
from course_utils.files import DataError, cache_folder, checked_file, write_checksums

OPEN = """
import tensorflow_datasets as tfds
from course_utils import datasets
reviews, info = tfds.load(datasets.corpus_name("reviews"), as_supervised=True, with_info=True)
print(sorted(reviews), [info.splits[split].num_examples for split in sorted(reviews)])
print(next(iter(reviews["train"]))[0].numpy()[:20])
"""


@pytest.fixture(autouse=True)
def bundled(monkeypatch):
    monkeypatch.delenv("COURSE_REVIEWS", raising=False)


def last_line(done):
    return done.stderr.strip().splitlines()[-1]


def test_a_split_is_read_whole():
    texts, labels, phenomena = datasets.load_reviews("unsupervised")
    assert len(texts) == 4000 and labels.shape == phenomena.shape == (4000,)
    assert (labels == -1).all() and isinstance(texts[0], str) and set(phenomena) == set(range(len(datasets.PHENOMENA)))
    train, labels, _ = datasets.load_reviews("train")
    first = next(iter(tfds.load("course_reviews", split="train", as_supervised=True)))
    assert (train[0], labels[0]) == (first[0].numpy().decode(), first[1].numpy()) and labels.mean() == 0.5


def test_the_registry_the_builders_and_the_bundled_files_agree():
    for corpus in registry.ENTRIES:
        folder = PROJECT / "data" / corpus.name
        assert corpus.bundled == folder.exists() == corpus.name.startswith("course_")
        if corpus.builder:
            assert getattr(builders, corpus.builder).name == corpus.name
            assert tfds.builder_cls(corpus.name) is getattr(builders, corpus.builder)
        if corpus.bundled:
            assert {path.stem for path in folder.glob("*.tsv")} == set(corpus.splits)
        if corpus.reader:
            assert hasattr(readers, corpus.reader) or corpus.name == "imdb_reviews"
    known = tfds.list_builders()
    names = [name for name, one in vars(builders).items()
             if isinstance(one, type) and issubclass(one, builders.Builder) and one.name in known]
    assert sorted(names) == sorted(corpus.builder for corpus in registry.ENTRIES if corpus.builder)
    assert all(registry.of_kind(kind)[0].bundled and registry.of_kind(kind)[0].variable == f"COURSE_{kind.upper()}"
               for kind in ("reviews", "news", "entities"))


def test_the_table_of_the_readme_is_the_registrys():
    written = (PROJECT / "data" / "README.md").read_text("utf-8")
    assert registry.table() in written, "Print it anew: see 'A corpus' in CONTRIBUTING.md"
    readme = (PROJECT / "README.md").read_text("utf-8")
    assert set(re.findall(r"COURSE_(?:REVIEWS|NEWS|ENTITIES)=(\w+)", readme)) <= registry.CORPORA.keys()
    assert set(re.findall(r"course_utils fetch (\w+)", readme)) <= {corpus.name for corpus in registry.fetchable()}


def test_scores_by_phenomenon():
    phenomena = np.repeat(np.arange(len(datasets.PHENOMENA)), 2)              # two reviews of each
    hits = np.array([True, False, True, True] + [False] * (len(phenomena) - 4))
    shares = list(datasets.by_phenomenon(hits, phenomena).items())
    assert shares[:3] == [("plain", 0.5), (datasets.PHENOMENA[1], 1), (datasets.PHENOMENA[2], 0)]


def test_it_opens_like_imdb_reviews():
    imdb = tfds.builder_cls("imdb_reviews")
    reviews, info = tfds.load("course_reviews", as_supervised=True, with_info=True)
    assert list(reviews) == ["train", "test", "unsupervised"]
    sizes = {name: split.num_examples for name, split in info.splits.items()}
    assert sizes == {"train": 6000, "test": 2000, "unsupervised": 4000}
    assert info.supervised_keys == ("text", "label") and info.features["label"].names == ["neg", "pos"]
    assert imdb.__name__ == "Builder" and set(info.features) - {"phenomenon"} == {"text", "label"}


@pytest.mark.parametrize("corpus", [corpus for corpus in registry.ENTRIES if corpus.bundled], ids=lambda one: one.name)
def test_every_bundled_corpus_opens_with_all_its_splits(corpus):
    opened = tfds.load(corpus.name)
    files = {path.stem: len(path.read_text("utf-8").splitlines())
             for path in (PROJECT / "data" / corpus.name).glob("*.tsv")}
    assert {split: len(data) for split, data in opened.items()} == files


def test_every_split_holds_the_lines_of_its_file():
    for split in ("train", "test", "unsupervised"):
        lines = (PROJECT / "data" / "course_reviews" / f"{split}.tsv").read_text("utf-8").splitlines()
        whole = next(iter(tfds.load("course_reviews", split=split).batch(10_000)))
        opened = sorted(f"{label}\t{datasets.PHENOMENA[number]}\t{text.decode()}" for label, number, text in zip(
            whole["label"].numpy(), whole["phenomenon"].numpy(), whole["text"].numpy(), strict=True))
        assert opened == sorted(lines)


@pytest.mark.slow
def test_two_notebooks_may_open_it_for_the_first_time_at_once(tmp_path):
    started = [subprocess.Popen([sys.executable, "-c", OPEN], env=os.environ | {"COURSE_CACHE": str(tmp_path)},
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
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


def test_what_an_interrupted_preparation_left_is_cleared(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    left = builders.CourseEntities().root / "course_entities" / "incomplete.ABCDEF_1.0.0"
    left.mkdir(parents=True)
    (left / "part.tfrecord").write_bytes(b"x")
    assert len(datasets.load_entities("test").tags) == 2000 and not left.exists()


def test_a_first_opening_draws_the_numbers_of_every_other(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    random.seed(1)
    before = random.getstate()
    datasets.load_entities("test")
    assert random.getstate() == before and list(tmp_path.rglob("*.tfrecord*"))


def test_other_features_are_prepared_in_another_folder(monkeypatch):
    before = builders.CourseNews().root
    assert builders.CourseNews().root == before
    monkeypatch.setattr(builders, "SECTIONS", builders.SECTIONS[::-1])
    assert builders.CourseNews().root != before
    tags = builders.CourseEntities().root
    monkeypatch.setattr(builders.CourseEntities, "classes", lambda self: ["O", "B-X"])
    assert builders.CourseEntities().root != tags


def test_a_users_keras_settings_do_not_reach_the_course(run, tmp_path):
    settings = {"backend": "torch", "floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    code = ("from course_utils.runtime import start; start(); import keras; "
            "print(keras.backend.backend(), keras.config.floatx(), keras.config.epsilon(), "
            "keras.config.image_data_format())")
    done = run("-c", code, env={"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "jax"})
    assert done.stdout.splitlines()[-1] == "tensorflow float32 1e-07 channels_last", done.stderr


def test_an_unknown_corpus_names_the_known_ones(monkeypatch):
    monkeypatch.setenv("COURSE_REVIEWS", "yelp")
    line = r"COURSE_REVIEWS=yelp is unknown\. Set it to course_reviews or imdb_reviews or own_reviews"
    with pytest.raises(DataError, match=line):
        datasets.corpus_name("reviews")


def test_real_reviews_that_were_not_fetched_name_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_REVIEWS", "imdb_reviews")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    with pytest.raises(DataError, match="-m course_utils fetch imdb_reviews"):
        datasets.corpus_name("reviews")


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


def test_the_cache_may_be_named_from_the_home_folder_or_from_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for named in "~/cache", "cache":
        monkeypatch.setenv("COURSE_CACHE", named)
        assert cache_folder() == tmp_path / "cache" and cache_folder().is_dir()


def test_a_file_is_checked_without_being_held_in_memory(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    (tmp_path / "own_news").mkdir()
    with (tmp_path / "own_news" / "test.tsv").open("wb") as file:
        file.truncate(3 * 10**8)
    write_checksums(tmp_path / "own_news")
    tracemalloc.start()
    assert checked_file("own_news", "test.tsv").exists()
    assert tracemalloc.get_traced_memory()[1] < 10**7
    tracemalloc.stop()


@pytest.mark.slow
def test_a_split_of_more_than_a_hundred_thousand_is_read_whole(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setenv("COURSE_NEWS", "own_news")
    folder = tmp_path / "own_news"
    folder.mkdir()
    (folder / "classes.txt").write_text("a\nb\n", "utf-8")
    for split, size in ("train", 100_020), ("test", 20):
        (folder / f"{split}.tsv").write_text("".join(f"{'ab'[i % 2]}\t{i}\n" for i in range(size)), "utf-8")
    write_checksums(folder)
    texts, labels, _ = datasets.load_news("train")
    assert len(texts) == len(set(texts)) == 100_020 and labels.mean() == 0.5


def test_a_full_disk_is_said_before_anything_is_written(run, full_disk):
    done = run("-c", OPEN, env={"COURSE_CACHE": str(full_disk)})
    assert done.returncode == 1 and re.search(r"Only \d MB are free.* \d\d MB are needed", last_line(done))
    assert not [path for path in full_disk.rglob("*") if path.is_file()]


def test_a_jupyter_cell_shows_the_line_and_no_traceback():
    assert DataError("one line")._render_traceback_() == ["DataError: one line"]


def test_importing_the_package_loads_nothing_heavy(run):
    code = ("import sys, course_utils, course_utils.files, course_utils.commands.doctor, course_utils.__main__\n"
            "import course_utils.datasets.registry\n"
            "heavy = ('tensorflow', 'keras', 'numpy', 'matplotlib', 'sklearn')\n"
            "print([name for name in heavy if name in sys.modules])")
    assert run("-c", code).stdout == "[]\n"


def is_module(name):
    path = PROJECT / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def imported(module):
    """The modules of the course that a module imports when it is imported itself, and those that these import."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        path = PROJECT / Path(*name.split("."))
        package = name if path.is_dir() else name.rpartition(".")[0]
        tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package.split(".")[:len(package.split(".")) - node.level + 1]
                named = [node.module] if node.module else [one.name for one in node.names]
                names = [name for name in (".".join([*base, one]) for one in named) if is_module(name)]
            elif isinstance(node, ast.ImportFrom | ast.Import):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            else:
                continue
            new = {one for one in names if one not in found}
            waiting += [one for one in new if one.startswith("course_utils")]
            found |= new
    return found


@pytest.mark.parametrize(("module", "forbidden"), [
    ("course_utils.by_hand", {"tensorflow", "keras", "matplotlib.pyplot", "course_utils.text"}),
    ("course_utils.text", {"course_utils.plots", "course_utils.datasets", "course_utils.training"}),
    ("course_utils.datasets", {"course_utils.plots", "course_utils.text", "tensorflow", "numpy"}),
    ("course_utils.datasets.builders", {"course_utils.plots", "course_utils.text"}),
    ("course_utils.embeddings", {"course_utils.plots", "course_utils.datasets"}),
])
def test_lower_layers_import_no_higher_ones(module, forbidden):
    assert not imported(module) & forbidden and "course_utils.files" in imported("course_utils.datasets")


def test_no_notebook_and_no_module_beside_them_imports_a_command():
    for path in (PROJECT / "course_utils").rglob("*.py"):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
        if ".commands" not in name and name != "course_utils.__main__":
            assert not [one for one in imported(name) if ".commands" in one], name
    assert not [path.name for path in NOTEBOOKS if "course_utils.commands" in path.read_text("utf-8")]


def test_tagged_sentences_are_read_as_lists(monkeypatch):
    monkeypatch.delenv("COURSE_ENTITIES", raising=False)
    sentences, tags = datasets.load_entities("test")
    lines = (PROJECT / "data" / "course_entities" / "test.tsv").read_text("utf-8").splitlines()
    read = [f"{' '.join(one)}\t{' '.join(other)}" for one, other in zip(tags, sentences, strict=True)]
    assert sorted(read) == sorted(lines)
    assert datasets.corpus_name("entities") == "course_entities"
    assert builders.CourseEntities.classes(None)[:3] == ["O", "B-PERSON", "I-PERSON"]


def test_news_are_read_with_the_topic_of_every_sentence(monkeypatch):
    monkeypatch.delenv("COURSE_NEWS", raising=False)
    texts, labels, topics = datasets.load_news("test")
    assert len(texts) == len(topics) == 1000 and labels.shape == (1000,) and datasets.class_names("news")[0] == "sports"
    names = tfds.builder("course_news").info.features["label"].names
    lines = (PROJECT / "data" / "course_news" / "test.tsv").read_text("utf-8").splitlines()
    read = [f"{names[label]}\t{' '.join(map(str, topic))}\t{text}"
            for label, topic, text in zip(labels, topics, texts, strict=True)]
    assert sorted(read) == sorted(lines)
    assert all(label in topic for label, topic in zip(labels.tolist(), topics, strict=True))


def test_the_other_corpora_name_their_generator_when_damaged(run, copied_project, tmp_path):
    for corpus, call in ("course_news", "load_news"), ("course_entities", "load_entities"):
        (copied_project / "data" / corpus / "train.tsv").write_bytes(b"damaged")
        done = run("-c", f"from course_utils import datasets; datasets.{call}('train')", cwd=copied_project,
                   env={"COURSE_CACHE": str(tmp_path)})
        assert done.returncode == 1 and f"data/{corpus}/train.tsv is damaged" in last_line(done)
        assert f"make_{corpus[7:]}.py" in last_line(done)


@pytest.mark.parametrize(("name", "bundled"), [
    ("course_reviews", True), ("imdb_reviews", False), ("own_reviews", False), ("a_corpus", False)])
def test_only_the_courses_own_reviews_name_a_phenomenon(monkeypatch, name, bundled):
    monkeypatch.setattr(datasets, "corpus_name", lambda kind: name)
    assert datasets.is_bundled() is bundled
