"""Every corpus that the course knows, an entry each.

Commands, switches, messages, tests and `data/README.md` follow from it.

To add one: an entry here, its builder in `builders.py` (and its reader in `fetch/readers.py`), its data.
See CONTRIBUTING.md.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Corpus:
    """A corpus.

    name: what `tfds.load` and `fetch` call it.
    kind: "reviews", "news" or "entities", what chapters ask for; "" if they do not.
    what: a line for people.  splits: those it may have.  source: who gives it out.  licence: under which conditions.
    reader: the function in `fetch/readers.py` that reads what `fetch` is given, "" for bundled ones.
    builder: the class in `builders.py`, "" where tfds has its own or nothing is opened by tfds.
    url: where `fetch` downloads it; "" if the course cannot.
    """

    name: str
    kind: str
    what: str
    splits: tuple[str, ...]
    source: str
    licence: str
    reader: str = ""
    builder: str = ""
    url: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that chooses among the corpora of this kind."""
        return f"COURSE_{self.kind.upper()}" if self.kind else ""

    @property
    def bundled(self) -> bool:
        """Whether it comes with the course."""
        return not self.reader

    @property
    def command(self) -> list[str]:
        """What fetches it, without the Python in front."""
        return ["-m", "course_utils", "fetch", self.name] + ([] if self.url else ["--archive", "PATH"])


PHENOMENA = ["plain", "negation", "contrast", "reversal", "comparison", "long-range"]       # of a review
SECTIONS = ["体育", "财经", "科技", "教育", "娱乐", "时政"]                                        # of the newspaper

OURS = "written for this course", "CC BY 4.0"
YOURS = "you", "yours"

ENTRIES = [
    Corpus("course_reviews", "reviews", "English film reviews", ("train", "test", "unsupervised"), *OURS,
           builder="CourseReviews"),
    Corpus("imdb_reviews", "reviews", "50,000 real film reviews and as many without a label",
           ("train", "test", "unsupervised"), "Maas et al. 2011, Stanford University",
           "for research, no licence stated", reader="imdb_reviews",
           url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"),
    Corpus("own_reviews", "reviews", "a class's own texts in English or Chinese with two labels",
           ("train", "validation", "test"), *YOURS, reader="own_reviews", builder="OwnReviews"),
    Corpus("course_news", "news", "Chinese newspaper articles in six sections", ("train", "test"), *OURS,
           builder="CourseNews"),
    Corpus("thucnews_titles", "news", "Chinese headlines in ten classes: train.txt, dev.txt, test.txt, class.txt",
           ("train", "validation", "test"), "Sun et al. 2016, Tsinghua University (THUCTC)", "for research",
           reader="thucnews_titles", builder="ThucnewsTitles"),
    Corpus("news_articles", "news", "Chinese articles, as of THUCNews or Sogou", ("train", "test"),
           "Tsinghua University (THUCTC), Sogou Labs", "for research", reader="own_news", builder="NewsArticles"),
    Corpus("own_news", "news", "a class's own texts, Chinese best, with any number of classes",
           ("train", "validation", "test"), *YOURS, reader="own_news", builder="OwnNews"),
    Corpus("course_entities", "entities", "sentences of film reviews with their names tagged", ("train", "test"), *OURS,
           builder="CourseEntities"),
    Corpus("conll2003_english", "entities", "newswire with names tagged: eng.train, eng.testa, eng.testb",
           ("train", "validation", "test"),
           "Tjong Kim Sang and De Meulder 2003 (annotation), Reuters by NIST (text)", "for research, on request",
           reader="conll2003_english", builder="Conll2003English"),
    Corpus("own_entities", "entities", "a class's own tagged sentences, a token a line",
           ("train", "validation", "test"), *YOURS, reader="own_entities", builder="OwnEntities"),
    Corpus("newsgroups20", "", "English posts in twenty newsgroups, split by date: 20news-bydate", ("train", "test"),
           "Lang 1995, J. Rennie", "no licence stated", reader="newsgroups20", builder="Newsgroups20"),
    Corpus("keras_imdb", "", "the ids of keras.datasets.imdb: imdb.npz, imdb_word_index.json", (), "Keras",
           "as the reviews", reader="keras_imdb"),
    Corpus("glove", "", "word vectors as text: glove.6B.50d.txt, or the zip with it", (),
           "Pennington et al. 2014, Stanford University", "PDDL 1.0", reader="glove"),
]
CORPORA = {corpus.name: corpus for corpus in ENTRIES}


def of_kind(kind: str) -> list[Corpus]:
    """The corpora of a kind, the bundled one first."""
    return sorted((corpus for corpus in ENTRIES if corpus.kind == kind), key=lambda corpus: not corpus.bundled)


def in_use(kind: str) -> str:
    """What the environment variable of a kind says, else the name of the bundled corpus. It may be unknown here."""
    bundled = of_kind(kind)[0]
    return os.environ.get(bundled.variable) or bundled.name


def fetchable() -> list[Corpus]:
    """The corpora that `fetch` knows."""
    return [corpus for corpus in ENTRIES if corpus.reader]


def table() -> str:
    """The rows of the table in `data/README.md`."""
    rows = ["| name | what it is | used where | splits | from | licence |", "| --- | --- | --- | --- | --- | --- |"]
    for corpus in ENTRIES:
        setting = f"`{corpus.variable}={corpus.name}`"
        switch = "by name" if not corpus.kind else "by default" if corpus.bundled else setting
        splits = ", ".join(corpus.splits) or "(none)"
        cells = [f"`{corpus.name}`", corpus.what, switch, splits, corpus.source, corpus.licence]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)
