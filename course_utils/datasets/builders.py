"""The builders behind `tfds.load`: what the corpora that lie as files `split.tsv` hold.

Importing this module makes them known to tfds.
"""

import contextlib
import hashlib
import io
import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock
import numpy as np
import tensorflow_datasets as tfds

from ..files import DataError, cache_folder, checked_file, corpus_folder, require_space, sha256
from .registry import CORPORA, PHENOMENA, SECTIONS

logging.getLogger("absl").setLevel("ERROR")    # tfds warns, with a path, of every data set it is about to prepare

Features = dict[str, tfds.features.FeatureConnector]


class Builder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Prepared once into `cache_folder()`, quietly; two notebooks may open it for the first time at once.
    What was damaged there since is prepared anew.  A subclass defines `features()` and `example(fields)`.
    """

    VERSION = tfds.core.Version("1.0.0")
    SUPERVISED = ("text", "label")

    def __init__(self, *, data_dir: str | Path | None = None, **kwargs):
        if data_dir is None:                   # one folder for each state of the corpus, so that none is ever stale
            checked_file(self.name, "test.tsv")            # the smallest; the others are checked when they are read
            sums = (corpus_folder(self.name) / "SHA256SUMS").read_text("ascii")
            state = hashlib.sha256((sums + described(self.features())).encode()).hexdigest()[:12]
            data_dir = cache_folder() / f"tfds-{state}"
        self.root = Path(data_dir)
        prepared = self.root / self.name / str(self.VERSION)
        if prepared.exists():
            with filelock.FileLock(self.root / "lock"):
                note = self.root / f"{self.name}.sha256"
                if not note.exists() or note.read_text("ascii") != fingerprint(prepared):
                    shutil.rmtree(prepared)
        super().__init__(data_dir=data_dir, **kwargs)

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(builder=self, description=self.__doc__, supervised_keys=self.SUPERVISED,
                                     features=tfds.features.FeaturesDict(self.features()))

    def classes(self, file: str = "classes.txt") -> list[str]:
        """What `fetch` has found, a name a line."""
        return checked_file(self.name, file).read_text("utf-8").split("\n")[:-1]

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterator]:
        splits = [split for split in CORPORA[self.name].splits
                  if split != "validation" or (corpus_folder(self.name) / "validation.tsv").exists()]
        return {split: self._generate_examples(checked_file(self.name, f"{split}.tsv")) for split in splits}

    def _generate_examples(self, path: Path) -> Iterator[tuple[int, dict]]:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines):
                yield number, self.example(line.rstrip("\n").split("\t"))

    def download_and_prepare(self, **kwargs) -> None:
        if self.data_path.exists():
            return
        kwargs["download_config"] = tfds.download.DownloadConfig(try_download_gcs=False)     # never ask a host
        tfds.disable_progress_bar()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            size = sum(path.stat().st_size for path in corpus_folder(self.name).glob("*.tsv"))
            require_space(self.root, megabytes=30 + 3 * size // 10**6)     # tfds sorts on disk what memory cannot hold
            with filelock.FileLock(self.root / "lock"), contextlib.redirect_stdout(io.StringIO()):
                if self.data_path.exists():                # another notebook has just done it
                    self.info.read_from_directory(self.data_path)
                else:
                    for left in (self.root / self.name).glob("incomplete.*"):    # interrupted; we have the lock
                        shutil.rmtree(left, ignore_errors=True)
                    state = random.getstate()              # tfds draws a name for its folder
                    super().download_and_prepare(**kwargs)
                    random.setstate(state)                 # so that a first run gives the numbers of every other
                    (self.root / f"{self.name}.sha256").write_text(fingerprint(Path(self.data_path)), "ascii")
        except OSError as error:
            raise DataError(f"{self.name} could not be prepared in {self.root} ({error.strerror or error}). "
                            "Free some space, or set COURSE_CACHE to a short path you may write to, "
                            "and start Jupyter again.") from None


def described(features: dict) -> str:
    """Names, types and classes of the features: with others, records prepared before are of no use."""
    names = {name: getattr(getattr(one, "feature", one), "names", None) for name, one in features.items()}
    return f"{features} {names}"


def fingerprint(folder: Path) -> str:
    """A checksum of the names and contents of the files in a folder."""
    sums = (f"{path.name} {sha256(path)}" for path in sorted(folder.iterdir()))
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()


class CourseReviews(Builder):
    """English film reviews made by the word lists and the generator in `data/generators/`.

    Features: text (string), label (int64: 0 negative, 1 positive, -1 in the split "unsupervised") and
    phenomenon (int64, an index into PHENOMENA), which `as_supervised=True` leaves out.
    """

    def features(self) -> Features:
        return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["neg", "pos"]),
                "phenomenon": tfds.features.ClassLabel(names=PHENOMENA)}

    def example(self, fields: list[str]) -> dict:
        label, phenomenon, text = fields
        return {"text": text, "label": int(label), "phenomenon": phenomenon}


class CourseNews(Builder):
    """Chinese newspaper articles made by the word lists and the generator in `data/generators/`.

    Features: text (string), label (int64, an index into SECTIONS) and topics (n,) int64, for each sentence the section
    it is from, -1 if from none; `as_supervised=True` leaves the topics out.
    """

    def features(self) -> Features:
        return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=SECTIONS),
                "topics": tfds.features.Sequence(tfds.features.Scalar(np.int64))}

    def example(self, fields: list[str]) -> dict:
        label, topics, text = fields
        return {"text": text, "label": label, "topics": [int(topic) for topic in topics.split(" ")]}


class Labelled(Builder, skip_registration=True):
    """Texts and classes: `class ⇥ text` a line, and classes.txt.  Features: text (string), label (int64)."""

    def features(self) -> Features:
        return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=self.classes())}

    def example(self, fields: list[str]) -> dict:
        label, text = fields
        return {"text": text, "label": label}


class OwnReviews(Labelled):
    __doc__ = Labelled.__doc__


class ThucnewsTitles(Labelled):
    __doc__ = Labelled.__doc__


class NewsArticles(Labelled):
    __doc__ = Labelled.__doc__


class OwnNews(Labelled):
    __doc__ = Labelled.__doc__


class Newsgroups20(Labelled):
    __doc__ = Labelled.__doc__


class CourseEntities(Builder):
    """Sentences of film reviews made by the word lists and the generator in `data/generators/`, their names tagged.

    Features: tokens (n,) strings and tags (n,) int64, an index into `classes()`.
    """

    SUPERVISED = ("tokens", "tags")

    def classes(self) -> list[str]:
        return ["O", *(f"{place}-{kind}" for kind in ("PERSON", "TITLE", "PLACE", "COMPANY") for place in "BI")]

    def features(self) -> Features:
        return {"tokens": tfds.features.Sequence(tfds.features.Text()),
                "tags": tfds.features.Sequence(tfds.features.ClassLabel(names=self.classes()))}

    def example(self, fields: list[str]) -> dict:
        tags, tokens = fields
        return {"tokens": tokens.split(" "), "tags": tags.split(" ")}


class Tagged(CourseEntities, skip_registration=True):
    """Sentences with BIO tags as `fetch` has written them.  Features: tokens (n,) strings, tags (n,) int64."""

    def classes(self) -> list[str]:
        return Builder.classes(self)


class Conll2003English(Tagged):
    __doc__ = Tagged.__doc__


class OwnEntities(Tagged):
    __doc__ = Tagged.__doc__
