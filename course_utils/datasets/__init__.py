"""The course's corpora for `tfds.load`, and the switches between them and others.

    import tensorflow_datasets as tfds
    from course_utils import datasets

    reviews, info = tfds.load(datasets.corpus_name("reviews"), as_supervised=True, with_info=True)

Nothing here calls the network. TensorFlow is imported by the first call, not by importing this module.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..files import DataError, corpus_folder, typed
from . import registry
from .registry import PHENOMENA

if TYPE_CHECKING:              # the command line reads the registry before any package is installed
    import numpy as np
    import tensorflow as tf

__all__ = ["PHENOMENA", "Entities", "News", "Reviews", "Texts", "by_phenomenon", "class_names", "corpus_name",
           "fetched", "is_bundled", "load_entities", "load_keras_imdb", "load_news", "load_newsgroups", "load_reviews",
           "vectors_file"]

# What figures call a class, so that no machine needs a Chinese font.
ENGLISH = {
    "体育": "sports", "财经": "finance", "科技": "technology", "教育": "education", "娱乐": "entertainment",
    "时政": "politics", "房产": "property", "股票": "stocks", "社会": "society", "游戏": "games", "家居": "home",
    "时尚": "fashion", "彩票": "lottery", "星座": "horoscope", "健康": "health", "旅游": "travel", "军事": "military",
    "文化": "culture", "招聘": "jobs", "汽车": "cars"}


class Reviews(NamedTuple):
    """texts: n str.  labels: (n,) int64.  phenomena: (n,) int64, or None where the corpus names none."""

    texts: list[str]
    labels: np.ndarray
    phenomena: np.ndarray | None


class News(NamedTuple):
    """texts: n str.  labels: (n,) int64, an index into `class_names("news")`.
    topics: n lists of int as in `builders.CourseNews`, or None where the corpus names none."""

    texts: list[str]
    labels: np.ndarray
    topics: list[list[int]] | None


class Texts(NamedTuple):
    """texts: n str.  labels: (n,) int64.  classes: the names of the labels."""

    texts: list[str]
    labels: np.ndarray
    classes: list[str]


class Entities(NamedTuple):
    """sentences: n lists of str, the tokens.  tags: n lists of str, a BIO tag a token."""

    sentences: list[list[str]]
    tags: list[list[str]]


def corpus_name(kind: str) -> str:
    """The name of a corpus for `tfds.load`: what the environment variable of its kind says, else the bundled one.

    kind: "reviews", "news" or "entities".
    Raises DataError, one line, if the name is unknown or the data have not been fetched.
    """
    choices = registry.of_kind(kind)
    default, *others = (corpus.name for corpus in choices)
    variable = choices[0].variable
    name = registry.in_use(kind)
    if name not in (default, *others):
        choice = " or ".join((default, *others))
        raise DataError(f"{variable}={name} is unknown. Set it to {choice}, or leave it unset.")
    require_fetched(name)
    if name == "imdb_reviews":
        import tensorflow_datasets as tfds
        tfds.core.add_data_dir(corpus_folder(name))        # from here on tfds.load looks there, too
    else:
        from . import builders  # noqa: F401  (makes the corpora known to tfds)
    return name


def fetched(name: str) -> bool:
    """Whether a corpus is on this machine; bundled ones are. keras_imdb must lie where Keras looks for it, too."""
    if name == "keras_imdb" and not (keras_folder() / "imdb_word_index.json").exists():
        return False
    return registry.CORPORA[name].bundled or corpus_folder(name).exists()


def keras_folder() -> Path:
    """Where `keras.datasets` looks for its files."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def require_fetched(name: str) -> None:
    """Raise DataError, with the command that fetches it, if a corpus is not on this machine yet."""
    corpus = registry.CORPORA[name]
    if not fetched(name):
        unset = f" Or unset {corpus.variable} to use the course's own." if corpus.kind else ""
        offline = "   (offline: with --archive PATH)" if corpus.url else ""
        fetch = typed(sys.executable, *corpus.command)
        raise DataError(f"{name} is not on this machine yet. Run in a terminal: {fetch}{offline}{unset}")


def whole(name: str, split: str) -> tuple:
    """A whole split and its features: (tensors by feature, ragged where lengths differ; tfds's features)."""
    import tensorflow_datasets as tfds

    from . import builders  # noqa: F401
    data, info = tfds.load(name, split=split, with_info=True)
    return data.ragged_batch(len(data)).get_single_element(), info.features


def strings(tensor: tf.Tensor) -> list[str]:
    """The str of a tensor of bytes (n,)."""
    return [text.decode() for text in tensor.numpy()]


def load_reviews(split: str) -> Reviews:
    """A whole split of the reviews: "train", "test" or "unsupervised".

    A class's own reviews have no part without labels: "unsupervised" is then the training part, its labels hidden (-1).
    """
    name = corpus_name("reviews")
    hidden = split not in registry.CORPORA[name].splits
    data, _ = whole(name, "train" if hidden else split)
    labels = data["label"].numpy()
    return Reviews(strings(data["text"]), labels * 0 - 1 if hidden else labels,
                   data["phenomenon"].numpy() if "phenomenon" in data else None)


def load_news(split: str) -> News:
    """A whole split of the news: "train" or "test"."""
    data, _ = whole(corpus_name("news"), split)
    return News(strings(data["text"]), data["label"].numpy(), data["topics"].to_list() if "topics" in data else None)


def load_entities(split: str) -> Entities:
    """A whole split of the tagged sentences: "train", "validation" or "test".

    Where a corpus has no validation part, the last 12 % of its training part are that, and no longer of "train".
    """
    import tensorflow_datasets as tfds
    name = corpus_name("entities")
    if "validation" not in tfds.builder(name).info.splits:
        split = {"train": "train[:88%]", "validation": "train[88%:]"}.get(split, split)
    data, features = whole(name, split)
    names = features["tags"].names
    return Entities([[token.decode() for token in row] for row in data["tokens"].to_list()],
                    [[names[tag] for tag in row] for row in data["tags"].to_list()])


def load_newsgroups(split: str) -> Texts:
    """The twenty newsgroups, "train" or "test".  Raises DataError if they have not been fetched."""
    require_fetched("newsgroups20")
    data, features = whole("newsgroups20", split)
    return Texts(strings(data["text"]), data["label"].numpy(), features["label"].names)


def vectors_file() -> Path:
    """The file of word vectors with 50 numbers a word, as `fetch glove` has laid it down.

    Raises DataError if it has not.
    """
    require_fetched("glove")
    return corpus_folder("glove") / "vectors.txt.gz"


def load_keras_imdb() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """What `keras.datasets.imdb.load_data()` returns: ((ids, labels) to train, (ids, labels) to test), with lists of
    ids; 1 begins a review, a word of rank r has the id r + 3.

    Read from the file that `fetch keras_imdb` has laid down: Keras itself takes none but the original archive, and
    would download that.  Raises DataError if it has not been fetched.
    """
    require_fetched("keras_imdb")
    import numpy as np
    arrays, parts = np.load(keras_folder() / "imdb.npz", allow_pickle=True), []
    rng = np.random.RandomState(113)                       # Keras draws the order of both parts with it
    for split in "train", "test":
        rows = np.arange(len(arrays[f"x_{split}"]))
        rng.shuffle(rows)
        ids = [[1, *(rank + 3 for rank in review)] for review in arrays[f"x_{split}"][rows]]
        parts.append((np.array(ids, object), arrays[f"y_{split}"][rows]))
    return tuple(parts)


def class_names(kind: str) -> list[str]:
    """What the classes of the corpus are called, in English.

    One that has no English name here is "class 3", the fourth, since a machine may have no font for its own.
    """
    import tensorflow_datasets as tfds
    names = tfds.builder(corpus_name(kind)).info.features["label"].names
    return [ENGLISH.get(name, name if name.isascii() else f"class {number}") for number, name in enumerate(names)]


def by_phenomenon(hits: np.ndarray, phenomena: np.ndarray) -> dict[str, float]:
    """The share of right answers for each of PHENOMENA.

    hits: (n,) bool, right or not.  phenomena: (n,), as in `Reviews`.
    """
    return {name: hits[phenomena == number].mean() for number, name in enumerate(PHENOMENA)}


def is_bundled() -> bool:
    """Whether the reviews are those written for the course, which name a phenomenon for each."""
    return corpus_name("reviews") == "course_reviews"
