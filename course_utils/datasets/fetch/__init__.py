"""`python -m course_utils fetch NAME`: data that are not bundled, read, checked and laid beside the others."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock

from ...files import cache_folder, corpus_folder, require_space, staged, write_checksums
from ...runtime import quiet_stderr
from .. import keras_folder
from ..registry import CORPORA
from . import readers
from .archives import reading


def fetch(name: str, archive: Path | None = None, url: str | None = None,
          text_column: str | None = None, label_column: str | None = None) -> Path:
    """Prepare a corpus from `archive` (a folder, zip, tar or file), or downloaded if it has an address.

    Returns its folder.

    text_column, label_column: what the columns of a table are called, if their names are not known.
    Raises DataError, one line, if it cannot be had, is damaged, or is not what it should be; nothing half-made is left.
    """
    corpus, target = CORPORA[name], corpus_folder(name)
    with one_at_a_time(name):
        if target.exists():
            print(f"Already prepared, nothing was done: {target}\nTo prepare it anew, delete that folder first.")
            return target
        if name == "imdb_reviews":
            from .imdb import fetch_imdb
            fetch_imdb(archive, url or corpus.url, target)
            found = "Checked and prepared"
        else:
            size = archive.stat().st_size if archive.is_file() else 0
            require_space(target.parent, megabytes=500 + 8 * size // 10**6)
            with staged(target) as staging, reading(archive, name):
                read = getattr(readers, corpus.reader)
                found = read(archive, staging, text_column=text_column, label_column=label_column)
                write_checksums(staging)
        if name == "keras_imdb":
            lay_where_keras_looks(target)
        if corpus.builder:
            prepare(name)
    print(f"{found}. Prepared in {target}")
    if corpus.kind:
        setting = f"{corpus.variable}={name}"
        powershell = f'$env:{corpus.variable} = "{name}"'
        print(f"Before you start Jupyter or run the course, set {setting} (PowerShell: {powershell}).")
    return target


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Two calls at once: the second waits for the first, and then finds everything done."""
    lock = filelock.FileLock(cache_folder() / f".{name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        print(f"Another fetch of {name} is under way; waiting for it.", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def prepare(name: str) -> None:
    """Let tfds make its records now, so that nobody waits for them in class."""
    with quiet_stderr():
        import tensorflow  # noqa: F401  (tfds would import it later, with all its messages)
        import tensorflow_datasets as tfds

        from .. import builders  # noqa: F401
    tfds.builder(name).download_and_prepare()


def lay_where_keras_looks(folder: Path) -> None:
    """Copy the two files to where `keras.datasets.imdb` looks for them, unless they are there."""
    target = keras_folder()
    target.mkdir(parents=True, exist_ok=True)
    for name in "imdb.npz", "imdb_word_index.json":
        if not (target / name).exists():
            shutil.copy(folder / name, target / name)
    print(f"Copied to {target}, where keras.datasets.imdb looks.")
