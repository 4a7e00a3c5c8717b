"""`course_reviews`: film reviews written for this course, with the calls, features and splits of `imdb_reviews`."""

import contextlib
import hashlib
import io

import filelock
import tensorflow_datasets as tfds

from ..files import PROJECT, DataError, cache_folder, checked_file, require_space

PHENOMENA = ["plain", "negation", "contrast", "reversal", "comparison", "long-range"]


class CourseReviews(tfds.core.GeneratorBasedBuilder):
    """English film reviews made by the word lists and the generator in `data/`.

    Features: text (string), label (int64: 0 negative, 1 positive, -1 in the split "unsupervised") and
    phenomenon (int64, an index into PHENOMENA), which `as_supervised=True` leaves out.
    Prepared once into `cache_folder()`, quietly; two notebooks may open it for the first time at once.
    """

    VERSION = tfds.core.Version("1.0.0")

    def __init__(self, *, data_dir=None, **kwargs):
        if data_dir is None:                   # one folder for each state of the corpus, so that none is ever stale
            state = hashlib.sha256(checked_sums().encode()).hexdigest()[:12]
            data_dir = cache_folder() / f"tfds-{state}"
        super().__init__(data_dir=data_dir, **kwargs)

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict({
                "text": tfds.features.Text(),
                "label": tfds.features.ClassLabel(names=["neg", "pos"]),
                "phenomenon": tfds.features.ClassLabel(names=PHENOMENA),
            }),
            supervised_keys=("text", "label"),
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(checked_file("course_reviews", f"{split}.tsv"))
                for split in ("train", "test", "unsupervised")}

    def _generate_examples(self, path):
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines):
                label, phenomenon, text = line.rstrip("\n").split("\t")
                yield number, {"text": text, "label": int(label), "phenomenon": phenomenon}

    def download_and_prepare(self, **kwargs):
        if self.data_path.exists():
            return
        kwargs["download_config"] = tfds.download.DownloadConfig(try_download_gcs=False)     # never ask a host
        tfds.disable_progress_bar()
        root = self.data_path.parents[1]
        try:
            root.mkdir(parents=True, exist_ok=True)
            require_space(root, megabytes=30)
            with filelock.FileLock(root / "lock"), contextlib.redirect_stdout(io.StringIO()):
                if self.data_path.exists():                # another notebook has just done it
                    self.info.read_from_directory(self.data_path)
                else:
                    super().download_and_prepare(**kwargs)
        except OSError as error:
            raise DataError(f"course_reviews could not be prepared in {root} ({error.strerror or error}). "
                            "Free some space, or set COURSE_CACHE to a short path you may write to, and start Jupyter again.") from None


def checked_sums() -> str:
    """The list of checksums, as text."""
    checked_file("course_reviews", "test.tsv")             # the smallest; the others are checked when they are read
    return (PROJECT / "data" / "course_reviews" / "SHA256SUMS").read_text("ascii")
