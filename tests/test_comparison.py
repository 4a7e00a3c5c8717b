"""The output comparison is strict: every planted fault turns it red, in the cell where it is and nowhere before."""

import copy
import inspect
import json
import re

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from conftest import NOTEBOOKS, PROJECT, book_of, code_cells
from test_notebooks import comparison, texts
from walk import Walk

from course_utils import text

compare_text, compare_figure = comparison.compare_text, comparison.compare_figure


def chapter(number):
    [path] = [path for path in NOTEBOOKS if path.name.startswith(number)]
    return path


def test_equal_texts_agree():
    assert compare_text("z = 0.68 → 1 of 4\n", "z = 0.68 → 1 of 4\n") is None


@pytest.mark.parametrize(("stored", "fresh", "approx", "same"), [
    ("0.84950", "0.84951", False, True),        # 1e-4 of the value
    ("0.8495", "0.8497", False, False),
    ("-12.345", "-12.346", False, True),
    ("12.345", "-12.345", False, False),
    ("0.000", "-0.000", False, True),
    ("0.0000010", "0.0000018", False, True),    # 1e-6
    ("0.85", "0.89", True, True),               # a cell of approximate scores: 0.05
    ("0.85", "0.91", True, False),
    ("45.0", "45.1", True, False),
    ("0.036", "0.039", True, True),             # or a tenth of the value
    ("0.036", "0.041", True, False),
    ("-0.036", "0.036", True, False),
    ("0.00", "0.04", True, False),
    ("12", "13", True, False),                  # integers are exact everywhere
    ("0.85", "0.850", False, True),
    ("1e-3", "1.1e-3", False, False),
    ("nan", "0.5", True, False),
    ("a 0.5 b", "a 0.5 c", True, False),
    ("[0.5 0.5]", "[0.5]", False, False),
    ("1.", "2.", False, False),
])
def test_what_counts_as_equal(stored, fresh, approx, same):
    assert (compare_text(stored, fresh, approx) is None) == same


HELD = [{"lines": {"count": 2, "x": [0, 1.5, 3.0], "y": [0.036, 0.5, 10.0]}}]


@pytest.mark.parametrize(("change", "exact", "approx"), [
    (lambda held: None, True, True),
    (lambda held: held[0]["lines"].update(count=3), False, False),
    (lambda held: held[0]["lines"].update(x=[1e-7, 1.50001, 3]), True, True),           # an editor stores 3.0 as 3
    (lambda held: held[0]["lines"].update(x=[0.0, 1.5, 3.001]), False, True),
    (lambda held: held[0]["lines"].update(y=[0.039, 0.5, 10.0]), False, True),
    (lambda held: held[0]["lines"].update(y=[0.041, 0.5, 10.0]), False, False),
    (lambda held: held[0]["lines"].update(y=[0.036, 0.5, 10.1]), False, False),
    (lambda held: held[0]["lines"].update(y=[0.036, 0.5, float("nan")]), False, False),
    (lambda held: held[0]["lines"].update(y=[0.036, 0.5]), False, False),
    (lambda held: held[0].update(points=held[0]["lines"]), False, False),
    (lambda held: held[0].update(lines="none"), False, False),
    (lambda held: held.append({}), False, False),
])
def test_the_numbers_of_a_figure_are_compared(change, exact, approx):
    fresh = copy.deepcopy(HELD)
    change(fresh)
    assert (compare_figure(HELD, fresh) is None) == exact
    assert (compare_figure(HELD, fresh, approx=True) is None) == approx
    assert (compare_figure(fresh, HELD) is None) == exact


def changed_digit(text, place):
    return text[:place] + str((int(text[place]) + 5) % 10) + text[place + 1:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_any_changed_digit_of_any_stored_output_is_noticed(path):
    """Each digit of each integer, and the first three significant digits of each decimal, in turn."""
    tried = 0
    for cell in code_cells(path):
        approx = "approx" in cell["metadata"].get("tags", ())
        for output in texts(cell):
            decimals = [match.span() for match in comparison.NUMBER.finditer(output)]
            for digit in re.finditer(r"\d", output):
                place = digit.start()
                inside = [(start, end) for start, end in decimals if start <= place < end]
                if inside:
                    before = output[inside[0][0]:place].replace(".", "").lstrip("-−").lstrip("0")
                    significant = len(before) + (digit[0] != "0" or bool(before))
                    if approx or not 1 <= significant <= 3:
                        continue
                tried += 1
                spoiled = changed_digit(output, place)
                assert compare_text(output, spoiled, approx), f"{digit[0]} at {place} of {output!r}"
    assert tried > 20


def failing_cells(run, root, path, tmp_path):
    """Runs the comparison of one notebook in the copied project; the numbers of its code cells that fail."""
    report = tmp_path / "report.xml"
    done = run("-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", f"--junitxml={report}",
               f"notebooks/{path.name}", cwd=root)
    found = report.read_text("utf-8")
    cases = re.findall(r'<testcase [^>]*name="Cell (\d+)"[^>]*?(/>|>.*?</testcase>)', found, re.DOTALL)
    assert len(cases) == len(code_cells(root / "notebooks" / path.name)), done.stdout[-3000:]
    return {int(number) for number, rest in cases if "<failure" in rest}


def executed(*sources, printed):
    """A notebook of these cells that have printed this."""
    book = book_of(*sources)
    for number, (cell, line) in enumerate(zip(book.cells, printed, strict=True)):
        cell.execution_count = number + 1
        cell.outputs = [nbformat.v4.new_output("stream", text=line)] if line else []
    return book


def store(root, path, change, until=None):
    """Writes a changed copy of a notebook into the copied project, cut off behind so many code cells."""
    book = nbformat.read(path, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    change(cells)
    if until is not None and until < len(cells):
        del book.cells[book.cells.index(cells[until]):]
    (root / "notebooks" / path.name).write_text(nbformat.writes(book), encoding="utf-8")


def cell_with(cells, part):
    return next(number for number, cell in enumerate(cells) if part in cell["source"])


def replace(cells, part, old, new):
    """Replaces source in the cell that contains `part`."""
    cell = cells[cell_with(cells, part)]
    assert old in cell["source"]
    cell["source"] = cell["source"].replace(old, new)


def change_package(root, name, old, new):
    """Replaces source in a module of the copied project's package."""
    module = root / "course_utils" / name
    source = module.read_text("utf-8")
    assert old in source
    module.write_text(source.replace(old, new), encoding="utf-8")


def test_faults_in_outputs_are_noticed_cell_by_cell(run, copied_project, probe, tmp_path):
    """A picture that is missing, a changed integer, a moved point of a curve, a changed decimal, a picture without its
    numbers, a changed caption: one in each cell of the probe."""
    def spoil(cells):
        [caption] = [output for output in cells[2].outputs if "text" in output]
        bare, figure = copy.deepcopy(cells[2].outputs[0]), copy.deepcopy(cells[2])
        cells[0].source += "\nimport matplotlib.pyplot as plt; plt.figure()"
        cells[1].outputs[0].text = cells[1].outputs[0].text.replace("2000", "2001", 1)
        replace(cells, "plots.show", "x ** 2.0", "x ** 2.0 * (1 + 0.2 * (x == 10))")
        cells[3].outputs[0].text = cells[3].outputs[0].text.replace("0.", "1.")
        del bare.data[comparison.FIGURE]
        cells[4].source += "\nplt.plot(x)\nplt.show()"
        cells[4].outputs.append(bare)
        cells[5].source = figure.source
        changed_caption = nbformat.v4.new_output("stream", text=caption.text.replace("highest", "lowest"))
        cells[5].outputs = [figure.outputs[0], changed_caption]

    store(copied_project, probe, spoil)
    assert failing_cells(run, copied_project, probe, tmp_path) == set(range(6))


def test_a_changed_formula_in_the_package(run, copied_project, tmp_path):
    book = executed("import numpy as np\nfrom course_utils import by_hand",
                    "print(by_hand.dense(np.ones(2), np.eye(2), np.ones(2)))", "print(np.ones(2))",
                    printed=["", "[2. 2.]\n", "[1. 1.]\n"])
    path = tmp_path / "01_package.ipynb"
    nbformat.write(book, path)
    store(copied_project, path, lambda cells: None)
    change_package(copied_project, "by_hand.py", "np.asarray(W).T + b", "np.asarray(W).T - b")
    assert failing_cells(run, copied_project, path, tmp_path) == {1}


def test_a_changed_formula_in_a_chapter(run, copied_project, tmp_path):
    path, old = chapter("04"), "delta_o = y_hat - y "
    place = cell_with(code_cells(path), old)
    store(copied_project, path, lambda cells: replace(cells, old, old, "delta_o = y - y_hat "), until=place + 1)
    assert failing_cells(run, copied_project, path, tmp_path) == {place}


# chapter: {fault: (the cell has, in it this, becomes that)}
FAULTS = {
    "04": {"sign": ("delta_o = y_hat - y ", "delta_o = y - y_hat "),
           "sign of a layer": ("delta_2 = (Wo.T @ delta_o)", "delta_2 = -(Wo.T @ delta_o)"),
           "axes": ("delta_1 = (W2.T @ delta_2)", "delta_1 = (W2 @ delta_2)"),
           "bias": ("X.T @ delta_1, delta_1.sum(axis=0)", "X.T @ delta_1, 0 * delta_1.sum(axis=0)")},
    "06": {"padding id": ("train_ids = tf.ragged", "default_value=0", "default_value=1"),
           "number of buckets": ("vocabulary = text.Vocabulary", "vocab_size, buckets)", "vocab_size, buckets + 1)")},
    "07": {"sign of a score": ("logits = c @ e", "logits = -c @ e"),
           "padding counted": ("(vectors * is_word).sum(axis=1) / is_word.sum(axis=1)",
                               "(vectors * is_word).sum(axis=1) / 5")},
    "08": {"bias of a filter": ("np.tensordot(windows, W, axes=2) + b ", "np.tensordot(windows, W, axes=2) "),
           "filter upside down": ("np.tensordot(windows, W, axes=2)", "np.tensordot(windows, W[::-1], axes=2)"),
           "axes of a pool": ("how(h[row:row + size, column:column + size])",
                              "how(h[column:column + size, row:row + size])")},
    "09": {"transposed": ("h = np.tanh(x[:, t] @ W_x + h @ W_h + b)", "h = np.tanh(x[:, t] @ W_x + h @ W_h.T + b)"),
           "mask shifted": ("[True] * 2 + [False] * 3", "[True] * 3 + [False] * 2")},
    "10": {"gates swapped": ("i, f, g, o = np.split(x @ W", "f, i, g, o = np.split(x @ W"),
           "reset after the product": ("(r * h) @ W_h[:, 2 * n:]", "r * (h @ W_h[:, 2 * n:])"),
           "update gate turned round": ("u * h + (1 - u) * np.tanh", "(1 - u) * h + u * np.tanh"),
           "clipped to twice the limit": ("min(1, limit / np.linalg.norm", "min(1, 2 * limit / np.linalg.norm")},
    "12": {"padding turned with the sentence": ("mask=mask[:, ::-1])[:, ::-1]", "mask=mask)[:, ::-1]")},
    "13": {"not divided": ("return k * x / (1 - p)", "return k * x"),
           "a survival that grows": ("(1 - p) ** np.arange(steps + 1)", "p ** np.arange(steps + 1)")},
    "14": {"boundary of an entity": ("found.append((start, i, tags[start][2:]))",
                                     "found.append((start, i - 1, tags[start][2:]))"),
           "neighbours joined": ('tag != "I-" + tags[start][2:]', '"I" + tag[1:] != "I-" + tags[start][2:]'),
           "loss counted on padding": ("seven words {losses[mask].mean()", "seven words {losses.mean()"),
           "the worst way kept": ("back.append(ways.argmax(axis=0))", "back.append(ways.argmin(axis=0))"),
           "pairs turned round": ("ways = alpha[:, np.newaxis] + pairs ", "ways = alpha[:, np.newaxis] + pairs.T "),
           "padding changes alpha": ("return tf.where(now[1][:, tf.newaxis], new, alpha)", "return new")},
    "15": {"shortest match": ("size = next((size for size in range(4, 1, -1)",
                              "size = next((size for size in range(2, 5)"),
           "counts for shares": ("get(sentence[i:end], 0.1) / total)", "get(sentence[i:end], 0.1))"),
           "nothing below for what is added": ("keepdims=True) + a * V))", "keepdims=True)))"),
           "recall by column": ("C.diagonal() / C.sum(axis=1)", "C.diagonal() / C.sum(axis=0)")},
    "16": {"attention to padding": ("np.where(mask, scores, -1e9)", "scores"),
           "the root forgotten": ("query @ key.T / np.sqrt(query.shape[-1])", "query @ key.T"),
           "one head only": ("total = total + new @ W_o[i]", "total = b_o + new @ W_o[i]"),
           "no way past": ("u = norm(x + heard, gamma_1, beta_1)", "u = norm(heard, gamma_1, beta_1)"),
           "divided by the variance": ("/ np.sqrt(variance + 1e-5)", "/ (variance + 1e-5)"),
           "hole in the padding": ("np.where(chosen, new, truth), axis=1)", "new, axis=1)"),
           "neighbours turned round": ("shares_of(pairs[a], s) * shares_of(pairs[:, c].T, s)",
                                       "shares_of(pairs[c], s) * shares_of(pairs[:, a].T, s)"),
           "segments swapped": ("tables[2][which]", "tables[2][1 - which]"),
           "the shortest piece": ("range(len(word), begin, -1)", "range(begin + 1, len(word) + 1)")},
    "17": {"attention over padded rows": ("keras.ops.where(sentence > 0, score, -1e9)", "score"),
           "weights that are not divided": ("alpha = alpha / alpha.sum()", "alpha = 1 * alpha")},
    "18": {"a cache that keeps nothing": ("raw.map(prepare).cache()", "raw.map(prepare)"),
           "means instead of sums": ("gradient(x64[:32], y64[:32], 64.0)", "gradient(x64[:32], y64[:32], 32.0)"),
           "sums that are lost on the way": ("here[piece] if turn < n - 1", "here[piece] if turn < n - 2"),
           "a ring that is walked once": ("range(2 * (n - 1))", "range(n - 1)"),
           "nothing to send": ("2 * (n - 1) / n * gradient_bytes", "0 * gradient_bytes")},
}
# cells before a fault that train for long, and what stands in for them: nothing, or answers that are drawn
INSTEAD = {
    "15": {'model, history = trained("mean': 'stored = experiments.read("15_network")\n'
                                              "answers = np.random.default_rng(1).integers(6, size=len(test.labels))",
           "short = model(": ""},
    "16": {"hide(known_ids[:2048]": ""},
    "18": {'live = measure_workers("worker 1 dies"': ""},
}


@pytest.fixture
def in_a_script(monkeypatch):
    """What the first cell of a chapter sets is set back afterwards; figures are only drawn."""
    monkeypatch.chdir(PROJECT / "notebooks")
    with matplotlib.rc_context({"backend": "agg"}), np.printoptions():
        yield
    plt.close("all")


@pytest.mark.parametrize("number", FAULTS)
def test_faults_in_the_formulas_of_a_chapter(number, in_a_script):
    """Each is noticed, in its cell or one of the next two; without it these cells are right, and so is the walk."""
    walk = Walk(chapter(number), INSTEAD.get(number, {}))
    faults = [(walk.find(fault[0]), name, *fault[-2:]) for name, fault in FAULTS[number].items()]
    for place, name, old, new in sorted(faults):
        walk.go_to(place)
        noticed = walk.first_difference(lambda source, old=old, new=new: changed(source, old, new))
        assert noticed is not None, f"not noticed: {name}"
        assert walk.first_difference(cells=noticed + 1 - place) is None, f"noticed without the fault: {name}"
    walk.go_to(place + 1)


def changed(source, old, new):
    assert old in source
    return source.replace(old, new)


def test_another_padding_id_in_the_package(in_a_script, monkeypatch):
    walk = Walk(chapter("06"), {})
    walk.go_to(walk.find("text.batches_by_length"))
    assert walk.first_difference(cells=1) is None
    other = {}
    source = changed(inspect.getsource(text.pad), 'padding="post"', 'padding="post", value=1')
    exec(source, vars(text), other)
    monkeypatch.setattr(text, "pad", other["pad"])
    assert walk.first_difference(cells=1) == walk.place


SPOILED = {
    "skip_comment": lambda cell: cell.update(source="# NBVAL_SKIP\n" + cell["source"]),
    "ignore_tag": lambda cell: cell["metadata"].update(tags=["nbval-ignore-output"]),
    "exception_tag": lambda cell: cell["metadata"].update(tags=["raises-exception"]),
}


def test_an_exempted_cell_stops_the_collection(run, copied_project, probe):
    book = nbformat.read(probe, as_version=4)
    for number, spoil in enumerate(SPOILED.values()):
        spoiled = copy.deepcopy(book)
        spoil(spoiled.cells[3])
        nbformat.write(spoiled, copied_project / "notebooks" / f"0{number}_x.ipynb")
    done = run("-m", "pytest", "--collect-only", "--numprocesses=0", "notebooks", cwd=copied_project)
    assert done.returncode != 0
    for number in range(len(SPOILED)):
        assert re.search(rf"0{number}_x.ipynb: .*every cell is compared", done.stdout), number


def test_a_chapter_saved_by_an_editor_fails_in_one_line_and_refresh_mends_it(run, copied_project):
    book = executed("print(1)", "print(2)", printed=["1\n", "2\n"])
    notebooks = copied_project / "notebooks"
    nbformat.write(book, notebooks / "01_good.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), notebooks / "Untitled.ipynb")
    book.cells[0].execution_count = 7                                  # run again, and Shift-Enter on the last cell
    book.cells.append(nbformat.v4.new_code_cell(""))
    book.metadata["kernelspec"] = {"display_name": "mine", "name": "mine"}
    nbformat.write(book, notebooks / "02_edited.ipynb")
    compare = lambda: run("-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", "-q", "notebooks",
                          cwd=copied_project).stdout
    said = compare()
    assert "1 failed, 2 passed" in said and "02_edited.ipynb was saved by an editor" in said, said
    assert "Traceback" not in said and "make refresh" in said
    run("-m", "course_utils", "refresh", cwd=copied_project)
    assert "4 passed" in compare()


@pytest.mark.slow
def test_the_cells_of_a_notebook_run_in_one_process_with_one_thread(copied_project, run):
    """Two workers, two notebooks whose cells need each other."""
    book = executed("import os\nx = 1", "x += 1", "x += 1", "print(x, os.environ['TF_NUM_INTRAOP_THREADS'])",
                    printed=["", "", "", "3 1\n"])
    for name in "12":
        nbformat.write(book, copied_project / "notebooks" / f"0{name}_x.ipynb")
    done = run("-m", "pytest", "-p", "no:cacheprovider", "-v", "notebooks", cwd=copied_project)
    assert done.returncode == 0 and "8 passed" in done.stdout, done.stdout[-2000:]
    assert {"gw0", "gw1"} == set(re.findall(r"\[(gw\d)\] \[", done.stdout))


def test_the_last_chapters_begin_first(request):
    first, last = (list(comparison.CourseFile.from_parent(request.session, path=path).collect())
                   for path in (NOTEBOOKS[0], NOTEBOOKS[-1]))
    items = [request.node, *first, *last]
    comparison.pytest_collection_modifyitems(items)
    assert items == [*last, *first, request.node]


@pytest.mark.slow
def test_refreshing_again_changes_nothing(run, copied_project, probe):
    """The probe was stored by `write`, as `refresh` does; another editor's marks are wiped."""
    copy_of = copied_project / "notebooks" / probe.name
    book = json.loads(probe.read_text("utf-8"))
    book["metadata"] = {"kernelspec": {"name": "python3", "display_name": "mine", "language": "python"}, "x": 1}
    for cell in book["cells"]:
        cell["metadata"]["collapsed"] = True
    copy_of.write_text(json.dumps(book), encoding="utf-8")
    done = run("-m", "course_utils", "refresh", "00", cwd=copied_project)
    assert done.returncode == 0, done.stderr
    written = nbformat.read(copy_of, as_version=4)
    assert written.cells.pop().source == "[Contents](contents.md)"
    nbformat.write(written, copy_of)
    assert strip_pictures(copy_of) == strip_pictures(probe)


def strip_pictures(path):
    """A notebook's text without its pictures, whose bytes depend on the fonts of the machine."""
    return re.sub(r'"image/png": "[^"]*"', '"image/png"', path.read_text("utf-8"))
