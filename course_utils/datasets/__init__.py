"""The course's corpora for `tfds.load`, and the switch between them and real data.

    import tensorflow_datasets as tfds
    from course_utils import datasets

    reviews, info = tfds.load(datasets.reviews(), as_supervised=True, with_info=True)

Importing this module makes `course_reviews` known to tfds. Nothing here calls the network.
"""

import logging
import os
import sys

import tensorflow_datasets as tfds

from ..files import DataError, imdb_folder
from .course_reviews import PHENOMENA, CourseReviews

__all__ = ["PHENOMENA", "CourseReviews", "by_phenomenon", "is_bundled", "read", "reviews"]

BUNDLED = "course_reviews"
REAL = "imdb_reviews"

logging.getLogger("absl").setLevel("ERROR")    # tfds warns, with a path, of every data set it is about to prepare


def reviews() -> str:
    """The name of the corpus of reviews to hand to `tfds.load`: what the environment variable COURSE_REVIEWS says,
    else "course_reviews".

    Raises DataError, one line, if the name is unknown or the real data have not been fetched.
    """
    name = os.environ.get("COURSE_REVIEWS") or BUNDLED
    if name not in (BUNDLED, REAL):
        raise DataError(f"COURSE_REVIEWS={name} is unknown. Set it to {BUNDLED} or {REAL}, or leave it unset.")
    if name == REAL:
        if not imdb_folder().exists():
            raise DataError(f'The real reviews are not on this machine yet. Run in a terminal: "{sys.executable}" -m course_utils fetch imdb   '
                            "(offline: with --archive FILE). Or unset COURSE_REVIEWS to use the course's own reviews.")
        tfds.core.add_data_dir(imdb_folder())              # from here on tfds.load looks there, too
    return name


def read(split: str) -> tuple:
    """A whole split of the reviews: "train", "test" or "unsupervised".

    Returns (texts (n,) bytes, labels (n,) int64, phenomena (n,) int64, or None where the corpus names none).
    """
    whole = next(iter(tfds.load(reviews(), split=split).batch(100_000)))
    return tuple(whole[name].numpy() if name in whole else None for name in ("text", "label", "phenomenon"))


def by_phenomenon(hits, phenomena) -> dict[str, float]:
    """The share of right answers for each of PHENOMENA.  hits: (n,) bool, right or not.  phenomena: (n,), as `read` gives them."""
    return {name: hits[phenomena == number].mean() for number, name in enumerate(PHENOMENA)}


def is_bundled() -> bool:
    """Whether `reviews()` is the corpus written for the course, which names a phenomenon for each review."""
    return reviews() == BUNDLED
