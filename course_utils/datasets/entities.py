"""Sentences with a tag for each token: `course_entities`, written for this course, and CoNLL-2003, which must be fetched."""

import tensorflow_datasets as tfds

from .corpus import Corpus


def bio(*kinds):
    """The tags of these kinds of entities: O, then B- and I- of each."""
    return ["O", *(f"{place}-{kind}" for kind in kinds for place in "BI")]


class CourseEntities(Corpus):
    """Sentences of film reviews made by the word lists and the generator in `data/`, with the names in them tagged.

    Features: tokens (n,) strings and tags (n,) int64, an index into TAGS.
    """

    SUPERVISED = ("tokens", "tags")
    TAGS = bio("PERSON", "TITLE", "PLACE", "COMPANY")

    def features(self):
        return {"tokens": tfds.features.Sequence(tfds.features.Text()),
                "tags": tfds.features.Sequence(tfds.features.ClassLabel(names=self.TAGS))}

    def example(self, fields):
        tags, tokens = fields
        return {"tokens": tokens.split(" "), "tags": tags.split(" ")}


class Conll2003English(CourseEntities):
    """English newswire with entities (Tjong Kim Sang and De Meulder 2003), BIO, as `python -m course_utils fetch` has written it."""

    SPLITS = ("train", "validation", "test")
    TAGS = bio("PER", "ORG", "LOC", "MISC")
