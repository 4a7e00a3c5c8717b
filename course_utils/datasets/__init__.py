"""The course's corpora for `tfds.load`, and the switches between them and real data.

    import tensorflow_datasets as tfds
    from course_utils import datasets

    reviews, info = tfds.load(datasets.reviews(), as_supervised=True, with_info=True)

Importing this module makes the corpora known to tfds. Nothing here calls the network.
"""

import logging
import os
import sys

import tensorflow_datasets as tfds

from ..files import DataError, corpus_folder, imdb_folder
from .course_reviews import PHENOMENA, CourseReviews
from .entities import Conll2003English, CourseEntities
from .news import ENGLISH, CourseNews, NewsArticles, ThucnewsTitles

__all__ = ["ENGLISH", "PHENOMENA", "Conll2003English", "CourseEntities", "CourseNews", "CourseReviews", "NewsArticles", "ThucnewsTitles",
           "by_phenomenon", "entities", "is_bundled", "news", "news_classes", "read", "read_entities", "read_news", "reviews"]

logging.getLogger("absl").setLevel("ERROR")    # tfds warns, with a path, of every data set it is about to prepare


def chosen(variable: str, names: list[str], what: str) -> str:
    """The corpus the environment variable names, the first of `names` if it is unset.

    Raises DataError, one line, if the name is unknown or the real data have not been fetched.
    """
    name = os.environ.get(variable) or names[0]
    if name not in names:
        raise DataError(f"{variable}={name} is unknown. Set it to {' or '.join(names)}, or leave it unset.")
    folder = imdb_folder() if name == "imdb_reviews" else corpus_folder(name)
    if name != names[0] and not folder.exists():
        command = "imdb   (offline: with --archive FILE)" if name == "imdb_reviews" else f"{name} --archive FILE"
        raise DataError(f'The real {what} are not on this machine yet. Run in a terminal: "{sys.executable}" -m course_utils fetch {command}. '
                        f"Or unset {variable} to use the course's own {what}.")
    return name


def reviews() -> str:
    """The name of the corpus of reviews to hand to `tfds.load`: what the environment variable COURSE_REVIEWS says,
    else "course_reviews".  Raises DataError as `chosen` does.
    """
    name = chosen("COURSE_REVIEWS", ["course_reviews", "imdb_reviews"], "reviews")
    if name == "imdb_reviews":
        tfds.core.add_data_dir(imdb_folder())              # from here on tfds.load looks there, too
    return name


def entities() -> str:
    """The name of the corpus of tagged sentences: what COURSE_ENTITIES says, else "course_entities"."""
    return chosen("COURSE_ENTITIES", ["course_entities", "conll2003_english"], "sentences")


def news() -> str:
    """The name of the corpus of Chinese news: what COURSE_NEWS says, else "course_news"."""
    return chosen("COURSE_NEWS", ["course_news", "thucnews_titles", "news_articles"], "news")


def read(split: str) -> tuple:
    """A whole split of the reviews: "train", "test" or "unsupervised".

    Returns (texts (n,) bytes, labels (n,) int64, phenomena (n,) int64, or None where the corpus names none).
    """
    whole = next(iter(tfds.load(reviews(), split=split).batch(100_000)))
    return tuple(whole[name].numpy() if name in whole else None for name in ("text", "label", "phenomenon"))


def read_entities(split: str) -> tuple[list, list]:
    """A whole split of the tagged sentences.  Returns (sentences, tags), two lists of n lists of str, a tag a token."""
    data, info = tfds.load(entities(), split=split, with_info=True)
    names = info.features["tags"].names
    whole = next(iter(data.ragged_batch(100_000)))
    return ([[token.decode() for token in row] for row in whole["tokens"].to_list()],
            [[names[tag] for tag in row] for row in whole["tags"].to_list()])


def read_news(split: str) -> tuple:
    """A whole split of the news.

    Returns (texts, a list of n str, labels (n,) int64, an index into `news_classes()`, topics, a list of n lists of int as
    in `CourseNews`, or None where the corpus names none).
    """
    whole = next(iter(tfds.load(news(), split=split).ragged_batch(100_000)))
    return ([text.decode() for text in whole["text"].numpy()], whole["label"].numpy(),
            whole["topics"].to_list() if "topics" in whole else None)


def news_classes() -> list[str]:
    """What the classes of the news are called, in English; one that has no English name here is "class 3", the fourth,
    since a machine may have no font for its own."""
    names = tfds.builder(news()).info.features["label"].names
    return [ENGLISH.get(name, name if name.isascii() else f"class {number}") for number, name in enumerate(names)]


def by_phenomenon(hits, phenomena) -> dict[str, float]:
    """The share of right answers for each of PHENOMENA.  hits: (n,) bool, right or not.  phenomena: (n,), as `read` gives them."""
    return {name: hits[phenomena == number].mean() for number, name in enumerate(PHENOMENA)}


def is_bundled() -> bool:
    """Whether `reviews()` is the corpus written for the course, which names a phenomenon for each review."""
    return reviews() == "course_reviews"
