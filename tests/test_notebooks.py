"""Hygiene of the stored notebooks: they are executed, quiet, complete and in the form that `make refresh` gives them."""

import importlib.util
import re

import nbformat
import pytest
from conftest import NOTEBOOKS, PROJECT, code_cells, notebook

from course_utils.notebooks import write

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


def test_there_are_chapters():
    assert len(NOTEBOOKS) >= 4


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
            assert re.search(r"train_model|predict|scores|worth|history|fit\(|confusion|_weights|broken", cell["source"]), cell["source"]
            assert not any("%" in text for text in texts(cell))


def test_every_picture_is_drawn_and_has_a_caption_with_numbers(path):
    for cell in code_cells(path):
        found = comparison.pieces(cell["outputs"])
        pictures = [content for kind, content in found if kind == "image/png"]
        captions = re.findall(r"^Figure: .+$", "".join(text for kind, text in found if kind == "stdout"), re.MULTILINE)
        assert len(pictures) == len(captions)
        for picture, caption in zip(pictures, captions, strict=True):
            assert comparison.picture_problem("".join(picture)) is None
            assert re.search(r"\d", caption)


def test_the_form_of_a_chapter(path):
    cells = notebook(path)["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    exercises = [number for number, source in enumerate(sources) if "exercise(" in source and ".check(" in source]
    first = next(number for number, source in enumerate(sources) if "## Exercises" in source)
    number = path.stem[:2]
    assert sources[0].startswith(f"# {number} · ") and sources[0].count("\n- ") == 3
    assert "minutes" in sources[0] and "builds on" in sources[0]
    assert sources[1] == "from course_utils.runtime import start\n\nstart()"
    assert 20 <= first + 1 <= 40
    assert "## What to remember" in sources[first]
    assert [re.search(r'exercise\("(.+?)"\)', sources[place])[1] for place in exercises] == [f"{number}.{i}" for i in (1, 2, 3)]
    assert all(" = ..." in sources[place - 1] for place in exercises)
    assert sum("assert " in source for source in sources) >= 10


def test_the_notebook_is_as_refresh_writes_it(path, tmp_path):
    copy = tmp_path / path.name
    write(nbformat.read(path, as_version=4), copy)
    assert copy.read_bytes() == path.read_bytes()


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
