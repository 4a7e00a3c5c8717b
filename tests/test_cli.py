"""The commands: `run`, `refresh`, `doctor`, `fetch`, as a user meets them."""

import importlib.metadata
import re
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT, book_of

from course_utils.commands import doctor


def write(root, name, *sources):
    book = book_of(*sources)
    book.cells.insert(0, nbformat.v4.new_markdown_cell(f"# {name}"))
    (root / "notebooks" / f"{name}.ipynb").write_text(nbformat.writes(book), encoding="utf-8")


@pytest.fixture
def small_course(copied_project):
    write(copied_project, "01_good", "print('here')", "1 + 1")
    write(copied_project, "02_bad", "1 / 0", "print('never')")
    write(copied_project, "03_good", "import os; print(os.getcwd().endswith('notebooks'))")
    return copied_project


def test_run_goes_on_after_a_failing_chapter_and_ends_in_a_table(run, small_course):
    done = run("-m", "course_utils", "run", cwd=small_course)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].split()[::3] == ["01_good", "ok"]
    assert lines[1].endswith("FAILED: cell [1]: ZeroDivisionError: division by zero")
    assert [line.split()[-1] for line in lines[-5:-2]] == ["ok", "failed", "ok"]
    assert lines[-2].endswith("2 ok, 1 failed")
    pages = {path.stem: path.read_text("utf-8") for path in (small_course / "build" / "book").glob("*.html")}
    assert {"index", "01_good", "02_bad", "03_good", "start", "glossary"} <= set(pages)
    assert "here" in pages["01_good"] and "True" in pages["03_good"]
    failed = "cell [1]: ZeroDivisionError: division by zero"
    assert "This chapter failed" in pages["02_bad"] and failed in pages["02_bad"] and "never" in pages["02_bad"]
    assert "This chapter failed" not in pages["01_good"] and pages["index"].count(f"failed: {failed}") == 1
    teachers = (small_course / "build" / "book" / "teachers" / "01_good.html").read_text("utf-8")
    assert re.search(r"Its cells took \d+ seconds", teachers) and re.search(r"cell \[1\], \d\.\d s", teachers)
    for download in (small_course / "build" / "book" / "_downloads").rglob("*.ipynb"):
        assert "iopub" not in download.read_text("utf-8")
    assert done.stdout.splitlines()[-1] == f"To read: {Path('build') / 'book' / 'index.html'}" and done.stderr == ""


def test_run_takes_chapters_by_number_or_file(run, small_course):
    done = run("-m", "course_utils", "run", "3", "notebooks/03_good.ipynb", cwd=small_course)
    assert done.returncode == 0 and [line.split()[0] for line in done.stdout.splitlines()[:2]] == ["03_good", "03_good"]
    page = lambda name: (small_course / "build" / "book" / f"{name}.html").read_text("utf-8")
    assert "True" in page("03_good") and "02_bad.html" in page("index")
    assert "print" in page("01_good") and "</span>here\n" not in page("01_good")          # its stored outputs: none


def test_an_unknown_chapter_names_those_there_are(run, small_course):
    done = run("-m", "course_utils", "run", "07", cwd=small_course)
    assert done.returncode == 1
    assert done.stderr == "There is no chapter 07. There are: 01_good, 02_bad, 03_good\n"


@pytest.mark.slow
def test_a_cell_without_end_is_one_line_and_the_index_is_written(run, small_course):
    write(small_course, "01_good", "while True:\n    pass")
    code = ("import sys; from course_utils.commands import notebooks as n; n.CELL_SECONDS = 2; "
            "sys.exit(n.run(['01', '03']))")
    done = run("-c", code, cwd=small_course)
    assert done.returncode == 1 and "1 ok, 1 failed" in done.stdout
    assert "FAILED: a cell took longer than 2 seconds" in done.stdout
    assert "took longer" in (small_course / "build" / "book" / "index.html").read_text("utf-8")


def test_without_chapters_there_is_one_line(run, copied_project):
    done = run("-m", "course_utils", "run", cwd=copied_project)
    assert done.returncode == 1 and done.stderr.startswith("There are no chapters in ") and done.stderr.count("\n") == 1


def test_refresh_stores_outputs_and_leaves_a_failing_chapter_as_it_was(run, small_course):
    before = (small_course / "notebooks" / "02_bad.ipynb").read_bytes()
    done = run("-m", "course_utils", "refresh", cwd=small_course)
    assert done.returncode == 1 and "02_bad" in done.stdout
    assert "FAILED, left as it was: cell [1]: ZeroDivisionError" in done.stdout
    assert (small_course / "notebooks" / "02_bad.ipynb").read_bytes() == before
    book = nbformat.read(small_course / "notebooks" / "01_good.ipynb", as_version=4)
    _, first, second, links = book.cells
    assert (first.execution_count, second.execution_count) == (1, 2) and first.outputs[0].text == "here\n"
    assert links.source == "[Contents](contents.md) · [02_bad →](02_bad.ipynb)"
    assert "[03_good](03_good.ipynb)" in (small_course / "notebooks" / "contents.md").read_text("utf-8")


def test_normalise_writes_links_and_executes_nothing(run, small_course):
    said = [run("-m", "course_utils", "normalise", cwd=small_course) for _ in range(2)]
    assert [done.returncode for done in said] == [0, 0]
    assert [[line.partition(" ")[2].strip() for line in done.stdout.splitlines()] for done in said] == [
        ["changed"] * 3, ["as it was"] * 3]
    book = nbformat.read(small_course / "notebooks" / "02_bad.ipynb", as_version=4)
    assert [cell.get("outputs", []) for cell in book.cells] == [[]] * 4 and "03_good" in book.cells[-1].source


def test_refresh_names_the_cells_that_print_something_else_each_time(run, copied_project):
    book = book_of("print(1)", "import time; print(time.time())")
    nbformat.write(book, copied_project / "notebooks" / "01_x.ipynb")
    for _ in range(2):
        done = run("-m", "course_utils", "refresh", cwd=copied_project)
    assert done.returncode == 0 and "changed, other output in [2]\n" in done.stdout, done.stdout + done.stderr


def test_the_doctor_finds_this_machine_well(run):
    done = run("-m", "course_utils", "doctor")
    assert done.returncode == 0 and "MEND" not in done.stdout and done.stdout.endswith("All is well.\n"), done.stdout
    for what in ("Python 3", "wheels", "Packages", "Memory", "Disk", "Writing", "Fonts", "tensorflow-metal"):
        assert what in done.stdout


def test_the_doctor_names_what_is_wrong_and_what_to_do(monkeypatch, capsys, tmp_path):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version",
                        lambda name: "1.2.0" if name in ("tensorflow-metal", "numpy") else real(name))
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(doctor.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(doctor.platform, "machine", lambda: "x86_64")
    assert doctor.examine() == 1
    out = capsys.readouterr().out
    for part in ("Python 3.10.4", "Keras and TensorFlow need Python 3.11", "Intel Macs", "numpy 1.2.0 (wanted ",
                 "once Python is the right one", "Set COURSE_CACHE", "-m pip uninstall tensorflow-metal",
                 "Mend what is marked"):
        assert part in out


@pytest.mark.parametrize(("code", "said", "finding", "cure"), [
    (-4, "", "ended with code -4", "may lack AVX"), (3221225501, "", "ended with code 3221225501", "may lack AVX"),
    (-6, "The TensorFlow library was compiled to use AVX instructions\n", "ended with code -6", "may lack AVX"),
    (1, "Traceback ...\nImportError: DLL load failed\n", "DLL load failed", "Visual C++")])
def test_the_doctor_says_why_tensorflow_does_not_load(code, said, finding, cure):
    level, found, advice = doctor.loaded(code, said)
    assert level == "bad" and finding in found and cure in advice


def test_the_doctor_notes_keras_settings_of_the_users_own(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert doctor.keras_settings()[0] == "ok"
    for text in "{", "[]", '{"backend": "tensorflow", "epsilon": 1e-07}':
        (tmp_path / "keras.json").write_text(text)
        assert doctor.keras_settings()[0] == "ok"
    (tmp_path / "keras.json").write_text('{"floatx": "float16", "image_data_format": "channels_first"}')
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    level, found, advice = doctor.keras_settings()
    assert level == "warn" and "own settings" in advice
    assert all(part in found for part in ("floatx float16", "channels_first", "KERAS_BACKEND=torch"))


def test_the_doctor_speaks_without_any_package(run, tmp_path):
    done = run("-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r})\n"
               "from course_utils.commands.doctor import examine; sys.exit(examine())", cwd=tmp_path)
    assert done.returncode == 1 and "tensorflow missing" in done.stdout and done.stderr == ""


def test_a_truncated_archive_is_one_line_on_stderr(run, tmp_path):
    broken = tmp_path / "aclImdb.tar.gz"
    broken.write_bytes(b"\x1f\x8b\x08\x00broken")
    done = run("-m", "course_utils", "fetch", "imdb_reviews", "--archive", broken,
               env={"COURSE_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 1 and done.stderr.strip().splitlines()[-1].endswith("Get it again.")
    assert "Traceback" not in done.stderr and {path.suffix for path in (tmp_path / "cache").iterdir()} <= {".lock"}


def test_no_archive_is_one_line_on_stderr(run, tmp_path):
    done = run("-m", "course_utils", "fetch", "imdb_reviews", "--archive", tmp_path / "none",
               env={"COURSE_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 1
    assert done.stderr.endswith("cannot be read (No such file or directory). "
                                "Give the path of aclImdb_v1.tar.gz after --archive.\n")
