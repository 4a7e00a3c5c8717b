"""`fetch` of data one has already: good ones open like the bundled ones; bad ones get one line and leave nothing."""

import contextlib
import gzip
import io
import json
import lzma
import tarfile
import threading
import time
import tracemalloc
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path, PurePosixPath

import filelock
import numpy as np
import pytest
import tensorflow_datasets as tfds

from course_utils import datasets, reviews
from course_utils.datasets.fetch import archives, fetch, readers
from course_utils.datasets.fetch.writers import Documents, Sentences, to_bio
from course_utils.files import DataError, corpus_folder

CONLL = "-DOCSTART- -X- O O\n\n" + (
    "EU NNP I-NP I-ORG\nPeter NNP I-NP I-PER\nBlackburn NNP I-NP I-PER\nBonn NNP B-NP B-PER\n. . O O\n\n" * 100)
ARTICLES = {name: [f"{name}的第{number}篇。\n　　还有\u2028一句。" for number in range(60)]
            for name in ("财经", "体育")}
ROWS = [(name, text) for name, texts in ARTICLES.items() for text in texts]


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def nothing_left(cache):
    return not [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]


def titles(folder, train="股市大涨\t1\n\n球队　夺冠\t0\n" * 60):
    folder.mkdir()
    (folder / "class.txt").write_text("sports\nfinance\n", encoding="utf-8")
    for name, text in ("train", train), ("dev", "大盘\t1\n决赛\t0\n"), ("test", "决赛\t0\n大盘\t1\n"):
        (folder / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_titles_open_like_the_bundled_news(tmp_path, monkeypatch, capsys):
    fetch("thucnews_titles", titles(tmp_path / "given"))
    assert "train: 120, validation: 2, test: 2" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_NEWS", "thucnews_titles")
    texts, labels, topics = datasets.load_news("train")
    assert set(zip(texts, labels.tolist(), strict=True)) == {("球队 夺冠", 0), ("股市大涨", 1)} and topics is None
    assert datasets.class_names("news") == ["sports", "finance"]
    data = tfds.load(datasets.corpus_name("news"), split="validation", as_supervised=True)
    assert {(text.numpy().decode(), int(label)) for text, label in data} == {("大盘", 1), ("决赛", 0)}


def folders(tmp_path, encoding="utf-8"):
    for name, texts in ARTICLES.items():
        (tmp_path / "given" / name).mkdir(parents=True)
        for number, text in enumerate(texts):
            (tmp_path / "given" / name / f"{number}.txt").write_bytes(text.encode(encoding))
    (tmp_path / "given" / name / ".DS_Store").write_bytes(b"\0")
    return tmp_path / "given"


class WindowsName(zipfile.ZipInfo):
    """A file's name in a zip as Chinese Windows writes it: in GBK, and nothing that says so."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits


def packed(tmp_path, how):
    target = tmp_path / f"given.{how}"
    if how == "zip":                           # as a Mac packs it
        with zipfile.ZipFile(target, "w") as archive:
            for number, (name, text) in enumerate(ROWS):
                archive.writestr(f"given/{name}/{number}.txt", text)
                archive.writestr(f"__MACOSX/given/{name}/._{number}.txt", b"\0\5\x16\7")
    elif how == "gbk.zip":
        with zipfile.ZipFile(target, "w") as archive:
            for number, (name, text) in enumerate(ROWS):
                archive.writestr(WindowsName(f"{name}/{number}.txt"), text.encode("gb18030"))
    elif how.startswith("tar"):
        with tarfile.open(target, f"w:{how.partition('.')[2]}") as archive:
            archive.add(folders(tmp_path), "given")
    elif how == "jsonl.xz":
        lines = [json.dumps({"class": name, "text": text}, ensure_ascii=False) + "\n\n" for name, text in ROWS]
        target.write_bytes(lzma.compress("".join(lines).encode()))
    elif how == "csv":                         # as Excel saves "CSV UTF-8"
        lines = ["标签,内容,来源", *(f'{name},"{text}",网' for name, text in ROWS)]
        target.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    elif how == "gbk.csv":                     # as Excel saves "CSV" on Chinese Windows
        target.write_bytes("\r\n".join(["文本;类别", *(f'"{text}";{name}' for name, text in ROWS)]).encode("gb18030"))
    elif how == "tsv":                         # as Excel saves "Unicode text"
        lines = ["class\ttext", *(f"{name}\t{' '.join(text.split())}" for name, text in ROWS)]
        target.write_text("\n".join(lines), encoding="utf-16")
    return target


@pytest.mark.parametrize("how", [
    "zip", "gbk.zip", "tar.gz", "tar.xz", "jsonl.xz", "csv", "gbk.csv", "tsv", "folders", "GB18030"])
def test_texts_in_every_form_become_the_same_split_in_the_same_way(tmp_path, monkeypatch, how):
    as_folders = {"folders": "utf-8", "GB18030": "gb18030"}
    given = folders(tmp_path, as_folders[how]) if how in as_folders else packed(tmp_path, how)
    monkeypatch.setenv("COURSE_NEWS", "own_news")
    target = fetch("own_news", given)
    assert datasets.class_names("news") == ["sports", "finance"]
    found, sizes = [], {}
    for split in "train", "test":
        texts, labels, _ = datasets.load_news(split)
        sizes[split], found = Counter(labels.tolist()), found + texts
    assert sizes == {"train": {0: 48, 1: 48}, "test": {0: 12, 1: 12}}
    assert sorted(found) == sorted(f"{name}的第{number}篇。 还有 一句。" for name in ARTICLES for number in range(60))
    held_out = sorted((target / "test.tsv").read_text("utf-8").split("\n"))
    assert sha256("\n".join(held_out).encode()).hexdigest()[:8] == "f9da6e1c"      # in every form the same texts


def test_news_articles_are_read_alike(tmp_path, monkeypatch):
    fetch("news_articles", folders(tmp_path))
    monkeypatch.setenv("COURSE_NEWS", "news_articles")
    assert len(datasets.load_news("test").texts) == 24


def test_parts_that_are_there_already_are_kept(tmp_path, monkeypatch):
    (tmp_path / "given").mkdir()
    for name, size in ("train", 100), ("test", 10), ("extra", 7):
        rows = [f"{'neg' if i % 2 else '好评'}\tthis is number {i} of {name}\n" for i in range(size)]
        if name == "extra":
            rows = [f"1\tpos number {i} of a few\n" for i in range(size)]
        (tmp_path / "given" / f"{name}.tsv").write_text("label\ttext\n" + "".join(rows), encoding="utf-8")
    monkeypatch.setenv("COURSE_REVIEWS", "own_reviews")
    fetch("own_reviews", tmp_path / "given")
    train, test, hidden = (datasets.load_reviews(split) for split in ("train", "test", "unsupervised"))
    assert len(train.texts) == 107 and train.labels.sum() == 57 and train.phenomena is None
    assert sorted(test.texts) == [f"this is number {i} of test" for i in range(10)] and not datasets.is_bundled()
    assert hidden.texts == train.texts and (hidden.labels == -1).all()


def test_chinese_reviews(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_REVIEWS", "own_reviews")
    rows = [f"{'房间很小' if i % 2 else '早餐丰富'} {i},{'差评' if i % 2 else '好评'}\n" for i in range(120)]
    fetch("own_reviews", written(tmp_path / "hotel.csv", "评论,标签\n" + "".join(rows)), text_column="评论",
          label_column="标签")
    vocabulary, train, valid, test = reviews.load_parts()
    assert [len(part.labels) for part in (train, valid, test)] == [80, 16, 24]
    assert set("房间很小早餐丰富") == set(vocabulary.words[1:])


def test_the_held_out_fifth_keeps_repeated_texts_together_and_rare_classes_on_both_sides(tmp_path):
    documents = Documents(tmp_path / "out")
    for i in range(950):
        documents.add(None, "common", f"text {i // 3}")        # each three times
    for i in range(50):
        documents.add(None, "rare class", f"text {i}")
    documents.finish()
    lines = {split: (tmp_path / "out" / f"{split}.tsv").read_text("utf-8").splitlines() for split in ("train", "test")}
    assert not set(lines["train"]) & set(lines["test"]) and len(lines["train"]) + len(lines["test"]) == 1000
    counts = Counter(line.partition("\t")[0] for line in lines["test"])
    assert counts["rare class"] == 10 and 185 <= counts["common"] <= 195
    assert (tmp_path / "out" / "classes.txt").read_text("utf-8") == "common\nrare class\n"


@pytest.mark.parametrize(("name", "of_one_text", "part"), [
    ("train/体育/1.txt", True, "train"), ("given/测试/体育/1.txt", True, "test"),
    ("体育/test.txt", True, None), ("train/1.txt", True, None),
    ("news_train.csv", False, "train"), ("dev.jsonl", False, "validation"),
    ("Test/a.csv", False, "test"), ("latest.csv", False, None),
])
def test_a_part_is_named_by_its_folder_or_its_table(name, of_one_text, part):
    assert readers.part_of(PurePosixPath(name), of_one_text) == part


def test_columns_may_be_told(tmp_path):
    rows = [f"{i} words are here,{'xy'[i % 2]}\n" for i in range(100)]
    (tmp_path / "x.csv").write_text("a,b\n" + "".join(rows), encoding="utf-8")
    with pytest.raises(DataError, match=r"none of its columns \(a, b\) is known.*or give --label-column"):
        fetch("own_news", tmp_path / "x.csv")
    fetch("own_news", tmp_path / "x.csv", text_column="a", label_column="b")
    assert (corpus_folder("own_news") / "classes.txt").read_text("utf-8") == "x\ny\n"


def test_lines_of_mixed_encodings_are_read_each_in_its_own(tmp_path):
    rows = [f"{name}\t第{i}行 联通\n".encode("gb18030" if i > 5000 and i % 2 else "utf-8")
            for i in range(20_000) for name in ("财经", "体育")]
    (tmp_path / "x.tsv").write_bytes("类别\t文本\n".encode() + b"".join(rows))
    fetch("own_news", tmp_path / "x.tsv")
    train = (corpus_folder("own_news") / "train.tsv").read_text("utf-8")
    assert train.count(" 联通\n") == 32_000 and "�" not in train


def test_a_class_without_an_english_name_gets_a_number_that_any_font_can_draw(tmp_path, monkeypatch):
    rows = "".join(json.dumps({"label": name, "content": f"{name}{i}"}) + "\n"
                   for name in ("体育", "养生", "Wetter am Abend") for i in range(40))
    (tmp_path / "x.jsonl").write_text(rows, encoding="utf-8")
    fetch("own_news", tmp_path / "x.jsonl")
    monkeypatch.setenv("COURSE_NEWS", "own_news")
    assert datasets.class_names("news") == ["Wetter am Abend", "sports", "class 2"]


def test_iob_becomes_bio(tmp_path, monkeypatch):
    (tmp_path / "given").mkdir()
    for name in "train", "testa", "testb":
        (tmp_path / "given" / f"eng.{name}").write_text(CONLL, encoding="utf-8")
    fetch("conll2003_english", tmp_path / "given")
    monkeypatch.setenv("COURSE_ENTITIES", "conll2003_english")
    sentences, tags = datasets.load_entities("test")
    assert len(sentences) == 100
    assert sentences[0] == ["EU", "Peter", "Blackburn", "Bonn", "."]
    assert tags[0] == ["B-ORG", "B-PER", "I-PER", "B-PER", "O"]


@pytest.mark.parametrize(("tags", "wanted"), [
    ("O I-X I-X B-X I-Y", "O B-X I-X B-X B-Y"), ("B-X I-X O", "B-X I-X O"),
    ("S-X B-X I-X E-X I-X", "B-X B-X I-X I-X B-X"),
    ("B-X M-X E-X S-Y", "B-X I-X I-X B-Y"), ("B_X I_X _ 0", "B-X I-X O O"),
])
def test_every_scheme_of_tags_becomes_bio(tags, wanted):
    assert to_bio(tags.split()) == wanted.split()


def test_own_tagged_sentences(tmp_path, monkeypatch):
    lines = "".join(f"小\tB-人名\n明{i}\tI-人名\n去\tO\n北京\tB-地名\n\n" for i in range(150))
    (tmp_path / "all.txt").write_bytes(lines.encode("gb18030"))
    fetch("own_entities", tmp_path / "all.txt")
    monkeypatch.setenv("COURSE_ENTITIES", "own_entities")
    train, valid, test = (datasets.load_entities(part) for part in ("train", "validation", "test"))
    assert (len(train.tags), len(valid.tags), len(test.tags)) == (106, 14, 30)
    assert set(map(tuple, train.tags)) == {("B-人名", "I-人名", "O", "B-地名")}


def test_twenty_newsgroups(tmp_path):
    with tarfile.open(tmp_path / "20news-bydate.tar.gz", "w:gz") as archive:
        for split in "train", "test":
            for group in range(20):
                for number in range(6):
                    member = tarfile.TarInfo(f"20news-bydate/20news-bydate-{split}/group.{group}/{number}")
                    content = f"Caf\xe9 {split} {group} {number}".encode("latin-1")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
    with pytest.raises(DataError, match="not on this machine yet"):
        datasets.load_newsgroups("train")
    fetch("newsgroups20", tmp_path / "20news-bydate.tar.gz")
    posts = datasets.load_newsgroups("test")
    assert len(posts.texts) == 120 and len(posts.classes) == 20 and posts.texts[0].startswith("Café test ")
    assert all(f" {posts.classes[label].rpartition('.')[2]} " in text
               for text, label in zip(posts.texts, posts.labels, strict=True))


def test_glove_and_the_arrays_of_keras(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    with zipfile.ZipFile(tmp_path / "glove.zip", "w") as archive:
        for size in 100, 50:
            lines = [f"{word} {' '.join(['0.5'] * size)}\n" for word in ("the", "film")]
            archive.writestr(f"glove.6B.{size}d.txt", "".join(lines))
    fetch("glove", tmp_path / "glove.zip")
    assert gzip.decompress(datasets.vectors_file().read_bytes()).split()[:2] == [b"the", b"0.5"]
    (tmp_path / "imdb").mkdir()
    texts = np.array([[5], [6, 7], [8]], object)
    np.savez(tmp_path / "imdb" / "imdb.npz", x_train=texts, y_train=[0, 1, 0], x_test=texts[:2], y_test=[1, 0])
    (tmp_path / "imdb" / "imdb_word_index.json").write_text('{"the": 1}')
    assert not datasets.fetched("keras_imdb")
    fetch("keras_imdb", tmp_path / "imdb")
    assert datasets.fetched("keras_imdb")
    (ids, labels), (_, test_labels) = datasets.load_keras_imdb()
    assert sorted(map(tuple, ids)) == [(1, 8), (1, 9, 10), (1, 11)]        # a 1 in front, ranks + 3
    assert all(label == (len(review) == 3) for review, label in zip(ids, labels, strict=True))
    assert sorted(test_labels) == [0, 1]
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "other"))              # Keras would go and download
    assert not datasets.fetched("keras_imdb")
    monkeypatch.delenv("KERAS_HOME")
    assert datasets.keras_folder() == Path.home() / ".keras" / "datasets"


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def encrypted(path):
    """A zip with a password: as `zipfile` writes it, then marked as encrypted."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/1.txt", "text")
    content = bytearray(path.read_bytes())
    for signature, place in (b"PK\3\4", 6), (b"PK\1\2", 8):
        content[content.index(signature) + place] |= 1
    return written(path, bytes(content))


TABLE = "text,label\n" + "".join(f"some words here {i},a\nother words here {i},b\n" for i in range(60))
GREEK_REVIEWS = TABLE.replace(",a", ",neg").replace(",b", ",pos").replace("words", "λέξεις")


@pytest.mark.parametrize(("name", "make", "line"), [
    ("thucnews_titles", lambda path: titles(path / "t", train="kein Tab\n"),
     "line 1, is not `title, tab, number of the class`"),
    ("thucnews_titles", lambda path: titles(path / "t", train="股市\t7\n"), "is not `title, tab, number of the class`"),
    ("thucnews_titles", lambda path: titles(path / "t", train="股市\t3\n"), "is not `title, tab, number of the class`"),
    ("thucnews_titles", lambda path: folders(path), "class.txt is missing"),
    ("thucnews_titles", lambda path: written(path / "class.txt", "sports\nfinance\n").parent, "dev.txt is missing"),
    ("own_news", lambda path: titles(path / "t"), "no texts with a class"),
    ("conll2003_english", lambda path: folders(path), "eng.train is missing"),
    ("own_news", lambda path: path / "nowhere", "cannot be read"),
    ("own_news", lambda path: written(path / "x.csv", ""), "none of its columns"),
    ("own_news", lambda path: written(path / "x.csv", TABLE.replace(",b", ",a")), "one class only, a"),
    ("own_news", lambda path: written(path / "x.csv", TABLE[:400].rpartition("\n")[0]), "texts; 100 are the least"),
    ("own_news", lambda path: written(path / "x.csv", TABLE + "a rare one,c\n"),
     "the class c has 1 texts; 5 are the least"),
    ("own_news", lambda path: written(path / "x.csv", "text,label\n" + " ,a\n,b\n" * 99), "no texts with a class"),
    ("own_news", lambda path: written(path / "x.csv", TABLE + "no label\n"), "line 122, has 1 columns, 2 are named"),
    ("own_news", lambda path: written(path / "x.jsonl", '{"class": "财经", "text": "一"}\n{"class": 3}\n'),
     "x.jsonl, line 2, is not an object"),
    ("own_news", lambda path: written(path / "x.jsonl", '["class", "text"]\n'), "x.jsonl, line 1, is not an object"),
    ("own_news", lambda path: written(path / "x.jsonl", "[" * 100_000), "x.jsonl, line 1, is not an object"),
    ("own_news", lambda path: written(path / "x.xlsx", b"PK"), "Save the sheet as CSV"),
    ("own_news", lambda path: encrypted(path / "x.zip"), "cannot be read .*password"),
    ("own_news", lambda path: written(path / "x.csv.gz", gzip.compress(TABLE.encode())[:-20]), "cannot be read"),
    ("own_news", lambda path: written(path / "x.csv.xz", lzma.compress(TABLE.encode())[:60] + b"x" * 40),
     "cannot be read"),
    ("own_news", lambda path: written(path / "x.csv.gz", b"no gzip at all"), "cannot be read"),
    ("own_reviews", lambda path: written(path / "x.csv", TABLE), "the label 'a' is neither negative"),
    ("own_reviews", lambda path: written(path / "x.csv", GREEK_REVIEWS),
     "only 0 of 120 texts .*three Chinese signs in a row"),
    ("own_entities", lambda path: written(path / "x.txt", "Bonn\n"), "line 1, has one column"),
    ("own_entities", lambda path: written(path / "x.txt", "Bonn PLACE\n"), "'PLACE' is no tag"),
    ("own_entities", lambda path: written(path / "x.txt", "Bonn O\n\n" * 200), "no tagged names"),
    ("own_entities", lambda path: written(path / "x.txt", "Bonn B-PLACE\n\n" * 20), "20 sentences; 100 are the least"),
    ("newsgroups20", lambda path: folders(path), "0 groups, 20 are expected"),
    ("keras_imdb", lambda path: folders(path), "imdb.npz is missing"),
    ("glove", lambda path: written(path / "glove.txt", "the 0.1 0.2\n"), "line 1, does not hold a word and 50 numbers"),
])
def test_what_is_something_else_gets_one_line_and_leaves_nothing(tmp_path, cache, name, make, line):
    with pytest.raises(DataError, match=line) as caught:
        fetch(name, make(tmp_path))
    assert "\n" not in str(caught.value) and nothing_left(cache)


def test_empty_texts_are_left_out_and_counted(tmp_path, capsys):
    fetch("own_news", written(tmp_path / "x.csv", TABLE + " ,a\n" * 7))
    assert "train: 96, test: 24, classes: 2 (7 empty ones were left out)" in capsys.readouterr().out


def test_an_archive_with_hostile_names_writes_nowhere_else(tmp_path, cache):
    content = "一".encode()
    with tarfile.open(tmp_path / "hostile.tar", "w") as archive:
        for name in ("../../evil.txt", "/tmp/course_evil.txt", "a/../../evil/x.txt"):
            for number in range(60):
                member = tarfile.TarInfo(name.replace(".txt", f"{number}.txt"))
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("a/passwd.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    before = {path for folder in (tmp_path, tmp_path.parent) for path in folder.iterdir()}
    with pytest.raises(DataError):
        fetch("own_news", tmp_path / "hostile.tar")
    after = {path for folder in (tmp_path, tmp_path.parent) for path in folder.iterdir()}
    assert after - before <= {cache} and nothing_left(cache) and not list(tmp_path.parent.rglob("*evil*"))


def test_a_bomb_is_stopped_at_the_limit(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 10**6)
    written(tmp_path / "bomb.jsonl.gz", gzip.compress(b"0\n" * 10**7))
    with pytest.raises(DataError, match=r"unpacks to more than 0\.001 GB|is not an object"):
        fetch("own_news", tmp_path / "bomb.jsonl.gz")
    monkeypatch.setattr(archives, "MOST_OF_ONE", 10**5)
    for name in "line.csv.gz", "line.jsonl.gz":
        written(tmp_path / name, gzip.compress(b"text,label\n" * (name == "line.csv.gz") + b"0" * 900_000))
        with pytest.raises(DataError, match=r"a line of more than 0 MB"):
            fetch("own_news", tmp_path / name)
    assert nothing_left(cache)


def test_reading_takes_the_same_memory_for_any_number_of_texts(tmp_path):
    peaks = []
    for count in 2_000, 8_000:
        line = lambda i: json.dumps({"class": str(i % 3), "text": f"{i} " * 500}) + "\n"
        written(tmp_path / "x.jsonl", "".join(map(line, range(count))))
        tracemalloc.start()
        readers.own_news(tmp_path / "x.jsonl", tmp_path / f"out{count}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 10**6 < 10**7


def test_a_second_time_does_nothing(tmp_path, capsys):
    fetch("thucnews_titles", titles(tmp_path / "given"))
    stamp = (corpus_folder("thucnews_titles") / "train.tsv").stat().st_mtime_ns
    fetch("thucnews_titles", tmp_path / "not there")
    assert "Already prepared" in capsys.readouterr().out
    assert (corpus_folder("thucnews_titles") / "train.tsv").stat().st_mtime_ns == stamp


def test_of_two_at_once_the_second_waits_and_says_so(tmp_path, cache):
    given, deadline = titles(tmp_path / "given"), time.monotonic() + 60
    corpus_folder("thucnews_titles")                       # makes the cache
    with contextlib.redirect_stdout(io.StringIO()) as printed:             # capsys loses what a thread prints meanwhile
        with filelock.FileLock(cache / ".thucnews_titles.lock"):
            second = threading.Thread(target=fetch, args=("thucnews_titles", given))
            second.start()
            while "waiting for it" not in printed.getvalue() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert "waiting for it" in printed.getvalue() and nothing_left(cache)
        second.join(60)
    assert "train: 120" in printed.getvalue() and not nothing_left(cache)


def test_without_an_archive_the_command_says_that_the_owners_have_it(run):
    done = run("-m", "course_utils", "fetch", "conll2003_english")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "give its path after --archive" in done.stderr


@pytest.mark.parametrize(("kind", "name"), [
    ("news", "news_articles"), ("entities", "conll2003_english"), ("reviews", "own_reviews")])
def test_real_data_that_were_not_fetched_name_the_command(monkeypatch, kind, name):
    variable = f"COURSE_{kind.upper()}"
    monkeypatch.setenv(variable, name)
    with pytest.raises(DataError, match=f"-m course_utils fetch {name} --archive PATH") as caught:
        datasets.corpus_name(kind)
    assert f"unset {variable}" in str(caught.value)
    monkeypatch.setenv(variable, "reuters")
    with pytest.raises(DataError, match=f"{variable}=reuters is unknown"):
        datasets.corpus_name(kind)


def test_a_fetched_file_that_was_damaged_later_names_the_remedy(tmp_path, monkeypatch):
    target = fetch("thucnews_titles", titles(tmp_path / "given"))
    for prepared in target.parent.glob("tfds-*/thucnews_titles"):
        prepared.rename(tmp_path / "aside")
    (target / "train.tsv").write_text("finance\tanother\n", encoding="utf-8")
    monkeypatch.setenv("COURSE_NEWS", "thucnews_titles")
    with pytest.raises(DataError, match=r"train\.tsv is damaged.*Delete that folder and run"):
        datasets.load_news("train")


def test_sentences_need_a_least_number(tmp_path):
    writer = Sentences(tmp_path / "out")
    for i in range(99):
        writer.add("train", [f"w{i}"], ["B-X"])
    with pytest.raises(archives.Wrong, match="99 sentences; 100 are the least"):
        writer.finish()


def test_a_single_text_that_is_too_large_is_named_with_the_limit(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(archives, "MOST_OF_ONE", 2 * 10**6)
    given = folders(tmp_path / "given")
    next(given.rglob("*.txt")).write_bytes(b"x" * (2 * 10**6 + 1))
    with pytest.raises(DataError, match=r"is a text of more than 2 MB"):
        fetch("own_news", given)
    assert nothing_left(cache)
