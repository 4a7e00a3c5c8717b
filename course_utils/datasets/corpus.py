"""What the corpora that lie as files `split.tsv` have in common; each one says its features and how a line is read."""

import contextlib
import hashlib
import io
import shutil
from pathlib import Path

import filelock
import tensorflow_datasets as tfds

from ..files import DataError, cache_folder, checked_file, corpus_folder, require_space


class Corpus(tfds.core.GeneratorBasedBuilder):
    """Prepared once into `cache_folder()`, quietly; two notebooks may open it for the first time at once.
    What was damaged there since is prepared anew.

    A subclass sets SPLITS, among them "test", and SUPERVISED, and
    defines `features()` and `example(fields)`.
    """

    VERSION = tfds.core.Version("1.0.0")
    SPLITS = ("train", "test")
    SUPERVISED = ("text", "label")

    def __init__(self, *, data_dir=None, **kwargs):
        if data_dir is None:                   # one folder for each state of the corpus, so that none is ever stale
            checked_file(self.name, "test.tsv")            # the smallest; the others are checked when they are read
            state = hashlib.sha256((corpus_folder(self.name) / "SHA256SUMS").read_bytes()).hexdigest()[:12]
            data_dir = cache_folder() / f"tfds-{state}"
        self.root = Path(data_dir)
        prepared = self.root / self.name / str(self.VERSION)
        if prepared.exists():
            with filelock.FileLock(self.root / "lock"):
                note = self.root / f"{self.name}.sha256"
                if not note.exists() or note.read_text("ascii") != fingerprint(prepared):
                    shutil.rmtree(prepared)
        super().__init__(data_dir=data_dir, **kwargs)

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, description=self.__doc__, supervised_keys=self.SUPERVISED,
                                     features=tfds.features.FeaturesDict(self.features()))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(checked_file(self.name, f"{split}.tsv")) for split in self.SPLITS}

    def _generate_examples(self, path):
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines):
                yield number, self.example(line.rstrip("\n").split("\t"))

    def download_and_prepare(self, **kwargs):
        if self.data_path.exists():
            return
        kwargs["download_config"] = tfds.download.DownloadConfig(try_download_gcs=False)     # never ask a host
        tfds.disable_progress_bar()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            require_space(self.root, megabytes=30)
            with filelock.FileLock(self.root / "lock"), contextlib.redirect_stdout(io.StringIO()):
                if self.data_path.exists():                # another notebook has just done it
                    self.info.read_from_directory(self.data_path)
                else:
                    super().download_and_prepare(**kwargs)
                    (self.root / f"{self.name}.sha256").write_text(fingerprint(Path(self.data_path)), "ascii")
        except OSError as error:
            raise DataError(f"{self.name} could not be prepared in {self.root} ({error.strerror or error}). "
                            "Free some space, or set COURSE_CACHE to a short path you may write to, and start Jupyter again.") from None


def fingerprint(folder: Path) -> str:
    """A checksum of the names and contents of the files in a folder."""
    sums = (f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(folder.iterdir()))
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()
