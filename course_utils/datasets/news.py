"""Chinese news with a class: `course_news`, written for this course, and real ones, which must be fetched."""

import numpy as np
import tensorflow_datasets as tfds

from ..files import checked_file
from .corpus import Corpus

CLASSES = ["体育", "财经", "科技", "教育", "娱乐", "时政"]
# What figures call a class, so that no machine needs a Chinese font.
ENGLISH = dict(zip(CLASSES, ["sports", "finance", "technology", "education", "entertainment", "politics"], strict=True)) | {
    "房产": "property", "股票": "stocks", "社会": "society", "游戏": "games", "家居": "home", "时尚": "fashion", "彩票": "lottery",
    "星座": "horoscope", "健康": "health", "旅游": "travel", "军事": "military", "文化": "culture", "招聘": "jobs", "汽车": "cars"}


class CourseNews(Corpus):
    """Chinese newspaper articles made by the word lists and the generator in `data/`.

    Features: text (string), label (int64, an index into CLASSES) and topics (n,) int64, for each sentence the class it is
    from, -1 if from none; `as_supervised=True` leaves the topics out.
    """

    def features(self):
        return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=CLASSES),
                "topics": tfds.features.Sequence(tfds.features.Scalar(np.int64))}

    def example(self, fields):
        label, topics, text = fields
        return {"text": text, "label": label, "topics": [int(topic) for topic in topics.split(" ")]}


class Fetched(Corpus, skip_registration=True):
    """Texts and classes as `python -m course_utils fetch` has written them.  Features: text (string), label (int64)."""

    def features(self):
        names = checked_file(self.name, "classes.txt").read_text("utf-8").split()
        return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=names)}

    def example(self, fields):
        label, text = fields
        return {"text": text, "label": label}


class ThucnewsTitles(Fetched):
    __doc__ = Fetched.__doc__
    SPLITS = ("train", "validation", "test")


class NewsArticles(Fetched):
    __doc__ = Fetched.__doc__
