"""Editions to hand out, and the report on what a class handed in."""

import csv
import json
import os
import random
import re
import time
import zipfile

import nbformat
import pytest
from conftest import NOTEBOOKS, notebook, posix

from course_utils.commands import classroom, copies
from course_utils.commands.notebooks import execute, find
from course_utils.exercises import of_chapter
from course_utils.files import DataError


def read(path):
    return nbformat.read(path, as_version=4)


def test_an_edition_without_outputs_and_one_of_chosen_chapters(tmp_path):
    assert classroom.export(tmp_path / "class", ["01", "04"], "without outputs") == 0
    assert sorted(path.name for path in (tmp_path / "class").iterdir()) == [
        "01_mlp_forward_pass.ipynb", "04_backpropagation.ipynb", "contents.md"]
    first = read(tmp_path / "class" / "01_mlp_forward_pass.ipynb")
    assert not any(cell.get("outputs") for cell in first.cells)
    assert first.cells[-1].source == "[Contents](contents.md) · [04 · Backpropagation →](04_backpropagation.ipynb)"
    assert (tmp_path / "class" / "contents.md").read_text("utf-8").count(".ipynb") == 2
    with pytest.raises(DataError, match="is there already"):
        classroom.export(tmp_path / "class", [], "with outputs")


def test_an_edition_that_cannot_be_written_says_why(tmp_path):
    (tmp_path / "a file").write_text("")
    with pytest.raises(DataError, match=r"could not be written \(.+\)\.$") as caught:
        classroom.export(tmp_path / "a file" / "class", ["01"], "without outputs")
    assert "its name" not in str(caught.value) and "\n" not in str(caught.value)


def test_an_edition_with_solutions_answers_every_exercise(tmp_path):
    classroom.export(tmp_path / "solved.zip", [], "solutions")
    with zipfile.ZipFile(tmp_path / "solved.zip") as archive:
        assert len(archive.namelist()) >= len(NOTEBOOKS) + 1
        for path in NOTEBOOKS:
            sources = [cell["source"] for cell in json.loads(archive.read(f"solved/{path.name}"))["cells"]]
            sources = ["".join(source) for source in sources]
            assert all(one.cell() in "\n".join(sources) for one in of_chapter(path.stem[:2]))
            stubs = [stub for source in sources for stub in re.findall(r"^(\w+) = \.\.\.", source, re.MULTILINE)]
            assert set(stubs) <= {"guess"}


@pytest.mark.slow
def test_the_checks_of_an_edition_with_solutions_say_right(tmp_path):
    classroom.export(tmp_path / "solved", ["01"], "solutions")
    book = read(tmp_path / "solved" / NOTEBOOKS[0].name)
    execute(book)
    assert copies.said(book) == dict.fromkeys(["01.1", "01.2", "01.3", "01.4"], "right.")


def test_an_edition_with_outputs_is_as_stored(tmp_path):
    classroom.export(tmp_path / "all", ["02"], "with outputs")
    cells = lambda path: [(cell.source, cell.get("outputs")) for cell in read(path).cells[:-1]]
    assert cells(tmp_path / "all" / NOTEBOOKS[1].name) == cells(NOTEBOOKS[1])


def answered(path, lines):
    """A chapter whose checks have said these lines, {number: line}."""
    book = notebook(path)
    for cell in book["cells"]:
        for number, line in lines.items():
            if f'exercise("{number}").check' in "".join(cell["source"]):
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [f"{number}: {line}\n"]}]
    return json.dumps(book)


HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def a_class(tmp_path, monkeypatch):
    """Thirty copies with mistakes drawn from the tables, and what the report must say of them."""
    monkeypatch.setattr(classroom, "REPORT", tmp_path / "report")
    monkeypatch.setattr(classroom, "PROJECT", tmp_path)
    rng, folder, wanted = random.Random(1), tmp_path / "handed in", {}
    folder.mkdir()
    chapters = [(path, of_chapter(path.stem[:2])) for path in find(["01", "03", "08"])]
    for student in range(30):
        name = f"student {student:02}"
        (folder / name / ".course").mkdir(parents=True)
        for path, exercises in chapters:
            lines = {}
            for one in exercises:
                line = rng.choice(["right.", "not answered yet. Replace the dots.", *(
                    f"not yet: {line} Help: .hint() and .solution()" for _, line in one.mistakes)])
                wanted.setdefault(one.number, {})[name] = lines[one.number] = line
            (folder / name / path.name).write_text(answered(path, lines), "utf-8")
            (folder / name / ".course" / path.name).write_text(answered(path, dict.fromkeys(lines, "right.")), "utf-8")
    return folder, wanted


def test_the_report_on_thirty_copies_is_right(a_class, tmp_path, capsys):
    folder, wanted = a_class
    assert classroom.report(folder) == 0
    with open(tmp_path / "report" / "table.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == [f"student {number:02}" for number in range(30)]
    assert list(rows[0]) == ["student", "right", "not yet", "open", "note", *wanted]
    for number, lines in wanted.items():
        states = [classroom.state(lines[row["student"]]) for row in rows]
        assert [row[number] for row in rows] == states and set(states) <= {"right", "not yet", "open"}
    printed = capsys.readouterr().out
    for number, lines in wanted.items():
        wrong = [line.removeprefix("not yet: ").removesuffix(" Help: .hint() and .solution()")
                 for line in lines.values() if line.startswith("not yet")]
        most = max(map(wrong.count, wrong), default=0)
        (row,) = (line for line in printed.splitlines() if line.startswith(f"{number}  "))
        assert f"not yet {len(wrong):>3}" in row and (f"{most} × " in row) == bool(wrong)
        assert wrong.count(row.partition(" × ")[2]) == most
    assert "no student's code was run, and outputs can be written by hand" in printed


@posix                                          # Windows allows no such names
def test_broken_large_and_hostile_copies_are_named_and_harm_nothing(a_class, tmp_path, capsys):
    folder, _ = a_class
    path = NOTEBOOKS[0]
    (folder / "broken a.ipynb").write_text("<<<<<<< HEAD")
    (folder / "broken b.ipynb").write_text('{"cells": [{"outputs": 3}]}')
    (folder / "broken c.zip").write_bytes(b"PK no zip")
    (folder / "deep.ipynb").write_text("[" * 100_000)
    (folder / "notes.txt").write_text("nothing handed in")
    (folder / "student 02" / "old").mkdir()
    (folder / "student 02" / "old" / path.name).write_text("put aside")
    with open(folder / "student 00" / "large.ipynb", "wb") as file:
        file.truncate(100_000_000)
    spoiled = {"01.1": f"not yet: {HOSTILE} Help: x", "01.2": "not yet: =1+1", "01.3": "right."}
    (folder / f"{HOSTILE.replace('/', '')}.ipynb").write_text(answered(path, spoiled), "utf-8")
    (folder / "=HYPERLINK(1).ipynb").write_text(answered(path, {"01.1": "right."}), "utf-8")
    with zipfile.ZipFile(folder / "zipped.zip", "w") as archive:
        archive.writestr(f"../../{path.name}", answered(path, {"01.1": "right."}))
    os.symlink("/etc/passwd", folder / "student 01" / "link.ipynb")
    begun = time.monotonic()
    assert classroom.report(folder) == 1
    assert time.monotonic() - begun < 20
    printed, page = capsys.readouterr().out, (tmp_path / "report" / "index.html").read_text("utf-8")
    for name in ("broken a", "broken b", "broken c", "deep", "large"):
        assert any(name in line and "not read" in line for line in printed.splitlines()), name
    assert "it has more than 20 MB" in printed and "34 students" not in printed and "37 students" in printed
    assert "<script" not in page and "&lt;script&gt;" in page
    with open(tmp_path / "report" / "table.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["broken a.ipynb"]["note"] == rows["student 00"]["note"] == "a file not read"
    assert rows["student 01"]["note"] == rows["student 02"]["note"] == "" and "notes.txt" not in rows
    assert rows["'=HYPERLINK(1).ipynb"]["01.1"] == "right" and rows["zipped.zip"]["01.1"] == "right"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows.values() for cell in row.values())
    assert sorted(one.name for one in tmp_path.iterdir() if one.name != "handed in") == ["report"]


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(DataError, match="There is no folder"):
        classroom.report(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="There is nothing in"):
        classroom.report(tmp_path / "empty")
