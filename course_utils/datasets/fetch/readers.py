"""What each corpus looks like where it comes from.

A reader takes the archive's path, streams it, and hands what it finds to a writer.

THUCNews: Sun et al. 2016.  CoNLL-2003: Tjong Kim Sang and De Meulder 2003.  20 newsgroups: Lang 1995.
GloVe: Pennington et al. 2014.
"""

import csv
import gzip
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from .archives import Wrong, members, text_lines, tidy, whole_text
from .writers import Documents, Sentences

PARTS = {
    "train": "train", "training": "train", "训练": "train", "训练集": "train",
    "test": "test", "testing": "test", "测试": "test", "测试集": "test",
    "dev": "validation", "val": "validation", "valid": "validation", "validation": "validation", "验证": "validation",
    "验证集": "validation"}
TEXT = "text content body review sentence comment title 文本 正文 内容 评论 评价 句子 标题".split()
LABEL = "label class category target sentiment 标签 类别 分类 类 情感".split()
NEGATIVE = "neg negative 0 -1 bad 负 负面 负向 差评 消极".split()
POSITIVE = "pos positive 1 good 正 正面 正向 好评 积极".split()


def part_of(name: PurePosixPath, of_one_text: bool = False) -> str | None:
    """The split after which a table is named, or a folder around it; None if none is.

    of_one_text: the file is a single text and its folder the class; then only the folders around these two count.
    """
    words = list(name.parts[:-2]) if of_one_text else [*re.split(r"[-_. ]", name.name), *name.parts[:-1]]
    return next((PARTS[word.lower()] for word in words if word.lower() in PARTS), None)


def labelled(archive: Path, text_column: str | None, label_column: str | None) -> Iterator[tuple[str | None, str, str]]:
    """(split or None, class, text) of everything in a folder for each class, in CSV, TSV or JSON lines."""
    if archive.suffix in (".xlsx", ".xls"):
        raise Wrong("it is a workbook of Excel. Save the sheet as CSV (UTF-8) and give that.")
    for name, stream in members(archive):
        kind = name.suffix.lower()
        if kind in (".csv", ".tsv"):
            rows = table(text_lines(stream, name), name, text_column, label_column)
        elif kind in (".jsonl", ".json", ".ndjson"):
            rows = json_lines(text_lines(stream, name), name, text_column, label_column)
        elif kind == ".txt" and len(name.parts) > 1:
            rows = [(name.parts[-2], whole_text(stream, name))]
        else:
            continue
        for label, text in rows:
            yield part_of(name, of_one_text=kind == ".txt"), tidy(label), tidy(text)


def table(lines: Iterator[str], name: PurePosixPath, text_column: str | None,
          label_column: str | None) -> Iterator[tuple[str, str]]:
    """(class, text) of the rows of a table, whose first line names the columns."""
    first = next(lines, "")
    delimiter = max("\t,;", key=first.count)
    csv.field_size_limit(10**8)
    header = [column.strip().strip('"').lower() for column in first.split(delimiter)]
    label, text = columns(header, name, text_column, label_column)
    rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL)
    try:
        for row in rows:
            if not any(field.strip() for field in row):
                continue
            if len(row) <= max(label, text):
                raise Wrong(f"{name}, line {rows.line_num + 1}, has {len(row)} columns, "
                            f"{len(header)} are named in the first line.")
            yield row[label], row[text]
    except csv.Error as error:
        raise Wrong(f"{name}, line {rows.line_num + 1}: {error}.") from None


def json_lines(lines: Iterator[str], name: PurePosixPath, text_column: str | None,
               label_column: str | None) -> Iterator[tuple[str, str]]:
    """(class, text) of JSON lines: an object a line."""
    keys = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            if keys is None:
                keys = columns(list(found), name, text_column, label_column)
                keys = [list(found)[key] for key in keys]
            label, text = (found[key] for key in keys)
            if not isinstance(text, str) or not isinstance(label, str | int):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Wrong(f"{name}, line {number}, is not an object of JSON with a text and a label.") from None
        yield str(label), text


def columns(names: list[str], name: PurePosixPath, text_column: str | None, label_column: str | None) -> list[int]:
    """Where the label and the text stand among the columns of these names."""
    lower, found = [column.lower() for column in names], []
    for told, known, option in (label_column, LABEL, "--label-column"), (text_column, TEXT, "--text-column"):
        wanted = [told.lower()] if told else known
        place = next((lower.index(word) for word in wanted if word in lower), None)
        if place is None:
            raise Wrong(f"{name}: none of its columns ({', '.join(column[:20] for column in names[:8])}) is known. "
                        f"Name them in the first line, such as text and label, or give {option}.")
        found.append(place)
    return found


def own_news(archive: Path, folder: Path, text_column: str | None = None, label_column: str | None = None) -> str:
    """Texts with any number of classes, in any of the forms that `labelled` reads."""
    documents = Documents(folder)
    for split, label, text in labelled(archive, text_column, label_column):
        documents.add(split, label, text)
    return documents.finish()


def own_reviews(archive: Path, folder: Path, text_column: str | None = None, label_column: str | None = None) -> str:
    """English or Chinese texts with two labels, negative and positive."""
    documents = Documents(folder, classes=["neg", "pos"])
    words = re.compile(r"[A-Za-z']+\s+[A-Za-z']+\s+[A-Za-z']|[\u4e00-\u9fff]{3}")
    readable = 0
    for split, label, text in labelled(archive, text_column, label_column):
        side = "neg" if label.lower() in NEGATIVE else "pos" if label.lower() in POSITIVE else None
        if side is None:
            raise Wrong(f"the label {label[:30]!r} is neither negative ({', '.join(NEGATIVE[:4])} …) "
                        f"nor positive ({', '.join(POSITIVE[:4])} …). For other classes use own_news.")
        documents.add(split, side, text)
        readable += bool(words.search(text))
    if documents.count and readable < documents.count / 2:
        raise Wrong(f"only {readable:,} of {documents.count:,} texts have three English words or three Chinese signs "
                    "in a row: the chapters on reviews read these two.")
    return documents.finish()


def newsgroups20(archive: Path, folder: Path, **_) -> str:
    """20news-bydate-{train,test}/GROUP/NUMBER, in Latin 1."""
    documents = Documents(folder)
    for name, stream in members(archive):
        split = next((part.rpartition("-")[2] for part in name.parts if part.startswith("20news-bydate-")), None)
        if split in ("train", "test") and len(name.parts) > 2:
            documents.add(split, name.parts[-2], tidy(stream.read().decode("latin-1")))
    if len(documents.classes) != 20:
        raise Wrong(f"it holds {len(documents.classes)} groups, 20 are expected "
                    "in 20news-bydate-train and 20news-bydate-test.")
    return documents.finish()


def thucnews_titles(archive: Path, folder: Path, **_) -> str:
    """{train, dev, test}.txt with `title ⇥ number of the class`, and class.txt with their names."""
    wanted = {"train.txt": "train", "dev.txt": "validation", "test.txt": "test"}
    classes = next((whole_text(stream, name).split() for name, stream in members(archive)
                    if name.name == "class.txt"), None)
    if classes is None:
        raise Wrong(f"class.txt is missing. Wanted are {', '.join(wanted)} and class.txt.")
    documents, seen = Documents(folder, classes), set()
    for name, stream in members(archive):
        if name.name not in wanted:
            continue
        seen.add(name.name)
        for number, line in enumerate(text_lines(stream, name), start=1):
            title, _, label = line.rstrip("\r\n").rpartition("\t")
            if not line.strip():
                continue
            if not label.strip().isdecimal() or int(label) >= len(classes):
                raise Wrong(f"{name.name}, line {number}, is not `title, tab, number of the class`.")
            documents.add(wanted[name.name], classes[int(label)], tidy(title))
    if missing := sorted(wanted.keys() - seen):
        raise Wrong(f"{missing[0]} is missing. Wanted are {', '.join(wanted)} and class.txt.")
    return documents.finish()


def sentences(stream: BinaryIO, name: PurePosixPath) -> Iterator[list[list[str]]]:
    """The rows of each sentence of a file.

    A line is a token, its columns between blanks or tabs; a blank line ends a sentence.
    """
    rows = []
    for number, line in enumerate(text_lines(stream, name), start=1):
        row = line.split()
        if row and len(row) < 2:
            raise Wrong(f"{name}, line {number}, has one column. "
                        "A token and its tag are wanted, and a blank line between sentences.")
        if row:
            rows.append(row)
        elif rows:
            yield rows
            rows = []
    if rows:
        yield rows


def conll2003_english(archive: Path, folder: Path, **_) -> str:
    """eng.train, eng.testa and eng.testb: four columns, tags in IOB1."""
    wanted = {"eng.train": "train", "eng.testa": "validation", "eng.testb": "test"}
    writer, seen = Sentences(folder), set()
    for name, stream in members(archive):
        if name.name not in wanted:
            continue
        seen.add(name.name)
        for rows in sentences(stream, name):
            if rows[0][0] == "-DOCSTART-":
                continue
            if any(len(row) != 4 for row in rows):
                raise Wrong(f"a line of {name.name} does not have four columns.")
            writer.add(wanted[name.name], [row[0] for row in rows], [row[3] for row in rows])
    if missing := [file for file in wanted if file not in seen]:
        raise Wrong(f"{missing[0]} is missing. Wanted are {', '.join(wanted)}.")
    return writer.finish()


def own_entities(archive: Path, folder: Path, **_) -> str:
    """Files with a token and its tag a line, BIO, IOB or BIOES, the token in the first column, the tag in the last."""
    writer = Sentences(folder)
    for name, stream in members(archive):
        if name.suffix.lower() in (".txt", ".tsv", ".conll", ".bio", ".train", ".test", ".dev", ""):
            for rows in sentences(stream, name):
                if rows[0][0] != "-DOCSTART-":
                    writer.add(part_of(name), [row[0] for row in rows], [row[-1] for row in rows])
    return writer.finish()


def keras_imdb(archive: Path, folder: Path, **_) -> str:
    """imdb.npz and imdb_word_index.json, as `keras.datasets.imdb` keeps them."""
    folder.mkdir()
    for name, stream in members(archive):
        if name.name in ("imdb.npz", "imdb_word_index.json"):
            with (folder / name.name).open("wb") as file:
                shutil.copyfileobj(stream, file)
    for name in "imdb.npz", "imdb_word_index.json":
        if not (folder / name).exists():
            raise Wrong(f"{name} is missing.")
    arrays = zipfile.ZipFile(folder / "imdb.npz").namelist()               # not unpickled here: that could run anything
    if not {"x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"} <= set(arrays):
        raise Wrong("imdb.npz does not hold x_train, y_train, x_test and y_test.")
    try:
        words = len(json.loads((folder / "imdb_word_index.json").read_text("utf-8")))
    except ValueError:
        raise Wrong("imdb_word_index.json is not JSON.") from None
    return f"arrays: {len(arrays)}, words: {words:,}"


def glove(archive: Path, folder: Path, **_) -> str:
    """A text file with a word and its 50 numbers a line; of several sizes in one archive the one with 50."""
    for name, stream in members(archive):
        if name.suffix == ".txt" and ("50d" in name.name or "d." not in name.name):
            folder.mkdir()
            count = 0
            with gzip.open(folder / "vectors.txt.gz", "wb", compresslevel=1) as file:
                for line in stream:
                    count += 1
                    if line.count(b" ") != 50:
                        raise Wrong(f"{name}, line {count}, does not hold a word and 50 numbers.")
                    file.write(line)
            return f"words: {count:,}"
    raise Wrong("no text file with vectors of 50 numbers (glove.6B.50d.txt) is in it.")
