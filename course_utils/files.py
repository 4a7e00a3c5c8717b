"""Where data lie, and what to say when they do not."""

from __future__ import annotations  # the doctor loads this in an old Python, too, to say that it is old

import contextlib
import hashlib
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


class DataError(Exception):
    """A data set cannot be opened. The message is one line and says what to do."""

    def _render_traceback_(self):              # Jupyter shows this instead of a traceback
        return [f"DataError: {self}"]


def typed(*words, system: str = os.name) -> str:
    """A command as one types it: in a shell, or in PowerShell, which starts a quoted program only after an &."""
    if system != "nt":
        return " ".join(shlex.quote(str(word)) for word in words)
    quoted = [str(word) if re.fullmatch(r"[\w\\:./=+-]+", str(word)) else f'"{word}"' for word in words]
    return ("& " if quoted[0].startswith('"') else "") + " ".join(quoted)


def cache_path() -> Path:
    """The folder for prepared and fetched data: COURSE_CACHE if set, else the user's cache folder."""
    if named := os.environ.get("COURSE_CACHE"):
        return Path(named).expanduser().absolute()
    import platformdirs  # here, so that the doctor can import this module without any package
    return platformdirs.user_cache_path("course_utils", appauthor=False)


def probe(folder: Path) -> None:
    """Make the folder if it is missing, and write to it. Raises OSError if that cannot be done."""
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


def cache_folder() -> Path:
    """`cache_path()`, made if missing. Raises DataError if it cannot be written to, or not be named to TensorFlow."""
    folder = cache_path()
    if sys.getfilesystemencoding() != "utf-8" and not str(folder).isascii():     # TensorFlow writes every path in UTF-8
        raise DataError(f"TensorFlow cannot use {folder} where Python writes paths in {sys.getfilesystemencoding()}. "
                        "Set COURSE_CACHE to a path of plain letters, or PYTHONUTF8=1, and start Jupyter again.")
    try:
        probe(folder)
    except OSError as error:
        raise DataError(f"Cannot write to {folder} ({error.strerror}). "
                        "Set COURSE_CACHE to a folder you may write to, and start Jupyter again.") from None
    return folder


def corpus_folder(corpus: str) -> Path:
    """Where the files of a corpus lie: bundled ones ("course_...") with the course, fetched ones in the cache."""
    return PROJECT / "data" / corpus if corpus.startswith("course_") else cache_folder() / corpus


def sha256(path: Path) -> str:
    """The checksum of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_file(corpus: str, name: str) -> Path:
    """The path of a corpus's file, after comparing it with its checksum.

    Raises DataError if it is missing or differs.
    """
    folder = corpus_folder(corpus)
    path = folder / name
    if folder.is_relative_to(PROJECT / "data"):
        script = PROJECT / "data" / "generators" / f"{corpus.replace('course', 'make', 1)}.py"
        shown, restore = f"data/{corpus}", f"Restore it with: {typed(sys.executable, script)}"
    else:
        fetch = typed(sys.executable, "-m", "course_utils", "fetch", corpus, "--archive", "PATH")
        shown, restore = folder, f"Delete that folder and run: {fetch}"
    try:
        lines = (folder / "SHA256SUMS").read_text("ascii").splitlines()
        sums = {file: checksum for checksum, file in map(str.split, lines)}
        found = sha256(path)
    except (OSError, ValueError) as error:
        missing = Path(getattr(error, "filename", None) or folder / "SHA256SUMS")
        raise DataError(f"{shown}/{missing.name} is missing or unreadable. {restore}") from None
    if found != sums.get(name):
        raise DataError(f"{shown}/{name} is damaged: its checksum differs. {restore}")
    return path


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS over the files of a folder."""
    sums = [f"{sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name != "SHA256SUMS"]
    (folder / "SHA256SUMS").write_bytes("".join(sums).encode())


def require_space(folder: Path, megabytes: int) -> None:
    """Raise DataError if less than so many megabytes are free where `folder` is."""
    free = shutil.disk_usage(folder).free / 1e6
    if free < megabytes:
        raise DataError(f"Only {free:,.0f} MB are free in {folder}, {megabytes:,} MB are needed. "
                        "Free some space, or set COURSE_CACHE to a folder on another disk.")


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A name for a folder beside `target`, which becomes `target` when all went well and disappears when not.

    Raises DataError if it cannot be written.
    """
    staging = target.with_name(f"{target.name}.partial-{os.getpid()}")
    try:
        yield staging
        os.replace(staging, target)
    except OSError as error:
        raise DataError(f"{target} could not be written ({error.strerror or error}). "
                        "Free some space, or set COURSE_CACHE to a short path you may write to.") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file at once: whoever looks, or interrupts, finds the old one or the new one."""
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
