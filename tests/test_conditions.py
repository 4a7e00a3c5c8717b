"""The course where machines are unlike the author's, and where it is interrupted. All conditions: tests/README.md."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import NOTEBOOKS, PROJECT, book_of, code_cells, posix, users_environment

from course_utils import datasets

THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


# whole chapters: arithmetic, reviews, sentences, Chinese, documents
WHOLE = ["01", "06", "14", "15", "17"]


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.slow) for name in ("probe", "chapters")])
def course(request, copied_project, probe):
    """The project in a folder of its own, with the probe or whole chapters; slow, since each condition comes alone."""
    for path in [probe] if request.param == "probe" else [path for path in NOTEBOOKS if path.name[:2] in WHOLE]:
        shutil.copy(path, copied_project / "notebooks")
    return copied_project


@pytest.fixture
def small_course(copied_project, probe):
    """The project in a folder of its own, with the probe."""
    shutil.copy(probe, copied_project / "notebooks")
    return copied_project


def in_a_chinese_folder(course, encoding="utf-8"):
    """The project moved to a path with Chinese letters and a blank, written as machines with this encoding do."""
    return course.rename(os.fsdecode(os.fsencode(course.parent) + b"/" + "课程 一".encode(encoding)))


def compare(course, env, start=(), **options):
    """Run the notebooks through the comparison in a process of its own kind, and want every cell to pass."""
    command = [*start, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", "-q", "notebooks"]
    env = users_environment() | {"PYTHONPATH": str(course), "PYTHONIOENCODING": "utf-8"} | env
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, encoding="utf-8", errors="replace",
                          env=env, **options)
    cells = sum(len(code_cells(path)) for path in (course / "notebooks").glob("*.ipynb"))
    assert done.returncode == 0 and f"{cells} passed" in done.stdout, done.stdout[-3000:] + done.stderr[-500:]


ALONE = ["unshare", "--net", "--map-root-user"]        # an empty network
# the kernel and its client speak over the loopback of the new network, which has to be switched on
LOOPBACK = ["sh", "-c", 'ip link set lo up; exec "$@"', "sh"]


def can_be_alone():
    return shutil.which("unshare") and not subprocess.run([*ALONE, "true"], capture_output=True).returncode


def one_core():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def three_gib():
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))


@posix
def test_under_many_conditions_at_once_the_probe_compares(small_course, tmp_path):
    """A Chinese path, no network, one thread on one core, 3 GiB. Which of them it is that fails, the slow tests say."""
    compare(in_a_chinese_folder(small_course), dict.fromkeys(THREADS, "1") | {"COURSE_CACHE": str(tmp_path / "cache")},
            start=[*ALONE, *LOOPBACK] if can_be_alone() else (), preexec_fn=lambda: (one_core(), three_gib()))


def test_in_a_chinese_folder_notebooks_compare(course, tmp_path):
    compare(in_a_chinese_folder(course), {"COURSE_CACHE": str(tmp_path / "cache")})


def test_under_gb18030_in_a_chinese_folder_the_probe_compares(gb18030, small_course, tmp_path):
    compare(in_a_chinese_folder(small_course, "gb18030"), gb18030 | {"COURSE_CACHE": str(tmp_path / "cache")})


def test_under_gb18030_in_a_chinese_folder_notebooks_compare(run, gb18030, course, tmp_path):
    code = ("import locale, sys; "
            "print(locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.flags.utf8_mode)")
    encoding = run("-c", code, env=gb18030)
    assert encoding.stdout.split() == ["GB18030", "gb18030", "0"]
    compare(in_a_chinese_folder(course, "gb18030"), gb18030 | {"COURSE_CACHE": str(tmp_path / "cache")})


@posix
@pytest.mark.slow
def test_without_a_network_under_gb18030_in_a_chinese_folder_the_book_is_written(gb18030, copied_project):
    course = in_a_chinese_folder(copied_project, "gb18030")
    for path in NOTEBOOKS[3:10]:
        shutil.copy(path, course / "notebooks")
    start = [*ALONE, *LOOPBACK] if can_be_alone() else []
    done = subprocess.run([*start, sys.executable, "-m", "course_utils", "book"], cwd=course, capture_output=True,
                          env=users_environment() | {"PYTHONPATH": str(course)} | gb18030)
    assert (done.returncode, done.stderr) == (0, b"") and done.stdout.startswith(b"To read: build/book/index.html")
    assert "误差项" in (course / "build" / "book" / "glossary.html").read_text("utf-8")


@pytest.mark.slow
def test_a_copy_of_ones_own_under_gb18030_in_a_chinese_folder(gb18030, small_course):
    course = in_a_chinese_folder(small_course, "gb18030")
    env = users_environment() | {"PYTHONPATH": str(course)} | gb18030
    target = os.fsencode(course) + b"/" + "新.zip".encode("gb18030")              # a name as that machine writes it
    for command in ["reset", "00"], ["progress"], ["export", target]:
        done = subprocess.run([sys.executable, "-m", "course_utils", *command], cwd=course, env=env,
                              capture_output=True)
        assert (done.returncode, done.stderr) == (0, b""), done.stderr
    assert [path.name for path in (course / "my_course").glob("*.ipynb")] == ["00_probe.ipynb"]
    assert "新闻" in (course / "my_course" / "00_probe.ipynb").read_text("utf-8")


def test_the_generator_under_gb18030(gb18030, copied_project, run):
    course = in_a_chinese_folder(copied_project, "gb18030")
    shutil.copytree(PROJECT / "data" / "generators", course / "data" / "generators")
    kept = (course / "data" / "course_news" / "train.tsv").read_bytes()
    (course / "data" / "course_news" / "train.tsv").write_bytes(b"")
    assert run(course / "data" / "generators" / "make_news.py", cwd=course, env=gb18030).returncode == 0
    assert (course / "data" / "course_news" / "train.tsv").read_bytes() == kept


@pytest.mark.slow
def test_fetch_under_gb18030_reads_chinese_paths_and_says_what_tensorflow_cannot(gb18030, copied_project, tmp_path):
    course = in_a_chinese_folder(copied_project, "gb18030")
    given = tmp_path / "新闻"
    for name in "财经", "体育":
        folder = os.fsencode(given) + b"/" + name.encode("gb18030")              # a name as that machine writes it
        os.makedirs(folder)
        for number in range(50):
            with open(folder + f"/{number}.txt".encode(), "wb") as file:
                file.write(f"{name}{number}".encode("gb18030"))
    env = os.environ | gb18030 | {"PYTHONPATH": str(course)}

    def fetch(path, cache):
        return subprocess.run([sys.executable, "-m", "course_utils", "fetch", "own_news", "--archive", str(path)],
                              cwd=course, env=env | {"COURSE_CACHE": str(tmp_path / cache)}, capture_output=True)

    done = fetch(tmp_path / "没有", "cache")
    assert done.returncode == 1 and done.stderr.count(b"\n") == 1
    assert "没有 cannot be read".encode() in done.stderr               # the path's own bytes
    done = fetch(given, "缓存")
    assert done.returncode == 1 and done.stderr.count(b"\n") == 1
    assert b"Set COURSE_CACHE to a path of plain letters" in done.stderr
    done = fetch(given, "cache")
    assert done.returncode == 0 and b"train: 80, test: 20" in done.stdout
    classes = (tmp_path / "cache" / "own_news" / "classes.txt").read_text("utf-8")
    assert classes.split() == ["体育", "财经"]             # read from the folders' names


@pytest.mark.slow
def test_a_folder_whose_name_the_locale_cannot_read_is_named_by_the_doctor(gb18030, copied_project, tmp_path):
    shutil.copy(PROJECT / "requirements.txt", copied_project)
    course = copied_project.rename(tmp_path / "课程 一")                # UTF-8 on a machine that expects GB18030
    done = subprocess.run([sys.executable, "-m", "course_utils", "doctor"], cwd=course, capture_output=True,
                          env=os.environ | gb18030 | {"PYTHONPATH": str(course), "PYTHONIOENCODING": "utf-8:replace"})
    assert "[ MEND ] Path:" in done.stdout.decode("utf-8"), (done.stdout + done.stderr).decode("utf-8", "replace")


def test_without_a_network_notebooks_compare(course, tmp_path):
    if not can_be_alone():
        pytest.skip("an empty network namespace cannot be made here")
    compare(course, {"COURSE_CACHE": str(tmp_path / "cache")}, start=[*ALONE, *LOOPBACK])


@contextlib.contextmanager
def read_only(course, folder):
    """The project in a folder to which nobody can write."""
    folder.mkdir()
    mount = lambda *options: subprocess.run(["mount", *options, folder], capture_output=True).returncode
    if not shutil.which("mount") or mount("--bind", course):
        pytest.skip("mounting a folder again needs root on Linux")
    mount("-o", "remount,ro,bind")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


UNWRITTEN = {"PYTHONDONTWRITEBYTECODE": "1"}


def test_in_a_read_only_folder_notebooks_compare(course, tmp_path):
    with read_only(course, tmp_path / "read only") as folder:
        compare(folder, UNWRITTEN | {"COURSE_CACHE": str(tmp_path / "cache")})


def test_in_a_read_only_folder_commands_say_what_to_do(run, small_course, tmp_path):
    with read_only(small_course, tmp_path / "read only") as folder:
        for command in "run", "book", "refresh":
            done = run("-m", "course_utils", command, cwd=folder, env=UNWRITTEN)
            assert done.returncode == 1 and done.stderr.count("\n") == 1
            assert "Copy the course to a folder of your own" in done.stderr


READ = ("from course_utils import datasets; one, other = datasets.load_entities('test'); "
        "print(len(one), len(other), one[0], other[-1])")
SPOILED = {
    "cut off": lambda record: os.truncate(record, 1000),
    "other bytes": lambda record: record.write_bytes(os.urandom(record.stat().st_size)),
    "missing": lambda record: record.unlink(),
    "bad index": lambda record: (record.parent / "dataset_info.json").write_text("{"),
    "empty folder": lambda record: [path.unlink() for path in record.parent.iterdir()],
}


@pytest.mark.slow
def test_a_damaged_cache_is_prepared_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    first = datasets.load_entities("test")
    assert len(first[0]) == len(first[1]) == 2000
    for name, spoil in SPOILED.items():
        [record] = tmp_path.glob("tfds-*/course_entities/1.0.0/*test.tfrecord*")
        spoil(record)
        assert datasets.load_entities("test") == first, name


def wait_for(condition, process, seconds=60):
    """Wait until the condition holds while the process runs."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def interrupt_reading(cache, moment):
    """Interrupt a process that prepares a corpus after so many seconds, or as soon as it begins to write."""
    process = subprocess.Popen([sys.executable, "-c", READ], cwd=PROJECT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=users_environment() | {"COURSE_CACHE": str(cache)})
    if moment == "writing":
        wait_for(lambda: list(cache.glob("tfds-*/course_entities/*")), process)
    else:
        time.sleep(moment)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    return process.returncode


@posix
@pytest.mark.parametrize("moments", [["writing"], pytest.param([2.0, 3.0, 4.0, 5.0], marks=pytest.mark.slow)],
                         ids=["writing", "seconds"])
def test_ctrl_c_while_data_are_prepared_leaves_nothing_half_made(run, tmp_path, moments):
    """Interrupted, the next call always finds or makes the whole corpus. Early on, TensorFlow may swallow a Ctrl-C."""
    for moment in moments:
        cache = tmp_path / f"cache {moment}"
        cache.mkdir()
        assert interrupt_reading(cache, moment) or moment != "writing"
        done = run("-c", READ, env={"COURSE_CACHE": str(cache)})
        assert done.returncode == 0 and done.stdout.startswith("2000 2000 "), done.stderr[-1000:]
        assert [path.name for path in cache.glob("tfds-*/course_entities/*")] == ["1.0.0"]


@posix
def test_with_one_thread_on_one_core_notebooks_compare(course):
    """One thread is the comparison's own setting; the outputs were made with as many as there are cores."""
    compare(course, dict.fromkeys(THREADS, "1"), preexec_fn=one_core)


@pytest.mark.slow
def test_with_a_thread_for_each_core_notebooks_compare(course):
    """As a reader's machine computes, and not with the one thread that the comparison sets."""
    compare(course, dict.fromkeys(THREADS, str(os.cpu_count())))


@posix
def test_three_gib_are_enough(course):
    """What a process may hold in memory of its own is limited. Of the chapters, 17 needs most."""
    too_much = subprocess.run([sys.executable, "-c", "bytearray(4 << 30)"], preexec_fn=three_gib,
                              capture_output=True, text=True)
    assert "MemoryError" in too_much.stderr                            # the limit is one
    compare(course, {}, preexec_fn=three_gib)


def test_two_runs_at_once_do_not_disturb_each_other(course, tmp_path):
    """Both prepare the same corpora for the first time, and write the same pages."""
    env = users_environment() | {"PYTHONPATH": str(course), "COURSE_CACHE": str(tmp_path / "cache")}
    names = sorted(path.stem for path in (course / "notebooks").glob("*.ipynb"))
    runs = [subprocess.Popen([sys.executable, "-m", "course_utils", "run"], cwd=course, env=env, stdout=subprocess.PIPE,
                             text=True, encoding="utf-8") for _ in range(2)]
    for run in runs:
        printed, _ = run.communicate(timeout=900)
        assert run.returncode == 0 and f"{len(names)} ok, 0 failed" in printed, printed
    pages = {path.stem: path.read_text("utf-8") for path in (course / "build" / "book").glob("*.html")}
    assert {*names, "index", "search"} <= set(pages)
    assert all(page.rstrip().endswith("</html>") for page in pages.values())
    assert [path.name for path in (course / "build").iterdir() if path.is_dir()] == ["book"]


def kernels(folder):
    """The processes that work in this folder, as Linux lists them."""
    found = []
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                if str(folder) in os.readlink(f"/proc/{process}/cwd"):
                    found.append(process)
            except OSError:
                pass                                                   # it has just ended, or is not ours
    return found


TRAINING = """import os
from pathlib import Path

import keras
import numpy as np

class Say(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        Path(os.environ["COURSE_CACHE"], "it trains").touch()

model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), epochs=10**6, verbose=0, callbacks=[Say()])"""


@posix
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
@pytest.mark.parametrize("command", ["run", "refresh"])
def test_ctrl_c_in_training_leaves_no_process_and_nothing_half_made(copied_project, tmp_path, command):
    path, cache = copied_project / "notebooks" / "01_training.ipynb", tmp_path / "cache"
    nbformat.write(book_of("from course_utils.runtime import start\n\nstart()", TRAINING), path)
    before = path.read_bytes()
    cache.mkdir()
    env = users_environment() | {"PYTHONPATH": str(copied_project), "COURSE_CACHE": str(cache)}
    process = subprocess.Popen([sys.executable, "-m", "course_utils", command], cwd=copied_project, env=env,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for((cache / "it trains").exists, process)
    assert len(kernels(copied_project)) >= 2
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and errors.count("\n") == 1, errors
    assert "Interrupted. Nothing half-made was kept." in errors, errors
    deadline = time.monotonic() + 20
    while kernels(copied_project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not kernels(copied_project)
    assert path.read_bytes() == before
    assert [file.name for file in copied_project.rglob("*.partial*")] == []
    assert list(copied_project.glob("build/*")) == []


def test_the_table_of_conditions_names_tests_that_there_are():
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", (PROJECT / "tests" / "README.md").read_text("utf-8"))
    assert len(named) > 30
    for file, name in named:
        assert f"\ndef {name}(" in (PROJECT / "tests" / file).read_text("utf-8"), f"{file} has no {name}"
