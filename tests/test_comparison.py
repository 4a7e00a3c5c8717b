"""The output comparison is strict: every planted fault turns it red, in the cell where it is and nowhere before."""

import json
import re

import nbformat
import pytest
from conftest import NOTEBOOKS, code_cells
from test_notebooks import comparison, texts

compare_text = comparison.compare_text


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
    ("0.85", "0.89", True, True),
    ("0.85", "0.91", True, False),
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


def changed_digit(text, place):
    return text[:place] + str((int(text[place]) + 5) % 10) + text[place + 1:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_any_changed_digit_of_any_stored_output_is_noticed(path):
    """Each digit of each integer, and the first three significant digits of each decimal, in turn."""
    tried = 0
    for cell in code_cells(path):
        approx = "approx" in cell["metadata"].get("tags", ())
        for text in texts(cell):
            decimals = [match.span() for match in comparison.NUMBER.finditer(text)]
            for digit in re.finditer(r"\d", text):
                place = digit.start()
                inside = [(start, end) for start, end in decimals if start <= place < end]
                if inside:
                    before = text[inside[0][0]:place].replace(".", "").lstrip("-−").lstrip("0")
                    significant = len(before) + (digit[0] != "0" or bool(before))
                    if approx or not 1 <= significant <= 3:
                        continue
                tried += 1
                assert compare_text(text, changed_digit(text, place), approx), f"{digit[0]} at {place} of {text!r}"
    assert tried > 20


def failing_cells(run, root, path, tmp_path):
    """Runs the comparison of one notebook in the copied project; the numbers of its code cells that fail."""
    report = tmp_path / "report.xml"
    done = run("-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=0", f"--junitxml={report}", f"notebooks/{path.name}", cwd=root)
    found = report.read_text("utf-8")
    cases = re.findall(r'<testcase [^>]*name="Cell (\d+)"[^>]*?(/>|>.*?</testcase>)', found, re.DOTALL)
    assert len(cases) == len(code_cells(root / "notebooks" / path.name)), done.stdout[-3000:]
    return {int(number) for number, rest in cases if "<failure" in rest}


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


def test_a_changed_integer_a_changed_decimal_a_changed_caption_and_a_missing_picture(run, copied_project, tmp_path):
    path = chapter("01")

    def spoil(cells):
        for part, old, new in ("in all:", "31", "32"), ("Z₁ =", "0.68", "0.69"):
            output = cells[cell_with(cells, part)].outputs[0]
            assert old in output.text
            output.text = output.text.replace(old, new)
        replace(cells, "plots.network", "thicker lines", "thinner lines")
        replace(cells, "columns = sigmoid", 'print("columns:"', 'import matplotlib.pyplot as plt; plt.figure(); print("columns:"')

    store(copied_project, path, spoil)
    cells = code_cells(path)
    expected = {cell_with(cells, part) for part in ("in all:", "print(\"Z₁ =\"", "plots.network", "columns = sigmoid")}
    assert failing_cells(run, copied_project, path, tmp_path) == expected


def test_a_changed_formula_in_the_package(run, copied_project, tmp_path):
    path = chapter("01")
    store(copied_project, path, lambda cells: None)
    change_package(copied_project, "by_hand.py", "np.asarray(W).T + b", "np.asarray(W).T - b")
    assert failing_cells(run, copied_project, path, tmp_path) == {cell_with(code_cells(path), "by_hand.dense")}


@pytest.mark.parametrize(("number", "old", "new"), [
    ("04", "delta_o = p - y ", "delta_o = y - p "),
    ("04", "delta_2 = (Wo.T @ delta_o)", "delta_2 = -(Wo.T @ delta_o)"),
    ("04", "delta_1 = (W2.T @ delta_2)", "delta_1 = (W2 @ delta_2)"),
    ("04", "X.T @ delta_h, delta_h.sum(axis=0)", "X.T @ delta_h, 0 * delta_h.sum(axis=0)"),
    ("07", "logits = c @ e", "logits = -c @ e"),
    ("07", "(vectors * is_word).sum(axis=1) / is_word.sum(axis=1)", "(vectors * is_word).sum(axis=1) / 5"),
    ("08", "np.tensordot(windows, W, axes=2) + b ", "np.tensordot(windows, W, axes=2) "),
    ("08", "np.tensordot(windows, W, axes=2)", "np.tensordot(windows, W[::-1], axes=2)"),
    ("08", "how(h[row:row + size, column:column + size])", "how(h[column:column + size, row:row + size])"),
    ("09", "h = np.tanh(x[:, t] @ W_x + h @ W_h + b)", "h = np.tanh(x[:, t] @ W_x + h @ W_h.T + b)"),
    ("09", "[True] * 2 + [False] * 3", "[True] * 3 + [False] * 2"),
    ("10", "i, f, g, o = np.split(x @ W", "f, i, g, o = np.split(x @ W"),
    ("10", "seen = r * h_g if reset_after else", "seen = r * h_g if not reset_after else"),
    ("10", "z * h + (1 - z) * np.tanh", "(1 - z) * h + z * np.tanh"),
    ("12", "mask=mask[:, ::-1])[:, ::-1]", "mask=mask)[:, ::-1]"),
    ("13", "return x * mask / (1 - p)", "return x * mask"),
    ("14", "found.append((start, i, tags[start][2:]))", "found.append((start, i - 1, tags[start][2:]))"),
    ("14", "goes_on = start is not None and tag", "goes_on = start is not None and 'I' + tag[1:]"),
    ("14", "Embedding(len(known), size, mask_zero=True)", "Embedding(len(known), size)"),
    ("14", "losses[mask].sum()", "losses.sum()"),
    ("15", "size = next((size for size in range(4, 1, -1)", "size = next((size for size in range(2, 5)"),
    ("15", "confusion.diagonal() / confusion.sum(axis=1)", "confusion.diagonal() / confusion.sum(axis=0)"),
    ("16", "np.where(mask, query @ key.T / np.sqrt(query.shape[-1]), -1e9)", "query @ key.T / np.sqrt(query.shape[-1])"),
    ("16", "position[:pair.shape[1]] + second[segment]", "position[:pair.shape[1]] + second[1 - segment]"),
    ("16", "places, np.where(counts, shown, truth), axis=1)", "places, shown, axis=1)"),
    ("16", "keras.ops.where(mask, scores, -1e9)", "scores"),
], ids=["sign", "sign of a layer", "axes", "bias", "sign of a score", "padding counted", "bias of a filter", "filter upside down", "axes of a pool",
        "transposed", "mask shifted", "gates swapped", "other reset_after", "update gate turned round",
        "padding turned with the sentence", "not divided",
        "boundary of an entity", "neighbours joined", "mask dropped", "loss counted on padding", "shortest match", "recall by column",
        "self-attention to padding", "segments swapped", "hole in the padding", "attention over padded sentences"])
def test_a_fault_in_a_formula_of_a_chapter(run, copied_project, tmp_path, number, old, new):
    path = chapter(number)
    place = cell_with(code_cells(path), old)
    store(copied_project, path, lambda cells: replace(cells, old, old, new), until=place + 3)
    failing = failing_cells(run, copied_project, path, tmp_path)
    assert failing and min(failing) >= place


def test_another_padding_id_and_another_number_of_buckets_in_the_chapter(run, copied_project, tmp_path):
    path = chapter("06")

    def spoil(cells):
        replace(cells, "train_ids = tf.ragged", "default_value=0", "default_value=1")
        replace(cells, "vocabulary = text.Vocabulary", "vocab_size, buckets)", "vocab_size, buckets + 1)")

    store(copied_project, path, spoil)
    cells = code_cells(path)
    expected = {cell_with(cells, "train_ids = tf.ragged"), cell_with(cells, "vocabulary = text.Vocabulary")}
    assert failing_cells(run, copied_project, path, tmp_path) == expected


def test_another_padding_id_in_the_package(run, copied_project, tmp_path):
    path = chapter("06")
    store(copied_project, path, lambda cells: None)
    change_package(copied_project, "text.py", "np.zeros((len(sequences), length)", "np.ones((len(sequences), length)")
    assert failing_cells(run, copied_project, path, tmp_path) == {cell_with(code_cells(path), "text.batches_by_length")}


@pytest.mark.parametrize("spoil", [
    lambda cell: cell.update(source="# NBVAL_SKIP\n" + cell["source"]),
    lambda cell: cell["metadata"].update(tags=["nbval-ignore-output"]),
    lambda cell: cell["metadata"].update(tags=["raises-exception"]),
    lambda cell: cell.update(execution_count=None),
], ids=["skip comment", "ignore tag", "exception tag", "never executed"])
def test_an_exempted_cell_stops_the_collection(run, copied_project, spoil):
    path = chapter("01")
    store(copied_project, path, lambda cells: spoil(cells[3]))
    done = run("-m", "pytest", "--collect-only", "--numprocesses=0", f"notebooks/{path.name}", cwd=copied_project)
    assert done.returncode != 0
    assert re.search(r"every cell is compared|was never executed", done.stdout)


def test_refreshing_twice_changes_nothing(run, copied_project):
    path = chapter("02")
    copy = copied_project / "notebooks" / path.name
    book = json.loads(path.read_text("utf-8"))
    book["metadata"] = {"kernelspec": {"name": "python3", "display_name": "mine", "language": "python"}, "x": 1}
    for cell in book["cells"]:
        cell["metadata"]["collapsed"] = True
    copy.write_text(json.dumps(book), encoding="utf-8")
    results = []
    for _ in range(2):
        done = run("-m", "course_utils", "refresh", "02", cwd=copied_project)
        assert done.returncode == 0, done.stderr
        results.append((done.stdout.split()[-1], strip_pictures(copy)))
    assert results[0][1] == results[1][1] == strip_pictures(path)


def strip_pictures(path):
    """A notebook's text without its pictures, whose bytes depend on the fonts of the machine."""
    return re.sub(r'"image/png": "[^"]*"', '"image/png"', path.read_text("utf-8"))
