"""The project on the real IMDB reviews: prepared by `fetch`, counted as the tutorial did it, read by the chapters."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from conftest import NOTEBOOKS, PROJECT

from course_utils import text

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache folder with the real reviews in it."""
    folder = tmp_path_factory.mktemp("cache")
    archive = Path(os.environ["COURSE_REAL_DATA"]) / "aclImdb_rebuilt.tar.gz"
    command = [sys.executable, "-m", "course_utils", "fetch", "imdb_reviews", "--archive", str(archive)]
    done = subprocess.run(command, cwd=PROJECT, env=os.environ | {"COURSE_CACHE": str(folder)}, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    assert "four folders of 12,500 reviews" in done.stdout
    return folder


def test_the_tutorials_numbers_come_out_to_the_last_digit(cache):
    """First 300 bytes, no lower-casing, batches of 32 padded with <pad> and counted with it."""
    reviews = tfds.load("imdb_reviews", data_dir=cache / "imdb_reviews", as_supervised=True, download=False)
    sizes = {split: len(reviews[split]) for split in reviews}
    assert sizes == {"train": 25_000, "test": 25_000, "unsupervised": 50_000}
    counts = Counter()
    for texts, _ in reviews["train"].batch(32):
        batch = text.split_words(texts, max_bytes=300, lower=False).to_tensor(default_value=text.PAD)
        counts.update(batch.numpy().ravel().tolist())
    assert counts.most_common(3) == [(b"<pad>", 214309), (b"the", 61137), (b"a", 38564)]
    assert len(counts) == 53_893
    known = [word.decode() for word, _ in counts.most_common(10_000)]
    vocabulary = text.Vocabulary(known[1:], num_oov_indices=1000)
    ids = vocabulary.encode(text.split_words(["This movie was faaaaaantastic"], lower=False))
    assert ids.to_list() == [[22, 12, 11, 10053]]
    assert isinstance(ids, tf.RaggedTensor) and len(vocabulary) == 11_000


ON_REVIEWS = re.compile(r'load_(?:reviews|parts)\(|corpus_name\(."reviews')
CHAPTERS = [path for path in NOTEBOOKS if ON_REVIEWS.search(path.read_text("utf-8"))]


def test_there_are_chapters_on_reviews():
    assert {"05", "07", "08", "11"} <= {path.name[:2] for path in CHAPTERS}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_on_reviews_runs_through_on_them(run, cache, copied_project, path):
    shutil.copy(path, copied_project / "notebooks")
    done = run("-m", "course_utils", "run", cwd=copied_project,
               env={"COURSE_CACHE": str(cache), "COURSE_REVIEWS": "imdb_reviews"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 ok, 0 failed" in done.stdout
    stepped_over = "These reviews name no phenomenon."
    page = (copied_project / "build" / "book" / f"{path.stem}.html").read_text("utf-8")
    in_source = path.read_text("utf-8").count(stepped_over)
    assert page.count(stepped_over) == 2 * in_source                       # in the source, and printed

