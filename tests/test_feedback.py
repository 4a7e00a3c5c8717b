"""What a student sees in JupyterLab where something fails: one line. A real kernel, started as `lab` starts it."""

import os
from unittest import mock

import nbformat
import pytest
from conftest import book_of
from jupyter_client.manager import start_new_kernel

from course_utils.commands import copies, lab

CELLS = ["import numpy as np", "x = np.array([0.1, 0.3])\ny = 2 * x", "def double(value):\n    return 2 * value"]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("课程 一")
    nbformat.write(book_of(*CELLS), folder / "01_x.ipynb")
    env = {name: value for name, value in os.environ.items() if name not in ("COURSE_QUIET", "PYTEST_CURRENT_TEST")}
    env |= lab.environment(folder / "state") | {"JPY_SESSION_NAME": str(folder / "01_x.ipynb")}
    manager, client = start_new_kernel(env=env, cwd=folder)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def shown(kernel, code, interrupt=False):
    """What a cell shows when it fails, and the status that JupyterLab is told."""
    manager, client = kernel
    message = client.execute(code)
    if interrupt:
        while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
    errors = []
    while True:
        said = client.get_iopub_msg(timeout=30)
        if said["parent_header"].get("msg_id") == message and said["msg_type"] == "error":
            errors.append("\n".join(said["content"]["traceback"]))
        if said["parent_header"].get("msg_id") == message and said["content"].get("execution_state") == "idle":
            break
    while (reply := client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != message:
        pass
    return errors, reply["content"]["status"]


def test_an_assertion_that_fails_says_what_no_longer_holds(kernel):
    errors, status = shown(kernel, "a = 2\nassert a == 1")
    assert status == "error" and errors == [
        "This no longer holds: a == 1. If you have changed something above on purpose, this may be just what you "
        "wanted to see. To go on, select the next cell: Run > Run Selected Cell and All Below."]
    errors, _ = shown(kernel, "assert (a ==\n        1), 'it is two'")
    assert len(errors) == 1 and errors[0].startswith("This no longer holds: (a ==") and "it is two" in errors[0]
    assert "\n" not in errors[0]


def test_an_assertion_in_a_function_keeps_its_traceback(kernel):
    errors, _ = shown(kernel, "def inner():\n    assert 1 == 2\n\ninner()")
    assert "Traceback" in errors[0] and "inner()" in errors[0]


@pytest.mark.parametrize(("code", "name", "begins"), [
    ("print(y)", "y", "x = np.array"), ("np.zeros(3)", "np", "import numpy as np"),
    ("double(3)", "double", "def double")])
def test_a_cell_run_alone_names_the_cell_to_run_first(kernel, code, name, begins):
    (error,), status = shown(kernel, code)
    assert error.startswith(f"{name} is not defined yet. Run the cell that begins with '{begins}") and status == "error"


def test_a_name_that_nobody_defines_keeps_its_traceback(kernel):
    (error,), _ = shown(kernel, "print(nowhere)")
    assert "NameError" in error and "nowhere" in error


def test_an_interrupted_cell_is_one_line(kernel):
    code = "import time\nprint('begun', flush=True)\nfor _ in range(600):\n    time.sleep(0.1)"
    (error,), status = shown(kernel, code, interrupt=True)
    assert error.startswith("Interrupted.") and "\n" not in error and status == "error"


def test_a_bar_that_was_interrupted_is_closed(kernel):
    code = ("import time\nfrom tqdm import tqdm\nprint('begun', flush=True)\n"
            "for _ in tqdm(range(600), leave=False):\n    time.sleep(0.1)")
    shown(kernel, code, interrupt=True)
    errors, status = shown(kernel, "assert not list(tqdm._instances), 'a bar is open'")
    assert (errors, status) == ([], "ok")


def test_where_nobody_watches_errors_stay_errors(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_QUIET", "1")
    for name, value in lab.environment(tmp_path / "state").items():
        monkeypatch.setenv(name, value)
    from course_utils.commands.notebooks import attempt
    book = book_of("assert 1 == 2")
    assert attempt(book, lambda: None) == "cell [1]: AssertionError:"
    assert "Traceback" in "\n".join(book.cells[0].outputs[0].traceback)


def test_lab_says_what_an_update_did_and_opens_the_start_page_of_the_copy(tmp_path, monkeypatch, capsys):
    asked, update = [], copies.update
    monkeypatch.setattr(copies, "update", lambda work: [*update(work), "04: one cell is new"])
    monkeypatch.setattr(lab, "hand_over", lambda python, arguments: asked.append(arguments) or 7)
    with mock.patch.dict(os.environ, COURSE_WORK=str(tmp_path / "copy")):
        assert lab.lab(["--no-browser"]) == 7
        assert os.environ["COURSE_PROGRESS"] == str(tmp_path / "copy" / ".course" / "right.txt")
    assert asked == [["-m", "jupyterlab", "--log-level=WARN", "--no-browser", tmp_path / "copy" / "contents.md"]]
    assert asked[0][-1].exists() and capsys.readouterr().out == "04: one cell is new\n"
