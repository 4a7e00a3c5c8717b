"""`fetch imdb`: archives good and hostile, downloads whole and interrupted; one line each, nothing half-made."""

import hashlib
import http.server
import io
import re
import socket
import tarfile
import threading
from typing import ClassVar

import pytest
import tensorflow_datasets as tfds
from test_datasets import full_disk  # noqa: F401  (a fixture)

from course_utils.datasets.fetch import fetch as fetch_any
from course_utils.datasets.fetch import imdb
from course_utils.files import DataError

SMALL = 3                      # reviews in each folder of the small archives


def fetch(archive=None, url=None):
    return fetch_any("imdb_reviews", archive, url)


def archive_bytes(extra=(), per_folder=SMALL, folders=(*imdb.FOLDERS, "aclImdb/train/unsup")):
    """A small archive of the right structure; `extra` are members to add."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for folder in folders:
            for number in range(per_folder):
                content = f"Review {number} of {folder}, a <br /> fine one. ".encode() * 20
                member = tarfile.TarInfo(f"{folder}/{number}_7.txt")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return out.getvalue()


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    monkeypatch.setattr(imdb, "PER_FOLDER", SMALL)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def given(tmp_path):
    """Writes bytes as an archive and returns its path."""
    def write(content):
        path = tmp_path / "given.tar.gz"
        path.write_bytes(content)
        return path
    return write


def left(tmp_path):
    """What lies in the cache."""
    return sorted(path.name for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock")


def test_a_good_archive_opens_with_tfds(given, tmp_path):
    folder = fetch(given(archive_bytes()))
    assert left(tmp_path) == ["imdb_reviews"] and folder == tmp_path / "cache" / "imdb_reviews"
    reviews = tfds.load("imdb_reviews", data_dir=folder, download=False)
    assert {split: len(reviews[split]) for split in reviews} == {"train": 6, "test": 6, "unsupervised": 3}
    assert sorted(review["label"].numpy() for review in reviews["test"]) == [0, 0, 0, 1, 1, 1]
    assert next(iter(reviews["unsupervised"]))["label"].numpy() == -1


def test_a_second_time_does_nothing(given, capsys):
    archive = given(archive_bytes())
    fetch(archive)
    fetch(archive.with_name("not there"))
    assert "Already prepared" in capsys.readouterr().out


def member(name, **attributes):
    one = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(one, key, value)
    return one


@pytest.mark.parametrize(("content", "line"), [
    (archive_bytes()[:-400], "damaged or incomplete"),
    (b"", "damaged or incomplete"),
    (b"no archive at all" * 99, "damaged or incomplete"),
    (archive_bytes([member("aclImdb/../../evil.txt")]), "outside its folder"),
    (archive_bytes([member("/etc/evil")]), "outside its folder"),
    (archive_bytes([member("aclImdb\\..\\..\\evil")]), "outside its folder"),
    (archive_bytes([member("C:\\evil")]), "outside its folder"),
    (archive_bytes([member("aclImdb/link", type=tarfile.SYMTYPE, linkname="/etc/passwd")]), "outside its folder"),
    (archive_bytes([member("aclImdb/hard", type=tarfile.LNKTYPE, linkname="../../x")]), "outside its folder"),
    (archive_bytes(per_folder=2), "aclImdb/train/pos holds 2 files, 3 expected"),
    (archive_bytes(folders=imdb.FOLDERS), "train/unsup is missing"),
], ids=["cut off", "empty", "no archive", "parent folder", "absolute", "backslashes", "drive", "symbolic link",
        "hard link", "too few", "no unlabelled"])
def test_a_bad_archive_gets_one_line_and_leaves_nothing(given, tmp_path, content, line):
    with pytest.raises(DataError) as caught:
        fetch(given(content))
    assert line in str(caught.value) and "\n" not in str(caught.value)
    assert left(tmp_path) == []
    assert not list(tmp_path.rglob("*evil*"))


def test_a_bomb_is_refused(given, monkeypatch):
    monkeypatch.setattr(imdb, "MOST_BYTES", 10_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        fetch(given(archive_bytes()))


def test_an_interrupted_preparation_leaves_nothing(given, tmp_path, monkeypatch):
    calls = iter(range(5))

    def interrupted(iterable, **_):
        for one in iterable:
            if next(calls, None) is None:
                raise KeyboardInterrupt
            yield one

    archive = given(archive_bytes())
    monkeypatch.setattr(imdb, "check", lambda archive: None)
    monkeypatch.setattr(imdb, "tqdm", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(archive)
    assert left(tmp_path) == []


class Host(http.server.BaseHTTPRequestHandler):
    """Serves `content`; breaks off after `patience` bytes of each answer; understands ranges if `ranges`."""

    content, patience, ranges, status = b"", 10**9, True, 200
    asked: ClassVar[list] = []

    def do_GET(self):
        wanted = self.headers.get("Range")
        Host.asked.append(wanted)
        start = int(wanted[6:-1]) if wanted and Host.ranges else 0
        if Host.status != 200 or start >= len(Host.content):
            self.send_error(Host.status if Host.status != 200 else 416)
            return
        self.send_response(206 if wanted and Host.ranges else 200)
        self.send_header("Content-Length", str(len(Host.content) - start))
        self.end_headers()
        self.wfile.write(Host.content[start:start + Host.patience])

    def log_message(self, *_):
        pass


@pytest.fixture
def host():
    Host.content, Host.patience, Host.ranges, Host.status, Host.asked = archive_bytes(), 10**9, True, 200, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/aclImdb.tar.gz"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("ranges", [True, False], ids=["resumed", "begun anew"])
def test_an_interrupted_download_goes_on(host, tmp_path, ranges):
    Host.patience, Host.ranges = 300, ranges
    with pytest.raises(DataError, match=r"stopped at 300 of [\d,]+ bytes.*Run the same command again"):
        fetch(url=host)
    assert [re.sub(r"\.[0-9a-f]{8}\.", ".", name) for name in left(tmp_path)] == ["aclImdb_v1.tar.gz.part"]
    Host.patience = 10**9
    fetch(url=host)
    assert Host.asked == [None, "bytes=300-"] and left(tmp_path) == ["imdb_reviews"]


def test_a_complete_part_is_not_fetched_again(host, tmp_path):
    (tmp_path / "cache").mkdir()
    name = f"aclImdb_v1.tar.gz.{hashlib.sha256(host.encode()).hexdigest()[:8]}.part"
    (tmp_path / "cache" / name).write_bytes(Host.content)
    fetch(url=host)
    assert left(tmp_path) == ["imdb_reviews"]


def test_another_mirror_does_not_go_on_where_the_first_one_stopped(host, tmp_path):
    Host.patience = 300
    with pytest.raises(DataError, match="stopped at 300"):
        fetch(url=host)
    Host.patience = 10**9
    fetch(url=host.replace("aclImdb", "mirror/aclImdb"))
    assert Host.asked == [None, None] and "imdb_reviews" in left(tmp_path)


def test_after_an_interrupted_preparation_nothing_is_downloaded_again(host, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt
    with monkeypatch.context() as patched:
        patched.setattr(imdb, "prepare", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch(url=host)
    assert left(tmp_path) == ["aclImdb_v1.tar.gz"]
    fetch(url=host)
    assert Host.asked == [None] and left(tmp_path) == ["imdb_reviews"]


def test_two_at_once_download_once(host, tmp_path):
    results = []
    threads = [threading.Thread(target=lambda: results.append(fetch(url=host))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [tmp_path / "cache" / "imdb_reviews"] * 2 and Host.asked == [None]
    assert left(tmp_path) == ["imdb_reviews"]


def test_an_answer_that_is_no_http_gets_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        def answer():
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"220 this is no web server\r\n")
            connection.close()
        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(DataError, match="cannot be fetched") as caught:
            fetch(url=f"http://127.0.0.1:{server.getsockname()[1]}/x")
    assert "\n" not in str(caught.value) and left(tmp_path) == []


def test_a_host_that_is_silent_gets_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(imdb, "SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server, \
            pytest.raises(DataError, match=r"timed out.*Run the same command again"):
        fetch(url=f"http://127.0.0.1:{server.getsockname()[1]}/x")
    assert left(tmp_path) == []


def test_a_wrong_download_is_thrown_away(host, tmp_path):
    Host.content = b"<html>Please log in</html>" * 50
    with pytest.raises(DataError, match="damaged or incomplete"):
        fetch(url=host)
    assert left(tmp_path) == []


@pytest.mark.parametrize(("url", "line"), [
    ("http://127.0.0.1:9/x", "Run the same command again"), ("nonsense", "Check the address"),
    ("http://[x", "Check the address"), ("gopher://x", "Check the address")])
def test_a_host_that_does_not_answer(url, line, tmp_path):
    with pytest.raises(DataError, match=f"cannot be fetched .*{line}") as caught:
        fetch(url=url)
    assert "--archive" in str(caught.value) and left(tmp_path) == []


def test_a_host_that_refuses(host, tmp_path):
    Host.status = 403
    with pytest.raises(DataError, match="answers 403"):
        fetch(url=host)
    assert left(tmp_path) == []


def test_a_full_disk_is_said_first(run, full_disk, given):  # noqa: F811
    done = run("-m", "course_utils", "fetch", "imdb_reviews", "--archive", given(archive_bytes()),
               env={"COURSE_CACHE": str(full_disk)})
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "500 MB are needed" in done.stderr
    assert {path.suffix for path in full_disk.iterdir()} <= {".lock"}
