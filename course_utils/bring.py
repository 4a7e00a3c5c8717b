"""`python -m course_utils fetch thucnews_titles | news_articles | conll2003_english --archive PATH`: real data that you have
already are checked and laid beside each other as the bundled corpora are. PATH may be a folder, a file, a zip or a tar.

THUCNews: Tsinghua University, thuctc.thunlp.org.  Sogou: Sogou Labs.  CoNLL-2003: Tjong Kim Sang and De Meulder 2003.
"""

import gzip
import hashlib
import json
import random
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from .files import DataError, corpus_folder, is_prepared, staged

MOST_BYTES = 3 * 10**9             # unpacked; all of THUCNews has 2


def bring(name: str, archive: Path) -> Path:
    """Read the data set `name` from `archive` and return the folder in which its files now lie.

    Raises DataError, one line, if it is missing, damaged, or not what it should be; nothing half-made is left.
    """
    target = corpus_folder(name)
    if is_prepared(target):
        return target
    try:
        splits, classes = READERS[name](list(members(Path(archive))))
    except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile) as error:
        reason = str(getattr(error, "strerror", None) or error).partition("\n")[0]
        raise DataError(f"{archive} cannot be read ({reason}). Give the path of the data set after --archive.") from None
    except Wrong as error:
        raise DataError(f"{archive} is not {name}: {error}") from None
    with staged(target) as staging:
        staging.mkdir()
        files = {f"{split}.tsv": lines for split, lines in splits.items()} | ({"classes.txt": classes} if classes else {})
        sums = ""
        for file, lines in files.items():
            content = "".join(line + "\n" for line in lines).encode()
            (staging / file).write_bytes(content)
            sums += f"{hashlib.sha256(content).hexdigest()}  {file}\n"
        (staging / "SHA256SUMS").write_bytes(sums.encode())
    variable = "COURSE_ENTITIES" if name.startswith("conll") else "COURSE_NEWS"
    print(f"{', '.join(f'{split}: {len(lines):,}' for split, lines in splits.items())}. Prepared in {target}\n"
          f'Before you start Jupyter or make run, set {variable}={name} (PowerShell: $env:{variable} = "{name}").')
    return target


class Wrong(Exception):
    """What was read is not the data set it should be."""


def members(archive: Path):
    """(name, bytes) of every file in a folder, a zip or a tar, or of the file itself; what ends in .gz is unpacked.
    Nothing is written, so no name in an archive can do harm."""
    left = MOST_BYTES

    def take(name, stream):
        nonlocal left
        if name.endswith(".gz"):
            name, stream = name[:-3], gzip.GzipFile(fileobj=stream)
        content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Wrong(f"it unpacks to more than {MOST_BYTES // 10**9} GB.")
        return name, content

    if archive.is_dir():
        for path in sorted(archive.rglob("*")):
            if path.is_file():
                with path.open("rb") as stream:
                    yield take(path.relative_to(archive).as_posix(), stream)
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    with packed.open(entry) as stream:
                        yield take(entry.filename, stream)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as packed:
            for entry in packed:
                if entry.isfile():
                    yield take(entry.name, packed.extractfile(entry))
    else:
        with archive.open("rb") as stream:
            yield take(archive.name, stream)


def decode(content: bytes) -> str:
    """UTF-8, or else what Chinese Windows writes; what neither can read is marked with �."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def tidy(text: str) -> str:
    """One line: all white space, the wide blank too, becomes single blanks."""
    return " ".join(text.split())


def titles(files):
    """{train, dev, test}.txt with `title ⇥ number of the class`, and class.txt with their names."""
    found = {PurePosixPath(name).name: content for name, content in files}
    splits = {}
    try:
        classes = decode(found["class.txt"]).split()
        for split, file in ("train", "train.txt"), ("validation", "dev.txt"), ("test", "test.txt"):
            lines = [line.rpartition("\t") for line in decode(found[file]).splitlines() if line.strip()]
            splits[split] = [f"{classes[int(label)]}\t{tidy(title)}" for title, _, label in lines]
    except KeyError as error:
        raise Wrong(f"{error.args[0]} is missing. Wanted are train.txt, dev.txt, test.txt and class.txt.") from None
    except (ValueError, IndexError):
        raise Wrong(f"a line of {file} is not `title, tab, number of the class`.") from None
    return splits, classes


def articles(files):
    """A folder for each class with a text file for each article, or JSON lines with `text` and `class`.
    A fifth of each class, drawn by chance but always the same, is for the test."""
    by_class = {}
    for name, content in sorted(files):
        if name.endswith((".jsonl", ".json")):
            for number, line in enumerate(decode(content).splitlines(), start=1):
                try:
                    article = json.loads(line)
                    by_class.setdefault(tidy(article["class"]), []).append(tidy(article["text"]))
                except (ValueError, KeyError, TypeError, AttributeError):
                    raise Wrong(f"{name}, line {number}, is not JSON with `class` and `text`.") from None
        elif name.endswith(".txt") and len(PurePosixPath(name).parts) > 1:
            by_class.setdefault(PurePosixPath(name).parts[-2], []).append(tidy(decode(content)))
    by_class = {name: texts for name, texts in by_class.items() if len(texts) > 4}
    if len(by_class) < 2:
        raise Wrong("no two folders with five text files each, and no JSON lines, are in it.")
    rng, splits = random.Random(1), {"train": [], "test": []}
    for name, texts in sorted(by_class.items()):
        rng.shuffle(texts)
        for place, text in enumerate(texts):
            splits["test" if place < len(texts) // 5 else "train"].append(f"{name}\t{text}")
    for lines in splits.values():
        rng.shuffle(lines)
    return splits, sorted(by_class)


def conll(files):
    """eng.train, eng.testa and eng.testb: four columns, a blank line between sentences, tags in IOB1, turned into BIO."""
    found = {PurePosixPath(name).name: content for name, content in files}
    splits = {}
    for split, file in ("train", "eng.train"), ("validation", "eng.testa"), ("test", "eng.testb"):
        if file not in found:
            raise Wrong(f"{file} is missing. Wanted are eng.train, eng.testa and eng.testb.")
        splits[split] = []
        for block in decode(found[file]).replace("\r", "").split("\n\n"):
            rows = [line.split() for line in block.splitlines() if line.strip()]
            if not rows or rows[0][0] == "-DOCSTART-":
                continue
            if any(len(row) != 4 for row in rows):
                raise Wrong(f"a line of {file} does not have four columns.")
            tags = [row[3] for row in rows]
            opens = [tag.startswith("I-") and (before[2:] != tag[2:]) for before, tag in zip(["O", *tags], tags, strict=False)]
            tags = ["B" + tag[1:] if first else tag for tag, first in zip(tags, opens, strict=True)]
            splits[split].append(f"{' '.join(tags)}\t{' '.join(row[0] for row in rows)}")
    return splits, None


READERS = {"thucnews_titles": titles, "news_articles": articles, "conll2003_english": conll}
