"""What the tests share."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((PROJECT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("real_data") and not os.environ.get("COURSE_REAL_DATA"):
            item.add_marker(pytest.mark.skip(reason="COURSE_REAL_DATA is not set"))


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real data sets."""
    return Path(os.environ["COURSE_REAL_DATA"])


@pytest.fixture
def copied_project(tmp_path):
    """The project without its notebooks in a folder of its own, to be changed at will."""
    root = tmp_path / "copy"
    shutil.copytree(PROJECT / "course_utils", root / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    for corpus in (PROJECT / "data").glob("course_*"):
        shutil.copytree(corpus, root / "data" / corpus.name)
    shutil.copy(PROJECT / "pyproject.toml", root)
    (root / "notebooks").mkdir()
    shutil.copy(PROJECT / "notebooks" / "conftest.py", root / "notebooks")
    return root


def users_environment():
    """The environment without what pytest sets for its own process, which must not reach one that stands for a user's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.fixture
def run():
    """Runs Python with these arguments, as a user would, and returns what became of it; `env` adds to the environment."""
    def run_python(*arguments, cwd=PROJECT, env=None):
        return subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, env=users_environment() | {"PYTHONPATH": str(cwd)} | (env or {}),
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
    """The functions of these names as a notebook's code cells define them; they may use NumPy as np, each other and what is `known`."""
    import numpy as np

    from course_utils import notebooks
    return notebooks.definitions(path, names, {"np": np, **known})
