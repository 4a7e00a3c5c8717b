"""`course_reviews`: film reviews written for this course, with the calls, features and splits of `imdb_reviews`."""

import tensorflow_datasets as tfds

from .corpus import Corpus

PHENOMENA = ["plain", "negation", "contrast", "reversal", "comparison", "long-range"]


class CourseReviews(Corpus):
    """English film reviews made by the word lists and the generator in `data/`.

    Features: text (string), label (int64: 0 negative, 1 positive, -1 in the split "unsupervised") and
    phenomenon (int64, an index into PHENOMENA), which `as_supervised=True` leaves out.
    """

    SPLITS = ("train", "test", "unsupervised")

    def features(self):
        return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["neg", "pos"]),
                "phenomenon": tfds.features.ClassLabel(names=PHENOMENA)}

    def example(self, fields):
        label, phenomenon, text = fields
        return {"text": text, "label": int(label), "phenomenon": phenomenon}
