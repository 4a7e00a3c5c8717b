"""What the tests share."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import psutil
import pytest
from filelock import FileLock

os.environ.setdefault("COURSE_QUIET", "1")              # no bars

import course_utils  # noqa: F401  (it says how TensorFlow starts, before any test module imports that)

signal.signal(signal.SIGINT, signal.default_int_handler)     # `pytest … &` ignores Ctrl-C, and so would what it starts

PROJECT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((PROJECT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals, limits or processes")


def open_to_the_network(pid):
    """Ports beyond the loopback on which a process or one of its children listens, in this process's own network."""
    found, network = set(), lambda one: os.readlink(f"/proc/{one}/ns/net")
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error, OSError):
            if sys.platform != "linux" or network(process.pid) == network(pid):
                found |= {(connection.laddr.port, " ".join(process.cmdline())[:200])
                          for connection in process.net_connections("tcp") if connection.status == psutil.CONN_LISTEN
                          and connection.laddr.ip not in ("127.0.0.1", "::1", "::ffff:127.0.0.1")}
    return found


@pytest.fixture(scope="session", autouse=True)
def no_port_is_open():
    """A watch over all tests, twice a second."""
    seen, ended = set(), threading.Event()

    def watch():
        while not ended.wait(0.5):
            seen.update(open_to_the_network(os.getpid()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield seen
    ended.set()
    watcher.join()
    assert not seen, f"open to the network during the tests: {seen}"


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("real_data") and not os.environ.get("COURSE_REAL_DATA"):
            item.add_marker(pytest.mark.skip(reason="COURSE_REAL_DATA is not set"))


def pythons(*minors):
    """A Python 3.N for each N, as far as this machine has some, on PATH or pyenv's; else None."""
    from course_utils.commands import setup
    found = []
    for minor in minors:
        of_pyenv = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3"))
        there = [shutil.which(f"python3.{minor}"), *of_pyenv]
        found.append(next((path for path in there if path and setup.starts([path])), None))
    return found


def stored(book, path):
    """Execute a notebook and write it with its outputs, as `refresh` does."""
    from course_utils.commands.notebooks import execute, write
    execute(book)
    write(book, path)


def book_of(*sources):
    """A notebook of code cells; one that begins with `# approx` has that tag."""
    tags = lambda source: {"tags": ["approx"]} if source.startswith("# approx") else {}
    cells = [nbformat.v4.new_code_cell(source, metadata=tags(source)) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


PROBE = [
    "from course_utils.runtime import start\n\nstart()",
    """from course_utils import datasets

texts, labels, phenomena = datasets.load_reviews("test")
sentences, tags = datasets.load_entities("test")
articles, classes, topics = datasets.load_news("test")
print(len(texts), texts[0][:40], labels.sum(), len(sentences), sentences[0][:5], len(articles))
print("新闻：" + articles[0][:20])""",
    """import numpy as np
from course_utils import plots

x = np.arange(1, 21)
plots.lines(x, {"square": x ** 2.0, "cube": x ** 3.0}, "x", "value", log_y=True)
plots.show(f"两条曲线, the highest at {x[-1] ** 3:,}.")""",
    """# approx: what a network has learnt
import tempfile
from pathlib import Path

import keras
from course_utils import text

vocabulary = text.Vocabulary.of(text.split_words(texts), 500)
ids = text.pad(text.to_arrays(vocabulary.encode(text.split_words(texts))), 20)
model = keras.Sequential([keras.layers.Embedding(len(vocabulary), 4), keras.layers.GlobalAveragePooling1D(),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(ids, labels, epochs=1, shuffle=False, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder) / "model.keras")
    again = keras.models.load_model(Path(folder) / "model.keras")
assert np.allclose(model(ids), again(ids), atol=1e-6)
print(f"mean answer {np.mean(again(ids)):.3f}")""",
    """from course_utils.exercises import exercise

for answer in ..., 0.5:
    exercise("01.1").check(answer)""",
    """from course_utils import by_hand

print(by_hand.dense(np.array([0.2, 0.8]), np.array([[0.1, 0.3], [0.5, -0.4]]), np.array([0.1, 0.2])))""",
]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Makes a file or folder of this name once for all workers: `make` is called with its path."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    def path_of(name, make):
        path = shared / name
        with FileLock(f"{path}.lock"):
            if not path.exists():
                make(path)
        return path
    return path_of


@pytest.fixture(scope="session")
def gb18030(made_once):
    """The environment of a machine whose locale is GB18030, as localedef builds it."""
    if not shutil.which("localedef"):
        pytest.skip("localedef is not on this machine")

    def build(folder):
        folder.mkdir()
        command = ["localedef", "--no-archive", "-i", "zh_CN", "-f", "GB18030", folder / "zh_CN.gb18030"]
        subprocess.run(command, capture_output=True)

    folder = made_once("locales", build)
    if not (folder / "zh_CN.gb18030").exists():
        pytest.skip("localedef cannot build the locale")
    return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.gb18030", "LANG": "zh_CN.gb18030", "PYTHONUTF8": "0"}


@pytest.fixture(scope="session")
def probe(made_once):
    """A small notebook with outputs that needs what the chapters need: arithmetic, the corpora, Chinese, a figure,
    a saved model, an exercise."""
    return made_once("00_probe.ipynb", lambda path: stored(book_of(*PROBE), path))


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real data sets."""
    return Path(os.environ["COURSE_REAL_DATA"])


@pytest.fixture
def copied_project(tmp_path):
    """The project without its notebooks in a folder of its own, to be changed at will."""
    root = tmp_path / "copy"
    shutil.copytree(PROJECT / "course_utils", root / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    for part in *(PROJECT / "data").glob("course_*"), PROJECT / "data" / "results", PROJECT / "book":
        shutil.copytree(part, root / part.relative_to(PROJECT))
    for file in "pyproject.toml", "README.md", "data/README.md":
        shutil.copy(PROJECT / file, root / file)
    (root / "notebooks").mkdir()
    shutil.copy(PROJECT / "notebooks" / "conftest.py", root / "notebooks")
    return root


def users_environment():
    """The environment without what pytest sets for its own process: it must not reach one that stands for a user's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.fixture
def run():
    """Runs Python with these arguments, as a user would; `env` adds to the environment.  Returns what became of it."""
    def run_python(*arguments, cwd=PROJECT, env=None):
        env = users_environment() | {"PYTHONPATH": str(cwd)} | (env or {})
        return subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, env=env,
                              capture_output=True, text=True, encoding="utf-8", timeout=900)
    return run_python


def notebook(path):
    """A notebook as plain dictionaries."""
    return json.loads(path.read_text("utf-8"))


def code_cells(path):
    """The code cells of a notebook, with their sources and stream texts joined."""
    cells = [cell for cell in notebook(path)["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
        for output in cell["outputs"]:
            if "text" in output:
                output["text"] = "".join(output["text"])
    return cells


def definitions(path, *names, **known):
    """The functions of these names as a notebook's code cells define them.

    They may use NumPy as np, each other and what is `known`.
    """
    import numpy as np

    from course_utils.commands import notebooks
    return notebooks.definitions(path, names, {"np": np, **known})
