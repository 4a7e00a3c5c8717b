"""What `fetch` is given, read as a stream: a folder, a zip, a tar or a single file, each packed or not.

Nothing is unpacked to disk, so no name in an archive can do harm.
"""

import bz2
import codecs
import contextlib
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MOST_BYTES = 20 * 10**9            # unpacked, in all; a bomb has more
MOST_OF_ONE = 50 * 10**6           # a single text or line

UNPACK = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
NOT_READABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile,
                NotImplementedError, RuntimeError)


class Wrong(Exception):
    """What was read is not the data set it should be. The message is part of one line."""


class Limited(io.RawIOBase):
    """A stream that stops with `Wrong` when more has been unpacked than anybody's texts are."""

    unpacked = 0                               # by all streams of one archive; `members` begins anew

    def __init__(self, stream: BinaryIO):
        self.stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        block = self.stream.read(len(buffer))
        Limited.unpacked += len(block)
        if Limited.unpacked > MOST_BYTES:
            raise Wrong(f"it unpacks to more than {MOST_BYTES / 10**9:g} GB.")
        buffer[:len(block)] = block
        return len(block)


def members(archive: Path) -> Iterator[tuple[PurePosixPath, BinaryIO]]:
    """(name, stream) of every file, one after the other; what ends in .gz, .bz2 or .xz is unpacked on the way.

    Names that systems leave behind (`__MACOSX`, `.DS_Store` and the like) are passed over.
    """
    Limited.unpacked = 0
    for name, stream in raw_members(archive):
        path = PurePosixPath(name.replace("\\", "/"))
        hidden = any(part.startswith((".", "__MACOSX")) and part not in ("..", ".") for part in path.parts)
        if hidden or path.name in ("Thumbs.db", "desktop.ini"):
            continue
        if path.suffix in UNPACK:
            path, stream = path.with_suffix(""), UNPACK[path.suffix](stream)
        yield path, io.BufferedReader(Limited(stream), 1 << 18)


def raw_members(archive: Path) -> Iterator[tuple[str, BinaryIO]]:
    if archive.is_dir():
        for folder, subfolders, files in os.walk(archive):
            subfolders.sort()
            for file in sorted(files):
                path = Path(folder, file)
                with path.open("rb") as stream:
                    yield decode(os.fsencode(path.relative_to(archive).as_posix())), stream
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    utf8 = entry.flag_bits & 0x800         # else zipfile took the name's bytes for those of an old PC
                    with packed.open(entry) as stream:
                        yield entry.filename if utf8 else decode(entry.filename.encode("cp437", "replace")), stream
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive, errors="surrogateescape") as packed:
            for entry in packed:
                if entry.isfile():
                    yield decode(entry.name.encode("utf-8", "surrogateescape")), packed.extractfile(entry)
                packed.members.clear()                     # tarfile would keep all of them
    else:
        with archive.open("rb") as stream:
            yield archive.name, stream


def decode(content: bytes) -> str:
    """UTF-8, with or without a mark, UTF-16 with one, or else what Chinese Windows writes; � for what none can read."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def whole_text(stream: BinaryIO, name: PurePosixPath) -> str:
    """The text of a file that holds a single one."""
    content = stream.read(MOST_OF_ONE + 1)
    if len(content) > MOST_OF_ONE:
        raise Wrong(f"{name} is a text of more than {MOST_OF_ONE // 10**6} MB.")
    return decode(content)


def text_lines(stream: BinaryIO, name: PurePosixPath) -> Iterator[str]:
    """The lines of a file, each with its end. Only \\n ends a line: a text may hold any other sign, U+2028 included.

    Most lines at the beginning decide on the encoding: a short line of GB18030 may look like UTF-8 by chance. Where
    they are UTF-8, a line that is not is read as GB18030 all the same.
    """
    beginning = stream.peek()
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):             # as Excel writes "Unicode text"
        yield from io.TextIOWrapper(stream, "utf-16", errors="replace", newline="\n")
        return
    telling = [line for line in beginning.split(b"\n")[:-1] if not line.isascii()]
    utf8 = 2 * sum(is_utf8(line) for line in telling) >= len(telling)
    if beginning.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    while line := stream.readline(MOST_OF_ONE + 1):
        if len(line) > MOST_OF_ONE:
            raise Wrong(f"{name} has a line of more than {MOST_OF_ONE // 10**6} MB.")
        yield decode(line) if utf8 else line.decode("gb18030", "replace")


def tidy(text: str) -> str:
    """One line: all white space, the wide blank too, becomes single blanks."""
    return " ".join(text.split())


@contextlib.contextmanager
def reading(archive: Path, name: str) -> Iterator[None]:
    """Says in one line what is wrong with an archive."""
    from ...files import DataError
    try:
        yield
    except Wrong as error:
        raise DataError(f"{archive} is not {name}: {error}") from None
    except NOT_READABLE as error:
        reason = str(getattr(error, "strerror", None) or error or type(error).__name__).partition("\n")[0]
        raise DataError(f"{archive} cannot be read ({reason}). "
                        "Give the path of the data set after --archive.") from None
