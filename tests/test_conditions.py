"""The course where machines are unlike the author's, and where it is interrupted. tests/README.md lists all conditions."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import NOTEBOOKS, PROJECT, code_cells, users_environment


@pytest.fixture(scope="session")
def gb18030(tmp_path_factory):
    """The environment of a machine whose locale is GB18030, as localedef builds it."""
    if not shutil.which("localedef"):
        pytest.skip("localedef is not on this machine")
    folder = tmp_path_factory.mktemp("locales")
    done = subprocess.run(["localedef", "--no-archive", "-i", "zh_CN", "-f", "GB18030", str(folder / "zh_CN.gb18030")],
                          capture_output=True, text=True)
    if not (folder / "zh_CN.gb18030").exists():
        pytest.skip(f"localedef cannot build the locale: {done.stderr.strip()}")
    return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.gb18030", "LANG": "zh_CN.gb18030", "PYTHONUTF8": "0"}


@pytest.fixture
def course(copied_project, tmp_path, request):
    """The project in a folder with Chinese letters and a blank in its path, written as the machine of the test writes names."""
    encoding = "gb18030" if "gb18030" in request.fixturenames else "utf-8"
    return copied_project.rename(os.fsdecode(os.fsencode(tmp_path) + b"/" + "课程 一".encode(encoding)))


def cut(path, course, last):
    """Copy a chapter up to the cell that contains `last`."""
    book = nbformat.read(path, as_version=4)
    place = next(number for number, cell in enumerate(book.cells) if cell.cell_type == "code" and last in cell.source)
    del book.cells[place + 1:]
    (course / "notebooks" / path.name).write_text(nbformat.writes(book), encoding="utf-8", newline="\n")


# a chapter, and the last cell to be executed: to the end, or up to where the long training begins
CHAPTERS = {"01": 'exercise("01.3").check', "06": 'exercise("06.3").check', "14": 'exercise("14.3").check', "15": 'exercise("15.3").check',
            "16": "def hide("}


def check_chapters(run, course, tmp_path, env):
    chosen = [path for path in NOTEBOOKS if path.name[:2] in CHAPTERS]
    for path in chosen:
        cut(path, course, CHAPTERS[path.name[:2]])
    done = run("-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", "-q", "notebooks", cwd=course,
               env=env | {"COURSE_CACHE": str(tmp_path / "cache"), "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"{sum(len(code_cells(course / 'notebooks' / path.name)) for path in chosen)} passed" in done.stdout


def test_chapters_run_and_compare_in_a_chinese_folder(run, course, tmp_path):
    check_chapters(run, course, tmp_path, {})


def test_chapters_run_and_compare_under_gb18030_in_a_chinese_folder(run, gb18030, course, tmp_path):
    encoding = run("-c", "import locale, sys; print(locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.flags.utf8_mode)", env=gb18030)
    assert encoding.stdout.split() == ["GB18030", "gb18030", "0"]
    check_chapters(run, course, tmp_path, gb18030)


def test_the_generator_under_gb18030(gb18030, course, run):
    for folder in "words", "news":
        shutil.copytree(PROJECT / "data" / folder, course / "data" / folder)
    for script in (PROJECT / "data").glob("*.py"):
        shutil.copy(script, course / "data")
    kept = (course / "data" / "course_news" / "train.tsv").read_bytes()
    (course / "data" / "course_news" / "train.tsv").write_bytes(b"")
    assert run(course / "data" / "make_news.py", cwd=course, env=gb18030).returncode == 0
    assert (course / "data" / "course_news" / "train.tsv").read_bytes() == kept


def test_fetch_under_gb18030_reads_chinese_paths_and_says_what_tensorflow_cannot(gb18030, course, tmp_path):
    given = tmp_path / "新闻"
    for name in "财经", "体育":
        folder = os.fsencode(given) + b"/" + name.encode("gb18030")              # a name as that machine writes it
        os.makedirs(folder)
        for number in range(5):
            with open(folder + f"/{number}.txt".encode(), "wb") as file:
                file.write(f"{name}{number}".encode("gb18030"))
    env = os.environ | gb18030 | {"PYTHONPATH": str(course)}

    def fetch(path, cache):
        return subprocess.run([sys.executable, "-m", "course_utils", "fetch", "news_articles", "--archive", str(path)],
                              cwd=course, env=env | {"COURSE_CACHE": str(tmp_path / cache)}, capture_output=True)

    done = fetch(tmp_path / "没有", "cache")
    assert done.returncode == 1 and "没有 cannot be read".encode() in done.stderr and done.stderr.count(b"\n") == 1       # the path's own bytes
    done = fetch(given, "缓存")
    assert done.returncode == 1 and b"Set COURSE_CACHE to a path of plain letters" in done.stderr and done.stderr.count(b"\n") == 1
    done = fetch(given, "cache")
    assert done.returncode == 0 and b"train: 8, test: 2" in done.stdout
    classes = (tmp_path / "cache" / "news_articles" / "classes.txt").read_text("utf-8")
    assert classes.split() == ["体育", "财经"]             # read from the folders' names


def test_a_folder_whose_name_the_locale_cannot_read_is_named_by_the_doctor(gb18030, copied_project, tmp_path):
    shutil.copy(PROJECT / "requirements.txt", copied_project)
    course = copied_project.rename(tmp_path / "课程 一")                        # UTF-8 on a machine that expects GB18030
    done = subprocess.run([sys.executable, "-m", "course_utils", "doctor"], cwd=course, capture_output=True,
                          env=os.environ | gb18030 | {"PYTHONPATH": str(course), "PYTHONIOENCODING": "utf-8:replace"})
    assert "[ MEND ] Path:" in done.stdout.decode("utf-8"), done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")


def test_without_a_network_chapters_run_and_compare(run, copied_project, tmp_path):
    alone = ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("an empty network namespace cannot be made here")
    for number in "06", "15":
        cut(next(path for path in NOTEBOOKS if path.name.startswith(number)), copied_project, {"06": "import", "15": "units = {"}[number])
    # the kernel and its client speak over the loopback of the new namespace, which has to be switched on
    command = f"ip link set lo up; exec {sys.executable} -m pytest -p no:cacheprovider --numprocesses=0 -q notebooks"
    done = subprocess.run([*alone, "sh", "-c", command], cwd=copied_project, capture_output=True, text=True,
                          env=users_environment()
                          | {"PYTHONPATH": str(copied_project), "COURSE_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-2000:] + done.stderr[-500:]


@pytest.fixture
def read_only(copied_project, tmp_path):
    """The project in a folder to which nobody can write."""
    cut(next(path for path in NOTEBOOKS if path.name.startswith("01")), copied_project, "import numpy")
    folder = tmp_path / "read only"
    folder.mkdir()
    mount = lambda *options: subprocess.run(["mount", *options, folder], capture_output=True).returncode
    if not shutil.which("mount") or mount("--bind", copied_project):
        pytest.skip("mounting a folder again needs root on Linux")
    mount("-o", "remount,ro,bind")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_in_a_read_only_folder_chapters_compare_and_commands_say_what_to_do(run, read_only, tmp_path):
    env = {"COURSE_CACHE": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = run("-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", "-q", "notebooks", cwd=read_only, env=env)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-2000:]
    for command in "run", "refresh":
        done = run("-m", "course_utils", command, cwd=read_only, env=env)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and "Copy the course to a folder of your own" in done.stderr


READ = "from course_utils import datasets; one, other = datasets.read_entities('test'); print(len(one), len(other), one[0], other[-1])"
SPOILED = {
    "cut off": lambda record: os.truncate(record, 1000),
    "other bytes": lambda record: record.write_bytes(os.urandom(record.stat().st_size)),
    "missing": lambda record: record.unlink(),
    "bad index": lambda record: (record.parent / "dataset_info.json").write_text("{"),
    "empty folder": lambda record: [path.unlink() for path in record.parent.iterdir()],
}


def test_a_damaged_cache_is_prepared_anew(run, tmp_path):
    env = {"COURSE_CACHE": str(tmp_path)}
    first = run("-c", READ, env=env).stdout
    assert first.startswith("2000 2000 ")
    for name, spoil in SPOILED.items():
        [record] = tmp_path.glob("tfds-*/course_entities/1.0.0/*test.tfrecord*")
        spoil(record)
        done = run("-c", READ, env=env)
        assert done.returncode == 0 and done.stdout == first, name + done.stderr[-1000:]


def test_ctrl_c_while_data_are_prepared_leaves_nothing_half_made(run, tmp_path):
    """Interrupted at many moments, the next call always finds or makes the whole corpus."""
    env = users_environment() | {"COURSE_CACHE": str(tmp_path)}
    interrupted = 0
    for seconds in (3.0, 4.0, 5.0):
        process = subprocess.Popen([sys.executable, "-c", READ], cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            interrupted += 1
        process.communicate(timeout=60)
    assert interrupted
    done = run("-c", READ, env={"COURSE_CACHE": str(tmp_path)})
    assert done.returncode == 0 and done.stdout.startswith("2000 2000 "), done.stderr[-1000:]
    assert [path.name for path in tmp_path.glob("tfds-*/course_entities/*")] == ["1.0.0"]


ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


def compare_under(course, tmp_path, chapters, env=None, **options):
    """Run these chapters, {number: last cell}, through the comparison in a process of its own kind, and want all cells to pass."""
    for number, last in chapters.items():
        cut(next(path for path in NOTEBOOKS if path.name.startswith(number)), course, last)
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", "-q", "notebooks"], cwd=course,
                          env=users_environment() | {"PYTHONPATH": str(course), "COURSE_CACHE": str(tmp_path / "cache")} | (env or {}),
                          capture_output=True, text=True, **options)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-3000:] + done.stderr[-500:]


def test_with_one_thread_on_one_core_chapters_compare(copied_project, tmp_path):
    one_core = (lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})) if hasattr(os, "sched_setaffinity") else None
    compare_under(copied_project, tmp_path, {"03": 'exercise("03.3").check', "06": 'exercise("06.3").check'}, ONE_THREAD, preexec_fn=one_core)


def test_three_gib_are_enough_for_a_chapter(copied_project, tmp_path):
    """Chapter 16 needs most: up to the end of its pre-training. What a process may hold in memory of its own is limited."""
    resource = pytest.importorskip("resource")

    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))

    too_much = subprocess.run([sys.executable, "-c", "bytearray(4 << 30)"], preexec_fn=limit, capture_output=True, text=True)
    assert "MemoryError" in too_much.stderr                            # the limit is one
    compare_under(copied_project, tmp_path, {"16": "guesser = pretrain("}, preexec_fn=limit)


def pages(course):
    return {path.name: path.read_text("utf-8") for path in (course / "build").iterdir()}


def test_two_runs_at_once_do_not_disturb_each_other(copied_project, tmp_path):
    """Both prepare the same corpus for the first time, and write the same pages."""
    cut(next(path for path in NOTEBOOKS if path.name.startswith("06")), copied_project, 'exercise("06.3").check')
    env = users_environment()
    env |= {"PYTHONPATH": str(copied_project), "COURSE_CACHE": str(tmp_path / "cache")}
    runs = [subprocess.Popen([sys.executable, "-m", "course_utils", "run"], cwd=copied_project, env=env, stdout=subprocess.PIPE, text=True)
            for _ in range(2)]
    for run in runs:
        printed, _ = run.communicate(timeout=300)
        assert run.returncode == 0 and "1 ok, 0 failed" in printed, printed
    assert sorted(pages(copied_project)) == ["06_imdb_pipeline.html", "index.html"]
    assert all(page.rstrip().endswith("</html>") for page in pages(copied_project).values())


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


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
@pytest.mark.parametrize("command", ["run", "refresh"])
def test_ctrl_c_in_training_leaves_no_process_and_nothing_half_made(copied_project, tmp_path, command):
    path = next(path for path in NOTEBOOKS if path.name.startswith("11"))
    shutil.copy(path, copied_project / "notebooks")
    env = users_environment()
    process = subprocess.Popen([sys.executable, "-m", "course_utils", command], cwd=copied_project, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True,
                               env=env | {"PYTHONPATH": str(copied_project), "COURSE_CACHE": str(tmp_path / "cache")})
    deadline = time.monotonic() + 120
    while not list((tmp_path / "cache").glob("tfds-*/course_reviews/1.0.0")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(8)                                                      # the corpus is prepared: by now a network trains
    assert process.poll() is None and len(kernels(copied_project)) >= 2
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and "Interrupted. Nothing half-made was kept." in errors and errors.count("\n") == 1, errors
    while kernels(copied_project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not kernels(copied_project)
    assert (copied_project / "notebooks" / path.name).read_bytes() == path.read_bytes()
    assert [file.name for file in copied_project.rglob("*.partial*")] == []
    assert not (copied_project / "build").exists() or pages(copied_project) == {}


def test_the_table_of_conditions_names_tests_that_there_are():
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", (PROJECT / "tests" / "README.md").read_text("utf-8"))
    assert len(named) > 30
    for file, name in named:
        assert f"\ndef {name}(" in (PROJECT / "tests" / file).read_text("utf-8"), f"{file} has no {name}"
