"""Hygiene of the stored notebooks: they are executed, quiet, complete and in the form `make refresh` gives them."""

import copy
import importlib.util
import re

import nbformat
import pytest
from conftest import NOTEBOOKS, PROJECT, code_cells, notebook

from course_utils.commands import notebooks
from course_utils.commands.notebooks import write

spec = importlib.util.spec_from_file_location("comparison", PROJECT / "notebooks" / "conftest.py")
comparison = importlib.util.module_from_spec(spec)
spec.loader.exec_module(comparison)

PRIVATE = {
    "an absolute path": r"(?:^|[\s(='\"])(?:/[A-Za-z_][\w.-]*){2,}|[A-Z]:\\\w+",
    "a memory address": r"0x[0-9a-f]{6,}",
    "a date": r"\b20\d\d-\d\d-\d\d\b",
    "seconds": r"\d\s?(?:s|ms|sec|seconds)\b(?!t)",
}


def texts(cell):
    """Every compared text of a cell's outputs."""
    return [text for kind, text in comparison.pieces(cell["outputs"]) if isinstance(text, str) and kind != "image/png"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_the_table_of_chapters_in_the_readme_names_all_of_them():
    readme = (PROJECT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \d\d \| .+ \|$", readme, re.MULTILINE)
    for row, path in zip(rows, NOTEBOOKS, strict=True):
        title = "".join(notebook(path)["cells"][0]["source"])
        number, name, question, minutes, seconds = row.strip("| ").split(" | ")
        assert title.startswith(f"# {number} · ") and name == f"[{title.splitlines()[0][7:]}](notebooks/{path.name})"
        assert f"**{question}**" in title and f"About {minutes} minutes" in title
        assert seconds.isdigit(), "its seconds are missing: python -m course_utils refresh " + number
    again = "".join(row + "\n" for row in rows)
    assert notebooks.readme_rows(readme, {}) == again and notebooks.readme_rows(readme, {"01": 999.0}) != again


def test_every_code_cell_was_executed_in_order(path):
    counts = [cell["execution_count"] for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_errors_no_warnings(path):
    for cell in code_cells(path):
        assert all(output["output_type"] != "error" and output.get("name") != "stderr" for output in cell["outputs"])


@pytest.mark.parametrize("what", PRIVATE)
def test_outputs_hold_nothing_that_differs_between_machines(path, what):
    for cell in code_cells(path):
        for text in texts(cell):
            assert not re.search(PRIVATE[what], text, re.MULTILINE), text


def test_no_cell_is_exempt_from_the_comparison(path):
    for cell in notebook(path)["cells"]:
        assert not comparison.SKIPPING.search("".join(cell["source"]) + str(cell["metadata"]))


def test_only_cells_with_scores_of_trained_networks_are_approximate(path):
    for cell in code_cells(path):
        if "approx" in cell["metadata"].get("tags", ()):
            scoring = (r"train_model|predict|scores|worth|history|fit\(|confusion|_weights|broken|measure|losses|"
                       r"skip_gram|forget_gate|\.agrees\(|answers|phrase\(|write\(")
            assert re.search(scoring, cell["source"]), cell["source"]
            assert not any("%" in text for text in texts(cell))


def test_every_picture_is_drawn_and_has_a_caption_with_numbers(path):
    for cell in code_cells(path):
        found = comparison.pieces(cell["outputs"])
        pictures = [content for kind, content in found if kind == "image/png"]
        printed = "".join(text for kind, text in found if kind == "stdout")
        captions = re.split(r"^Figure: ", printed, flags=re.MULTILINE)[1:]
        assert len(pictures) == len(captions)
        for picture, caption in zip(pictures, captions, strict=True):
            assert comparison.picture_problem("".join(picture)) is None
            assert re.search(r"\d", caption)


def form(sources, number):
    """What is missing in the form of a chapter, a line each."""
    checks = [place for place, source in enumerate(sources) if "exercise(" in source and ".check(" in source]
    named = [re.search(r'exercise\("(.+?)"\)', sources[place])[1] for place in checks]
    first = next((place for place, source in enumerate(sources) if "## Exercises" in source), 0)
    title, asserts = sources[0], sum("assert " in source for source in sources)
    rules = {
        f"the title begins with '# {number} · '": title.startswith(f"# {number} · "),
        "below the title stand three bullets, '- …'": title.count("\n- ") == 3,
        "the first cell says 'About … minutes' and what it 'builds on'": "minutes" in title and "builds on" in title,
        "the second cell is the import of `start`, a blank line, `start()`":
            sources[1] == "from course_utils.runtime import start\n\nstart()",
        f"14 cells or more before the exercises (here {first})": first >= 14,
        "'## What to remember' stands in the cell with '## Exercises'": "## What to remember" in sources[first],
        f"three exercises or more, numbered {number}.1, {number}.2, … (here {named})":
            len(named) >= 3 and named == [f"{number}.{i}" for i in range(1, len(named) + 1)],
        "before each check stands the cell with `… = ...`": all(" = ..." in sources[place - 1] for place in checks),
        f"seven cells or more with an assertion (here {asserts})": asserts >= 7,
    }
    return [rule for rule, holds in rules.items() if not holds]


def test_the_form_of_a_chapter(path):
    sources = ["".join(cell["source"]) for cell in notebook(path)["cells"]]
    assert form(sources, path.stem[:2]) == []


def test_everything_that_is_missing_in_a_chapter_is_said_at_once():
    assert len(form(["# A title", "start()", "## Exercises"], "19")) == 8


def test_the_notebook_is_as_refresh_writes_it(path, tmp_path):
    copy = tmp_path / path.name
    write(nbformat.read(path, as_version=4), copy)
    assert copy.read_bytes() == path.read_bytes()


def ids(book):
    return [cell["id"] for cell in book["cells"]]


def test_every_cell_has_an_id_of_its_own(path):
    assert len(set(ids(notebook(path)))) == len(notebook(path)["cells"])


@pytest.mark.filterwarnings("error")           # nbformat mends ids as well, and warns that it will not always
def test_a_copied_cell_gets_an_id_of_its_own_and_all_others_keep_theirs(tmp_path):
    path = tmp_path / "copy.ipynb"
    book = nbformat.read(NOTEBOOKS[0], as_version=4)
    before = ids(book)
    book.cells.insert(5, copy.deepcopy(book.cells[4]))
    book.cells.append(copy.deepcopy(book.cells[2]))
    del book.cells[-1]["id"]
    assert write(book, path)
    after = ids(notebook(path))
    assert after[:5] + after[6:-1] == before and len(set(after)) == len(after) == len(before) + 2
    assert not write(nbformat.read(path, as_version=4), path) and ids(notebook(path)) == after


def test_the_numbers_of_a_figure_stay_with_it(tmp_path, probe):
    held = lambda path: [content for cell in code_cells(path) for kind, content in comparison.pieces(cell["outputs"])
                         if kind == comparison.FIGURE]
    assert len(held(probe)) == 1 and held(probe)[0][0]["lines"]["count"] == 2
    write(nbformat.read(probe, as_version=4), tmp_path / "again.ipynb")
    assert held(tmp_path / "again.ipynb") == held(probe)


def test_a_blank_picture_is_noticed():
    import base64
    import io

    import matplotlib.pyplot as plt

    def png(draw):
        figure = plt.figure()
        if draw:
            figure.gca().plot([1, 2])
        buffer = io.BytesIO()
        figure.savefig(buffer)
        plt.close(figure)
        return base64.b64encode(buffer.getvalue()).decode()

    assert comparison.picture_problem(png(draw=True)) is None
    assert "blank" in comparison.picture_problem(png(draw=False))
    assert "cannot be read" in comparison.picture_problem("bm8gcGljdHVyZQ==")
