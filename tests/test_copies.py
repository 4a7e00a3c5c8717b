"""A student's own copy: nothing she wrote is lost by an update, and everything new arrives."""

import json
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from conftest import NOTEBOOKS, notebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import v4

from course_utils.commands import copies
from course_utils.exercises import exercise
from course_utils.files import DataError


def cell(name, source):
    return v4.new_code_cell(source, id=name)


def sources(cells):
    return [one.source for one in cells]


def merged(base, mine, new):
    """The sources after an update; each argument is {id: source}."""
    return sources(copies.merge(*([cell(*one) for one in cells.items()] for cells in (base, mine, new))))


BASE = {"a": "A", "b": "B", "c": "C"}
NEW = f"*{copies.HERS}*\n\n```python\nB2\n```"


@pytest.mark.parametrize(("mine", "new", "wanted"), [
    (BASE, {"a": "A", "b": "B2", "d": "D", "c": "C"}, ["A", "B2", "D", "C"]),            # untouched
    ({**BASE, "b": "mine"}, BASE, ["A", "mine", "C"]),
    ({**BASE, "b": "mine"}, {**BASE, "c": "C2"}, ["A", "mine", "C2"]),
    ({**BASE, "b": "mine"}, {**BASE, "b": "B2"}, ["A", "mine", NEW, "C"]),
    ({**BASE, "b": "B2"}, {**BASE, "b": "B2"}, ["A", "B2", "C"]),                        # both did the same
    ({"a": "A", "c": "C"}, {**BASE, "d": "D"}, ["A", "C", "D"]),                         # she deleted b
    ({"a": "A", "c": "C"}, {**BASE, "b": "B2"}, ["A", f"*{copies.DELETED}*\n\n```python\nB2\n```", "C"]),
    (BASE, {"a": "A", "c": "C"}, ["A", "C"]),                                            # the course deleted b
    ({**BASE, "b": "mine"}, {"a": "A", "c": "C"}, ["A", "mine", "C"]),
    ({"z": "own", **BASE}, BASE, ["own", "A", "B", "C"]),
    ({"a": "A", "b": "mine", "z": "own", "c": "C"}, {**BASE, "b": "B2"},
     ["A", "mine", NEW, "own", "C"]),
])
def test_an_update_cell_by_cell(mine, new, wanted):
    assert merged(BASE, mine, new) == wanted


def edited(data, cells, letters, course):
    """A list of cells after some random edits: changed, deleted, added, and, by a student, moved."""
    cells = [dict(one) for one in cells]
    for number in range(data.draw(st.integers(0, 4))):
        kind = data.draw(st.sampled_from(["change", "delete", "add", "add"] + ["move"] * (not course)))
        place = data.draw(st.integers(0, max(len(cells) - 1, 0)))
        text = f"{letters}{data.draw(st.integers(0, 10**6))}"
        if kind == "add":
            cells.insert(place, {"id": f"{letters}-{number}-{data.draw(st.uuids()).hex[:8]}", "source": text})
        elif cells and kind == "change":
            cells[place]["source"] = text
        elif cells and kind == "delete":
            del cells[place]
        elif cells:
            cells.insert(data.draw(st.integers(0, len(cells) - 1)), cells.pop(place))
    return cells


def book(cells):
    return v4.new_notebook(cells=[cell(one["id"], one["source"]) for one in cells])


def history(data):
    """Three updates of one chapter, a student's edits before each: nothing of hers, nothing of the course's is lost."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "04_x.ipynb"
        (path.parent / ".course").mkdir()
        course = [{"id": f"cell-{number}", "source": f"{number}"} for number in range(data.draw(st.integers(0, 6)))]
        copies.bring(path, book(course))
        for _ in range(3):
            before = copies.read(path).cells
            mine = edited(data, before, "mine", course=False)
            copies.store(book(mine), path)
            previous, course = course, edited(data, course, "new", course=True)
            line = copies.bring(path, book(course))
            assert line is None or line.startswith("04_x.ipynb: ")
            after = copies.read(path).cells                            # a readable notebook, its ids all different
            assert len({one.id for one in after}) == len(after)
            was = {one["id"]: one["source"] for one in previous}
            notes = tuple(f"*{note}" for note in (copies.HERS, copies.DELETED))
            hers = [one["source"] for one in mine
                    if was.get(one["id"]) != one["source"] and not one["source"].startswith(notes)]
            theirs = [one["source"] for one in course if was.get(one["id"]) != one["source"]]
            text = "\n".join(sources(after)).splitlines()
            assert set(hers) <= set(sources(after)) and set(theirs) <= set(text)
        assert copies.bring(path, book(course)) is None and sources(copies.read(path).cells) == sources(after)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_in_random_histories_nothing_is_lost(data):
    history(data)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_in_a_thousand_random_histories_nothing_is_lost(data):
    history(data)


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "my copy"))
    return copies.work_folder()


def test_the_copy_lies_in_the_course_unless_a_variable_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "PROJECT", tmp_path)
    monkeypatch.delenv("COURSE_WORK", raising=False)
    assert copies.work_folder() == tmp_path / "my_course"
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "mine"))
    assert copies.work_folder() == tmp_path / "mine"


def answer(path, number, line, source=None):
    """Write an answer into a copy, with what its check has said."""
    written = notebook(path)
    for place, one in enumerate(written["cells"]):
        if f'exercise("{number}").check' in "".join(one["source"]):
            one["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [f"{number}: {line}\n"]}]
            written["cells"][place - 1]["source"] = source or written["cells"][place - 1]["source"]
    path.write_text(json.dumps(written), "utf-8")


def test_the_copy_has_every_chapter_without_outputs_and_an_update_without_news_touches_nothing(work):
    assert copies.update(work) == []
    for path in NOTEBOOKS:
        cells = copies.read(work / path.name).cells
        assert sources(cells) == ["".join(one["source"]) for one in notebook(path)["cells"]]
        assert not any(one.get("outputs") for one in cells)
    answer(work / NOTEBOOKS[0].name, "01.1", "right.", "hidden = 1")
    before = {path.name: path.read_bytes() for path in work.glob("*.ipynb")}
    assert copies.update(work) == []
    assert {path.name: path.read_bytes() for path in work.glob("*.ipynb")} == before


def test_progress_counts_what_the_checks_have_said_and_the_start_page_shows_it(work, capsys):
    copies.update(work)
    path = work / NOTEBOOKS[0].name
    answer(path, "01.1", "right.")
    answer(path, "01.2", "not yet: the bias is missing. Help: .hint() and .solution()")
    answer(path, "01.3", "not answered yet. Replace the dots and run both cells.")
    (work / NOTEBOOKS[1].name).write_text("<<<<<<< HEAD")
    copies.progress()
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[1:3] == [["01", "1", "1", "2"], ["02", "0", "0", "4"]] and rows[-1][:4] == ["in", "all", "1", "1"]
    assert "| 1 of 4 |" in (work / "contents.md").read_text("utf-8").splitlines()[4]


def test_what_was_right_once_stays_so_until_the_chapter_is_reset(work, monkeypatch, capsys):
    """Run All that stops at an assertion wipes the outputs below it."""
    copies.update(work)
    monkeypatch.setenv("COURSE_PROGRESS", str(work / ".course" / "right.txt"))
    exercise("01.3").check(1_590_901)
    exercise("02.2").check(99.0)
    exercise("01.1").check(...)
    assert copies.done(work)["01"] == ["", "", "right.", ""] and not any(copies.done(work)["02"])
    copies.reset(["1"])
    assert not any(copies.done(work)["01"])


def test_a_second_update_replaces_its_older_note():
    first = copies.merge([cell("a", "A")], [cell("a", "mine")], [cell("a", "A2")])
    again = copies.merge([cell("a", "A2")], first, [cell("a", "A3")])
    assert [one.source.count("A3") + 2 * one.source.count("mine") for one in again] == [2, 1]
    unchanged = copies.merge([cell("a", "A3")], again, [cell("a", "A3"), cell("b", "B")])
    assert len(unchanged) == 3 and unchanged[1].source == again[1].source


def test_the_start_page_says_what_an_update_has_done(work, monkeypatch, tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(NOTEBOOKS[0], folder)
    monkeypatch.setitem(copies.find.__globals__, "FOLDER", folder)
    copies.update(work)
    changed = notebook(NOTEBOOKS[0])
    changed["cells"][2]["source"] = ["A new text."]
    (folder / NOTEBOOKS[0].name).write_text(json.dumps(changed), "utf-8")
    (line,) = copies.update(work)
    assert line == "01_mlp_forward_pass.ipynb: replaced by the course's new version; you had not changed it"
    page = (work / "contents.md").read_text("utf-8")
    assert "The course has been updated:" in page and "- 01_mlp_forward_pass.ipynb: replaced by" in page


def test_reset_begins_a_chapter_anew_and_keeps_the_old_file(work, capsys):
    copies.update(work)
    path = work / NOTEBOOKS[3].name
    for spoiled in ("no notebook", "again"):
        path.write_text(spoiled)
        copies.reset(["04"])
    assert "04_backpropagation.ipynb is as the course has it" in capsys.readouterr().out
    assert len(copies.read(path).cells) == len(notebook(NOTEBOOKS[3])["cells"])
    kept = sorted((work / "old").iterdir())
    assert [one.read_text() for one in kept] == ["no notebook", "again"]


def test_a_copy_that_cannot_be_read_is_left_as_it_is_and_named(work):
    copies.update(work)
    path = work / NOTEBOOKS[0].name
    for content in ("<<<<<<< HEAD\n{}", '{"cells": 3}', "[]", ""):
        path.write_text(content)
        (line,) = copies.update(work)
        assert line.startswith("01_mlp_forward_pass.ipynb is no readable notebook") and "reset 01" in line
        assert path.read_text() == content


def test_a_renamed_chapter_is_followed(work, monkeypatch, tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for path in NOTEBOOKS[:3]:
        shutil.copy(path, folder)
    monkeypatch.setitem(copies.find.__globals__, "FOLDER", folder)
    copies.update(work)
    answer(work / NOTEBOOKS[1].name, "02.1", "right.", "value = 'mine'")
    (folder / NOTEBOOKS[1].name).rename(folder / "03_curves.ipynb")
    (folder / NOTEBOOKS[2].name).rename(folder / "04_descent.ipynb")
    lines = copies.update(work)
    assert {line for line in lines if "is called" in line} == {
        "02_activation_functions.ipynb is called 03_curves.ipynb now.",
        "03_gradient_descent.ipynb is called 04_descent.ipynb now."}
    assert "value = 'mine'" in sources(copies.read(work / "03_curves.ipynb").cells)
    assert not (work / NOTEBOOKS[1].name).exists() and (work / "04_descent.ipynb").exists()


def test_a_folder_that_cannot_be_written_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "file" / "mine"))
    with pytest.raises(DataError, match="Set COURSE_WORK to a folder of your own"):
        copies.work_folder()


def test_cells_without_ids_or_with_the_same_one_twice_are_all_kept(work):
    copies.update(work)
    path = work / NOTEBOOKS[0].name
    written = notebook(path)
    twice = dict(written["cells"][2], source=["a copy"])
    bare = {key: value for key, value in dict(written["cells"][2], source=["bare"]).items() if key != "id"}
    written["cells"] += [twice, bare]
    path.write_text(json.dumps(written), "utf-8")
    cells = copies.read(path).cells
    assert {"a copy", "bare"} <= set(sources(cells)) and len({one.id for one in cells}) == len(cells)
    assert nbformat.validate(copies.read(path)) is None
