"""`fetch` of data sets one has already: good ones open like the bundled ones; bad ones get one line and leave nothing."""

import gzip
import io
import json
import tarfile
import zipfile

import pytest
import tensorflow_datasets as tfds

from course_utils import bring, datasets
from course_utils.files import DataError

CONLL = "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nPeter NNP I-NP I-PER\nBlackburn NNP I-NP I-PER\nBonn NNP B-NP B-PER\n. . O O\n"


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def nothing_left(cache):
    return not [path for path in cache.rglob("*") if path.is_file()]


def titles(folder, train="股市大涨\t1\n球队　夺冠\t0\n"):
    folder.mkdir()
    (folder / "class.txt").write_text("sports\nfinance\n", encoding="utf-8")
    for name, text in ("train", train), ("dev", "大盘\t1\n"), ("test", "决赛\t0\n"):
        (folder / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_titles_open_like_the_bundled_news(tmp_path, monkeypatch, capsys):
    bring.bring("thucnews_titles", titles(tmp_path / "given"))
    assert "train: 2, validation: 1, test: 1" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_NEWS", "thucnews_titles")
    texts, labels, topics = datasets.read_news("train")
    assert sorted(zip(texts, labels.tolist(), strict=True)) == [("球队 夺冠", 0), ("股市大涨", 1)] and topics is None
    assert datasets.news_classes() == ["sports", "finance"]
    first = next(iter(tfds.load(datasets.news(), split="validation", as_supervised=True)))
    assert first[0].numpy().decode() == "大盘" and first[1] == 1


ARTICLES = {name: [f"{name}的第{number}篇。\n　　还有一句。" for number in range(10)] for name in ("财经", "体育")}


def folders(tmp_path, encoding="utf-8"):
    for name, texts in ARTICLES.items():
        (tmp_path / "given" / name).mkdir(parents=True)
        for number, text in enumerate(texts):
            (tmp_path / "given" / name / f"{number}.txt").write_bytes(text.encode(encoding))
    return tmp_path / "given"


def packed(tmp_path, how):
    given = folders(tmp_path)
    target = tmp_path / f"given.{how}"
    if how == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for path in sorted(given.rglob("*.txt")):
                archive.write(path, path.relative_to(tmp_path))
    elif how == "tar.gz":
        with tarfile.open(target, "w:gz") as archive:
            archive.add(given, "given")
    else:
        lines = [json.dumps({"class": name, "text": text}, ensure_ascii=False) for name, texts in ARTICLES.items() for text in texts]
        target.write_bytes(gzip.compress("\n".join(lines).encode()))
    return target


@pytest.mark.parametrize("given", [folders, lambda path: folders(path, "gb18030"), lambda path: packed(path, "zip"),
                                   lambda path: packed(path, "tar.gz"), lambda path: packed(path, "jsonl.gz")],
                         ids=["folders", "GB18030", "zip", "tar", "JSON lines"])
def test_articles_in_every_form_become_the_same(tmp_path, monkeypatch, given):
    bring.bring("news_articles", given(tmp_path))
    monkeypatch.setenv("COURSE_NEWS", "news_articles")
    assert datasets.news_classes() == ["sports", "finance"]
    found = []
    for split, size in ("train", 16), ("test", 4):
        texts, labels, _ = datasets.read_news(split)
        assert len(texts) == size and labels.mean() == 0.5
        found += texts
    assert sorted(found) == sorted(f"{name}的第{number}篇。 还有一句。" for name in ARTICLES for number in range(10))


def test_a_class_without_an_english_name_gets_a_number_that_any_font_can_draw(tmp_path, monkeypatch):
    for name in "体育", "养生", "Wetter":
        (tmp_path / "given" / name).mkdir(parents=True)
        for number in range(5):
            (tmp_path / "given" / name / f"{number}.txt").write_text(f"{name}{number}", encoding="utf-8")
    bring.bring("news_articles", tmp_path / "given")
    monkeypatch.setenv("COURSE_NEWS", "news_articles")
    assert datasets.news_classes() == ["Wetter", "sports", "class 2"]


def test_iob_becomes_bio(tmp_path, monkeypatch):
    (tmp_path / "given").mkdir()
    for name in "train", "testa", "testb":
        (tmp_path / "given" / f"eng.{name}").write_text(CONLL, encoding="utf-8")
    bring.bring("conll2003_english", tmp_path / "given")
    monkeypatch.setenv("COURSE_ENTITIES", "conll2003_english")
    sentences, tags = datasets.read_entities("test")
    assert sentences == [["EU", "Peter", "Blackburn", "Bonn", "."]] and tags == [["B-ORG", "B-PER", "I-PER", "B-PER", "O"]]


@pytest.mark.parametrize(("name", "make", "line"), [
    ("thucnews_titles", lambda path: titles(path / "t", train="kein Tab\n"), "is not `title, tab, number of the class`"),
    ("thucnews_titles", lambda path: titles(path / "t", train="股市\t7\n"), "is not `title, tab, number of the class`"),
    ("thucnews_titles", lambda path: folders(path), "class.txt is missing"),
    ("news_articles", lambda path: titles(path / "t"), "no two folders with five text files each"),
    ("conll2003_english", lambda path: folders(path), "eng.train is missing"),
    ("news_articles", lambda path: path / "nowhere", "cannot be read"),
])
def test_what_is_something_else_gets_one_line_and_leaves_nothing(tmp_path, cache, name, make, line):
    with pytest.raises(DataError, match=line) as caught:
        bring.bring(name, make(tmp_path))
    assert "\n" not in str(caught.value) and nothing_left(cache)


def test_a_damaged_archive_and_damaged_json(tmp_path, cache):
    whole = packed(tmp_path, "tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[:len(whole) // 2])
    (tmp_path / "bad.jsonl").write_text('{"class": "财经", "text": "一"}\n{"class": 3}\n', encoding="utf-8")
    for file, line in ("cut.tar.gz", "cannot be read"), ("bad.jsonl", "bad.jsonl, line 2, is not JSON"):
        with pytest.raises(DataError, match=line):
            bring.bring("news_articles", tmp_path / file)
    assert nothing_left(cache)


def test_an_archive_with_hostile_names_writes_nowhere_else(tmp_path, cache):
    content = b"\xe4\xb8\x80"
    with tarfile.open(tmp_path / "hostile.tar", "w") as archive:
        for name in ("../../evil.txt", "/tmp/course_evil.txt", "a/../../evil/x.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("a/passwd.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="no two folders"):
        bring.bring("news_articles", tmp_path / "hostile.tar")
    assert set(tmp_path.rglob("*")) - before <= {cache} and nothing_left(cache)


def test_a_bomb_is_stopped_at_the_limit(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(bring, "MOST_BYTES", 10**6)
    (tmp_path / "bomb.jsonl.gz").write_bytes(gzip.compress(b"0" * 10**8))
    with pytest.raises(DataError, match="unpacks to more than"):
        bring.bring("news_articles", tmp_path / "bomb.jsonl.gz")
    assert nothing_left(cache)


def test_a_second_time_nothing_is_done(tmp_path, capsys):
    target = bring.bring("thucnews_titles", titles(tmp_path / "given"))
    stamp = (target / "train.tsv").stat().st_mtime_ns
    bring.bring("thucnews_titles", tmp_path / "given")
    assert "Already prepared" in capsys.readouterr().out and (target / "train.tsv").stat().st_mtime_ns == stamp


def test_without_an_archive_the_command_says_that_the_owners_have_it(run):
    done = run("-m", "course_utils", "fetch", "conll2003_english")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "give its path after --archive" in done.stderr


@pytest.mark.parametrize(("variable", "name", "call"), [("COURSE_NEWS", "news_articles", datasets.news),
                                                        ("COURSE_ENTITIES", "conll2003_english", datasets.entities)])
def test_real_data_that_were_not_fetched_name_the_command(monkeypatch, variable, name, call):
    monkeypatch.setenv(variable, name)
    with pytest.raises(DataError, match=f"-m course_utils fetch {name} --archive FILE") as caught:
        call()
    assert f"unset {variable}" in str(caught.value)
    monkeypatch.setenv(variable, "reuters")
    with pytest.raises(DataError, match=f"{variable}=reuters is unknown"):
        call()


def test_a_fetched_file_that_was_damaged_later_names_the_remedy(tmp_path, monkeypatch):
    target = bring.bring("thucnews_titles", titles(tmp_path / "given"))
    (target / "train.tsv").write_text("finance\tanother\n", encoding="utf-8")
    monkeypatch.setenv("COURSE_NEWS", "thucnews_titles")
    with pytest.raises(DataError, match=r"train\.tsv is damaged.*Delete that folder and run"):
        datasets.read_news("train")
