"""Stored results: what they depend on, when they are stale, and what their numbers can tell."""

import inspect
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from conftest import PROJECT, pythons
from hypothesis import given
from hypothesis import strategies as st

from course_utils import experiments
from course_utils.commands import experiments as command
from course_utils.commands import fingerprint as prints
from course_utils.commands.experiments import Experiment, function_of, measure, pairs, planned, stale
from course_utils.commands.fingerprint import fingerprint
from course_utils.experiments import Difference, Results, paired_bootstrap, parse, read, write
from course_utils.files import DataError

PLAN = planned()
STORED = [(name, corpus) for name, one in PLAN.items() if not one.weights for corpus in ("", *one.corpora)]
CELLS = [
    "from course_utils import datasets, text\nfrom course_utils.training import predict\nimport numpy as np",
    "size = 4        # a comment\n\nclass Layer:\n    '''A docstring.'''\n    def out(self):\n        return size",
    "texts, labels, _ = datasets.load_reviews('train')\nother = 5",
    "def measure(condition, seed):\n    '''What is measured.'''\n    ids = text.to_arrays(texts)\n"
    "    return {'accuracy': Layer().out() * seed}",
    "later = measure('a', 1)",
]


def notebook_of(folder, cells):
    """A notebook of code cells, and an exercise that has not been answered."""
    path, v4 = folder / "77_trial.ipynb", nbformat.v4
    exercise = [v4.new_markdown_cell("## Exercises"), v4.new_code_cell("measure = ...\nsize = ...")]
    nbformat.write(v4.new_notebook(cells=[*map(v4.new_code_cell, cells), *exercise]), path)
    return path


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """A function that gives the fingerprint of the cells after a change: (old, new)."""
    monkeypatch.setattr(prints, "PROJECT", tmp_path)
    monkeypatch.setattr(prints, "PACKAGE", tmp_path / "course_utils")
    shutil.copytree(PROJECT / "course_utils", tmp_path / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "data" / "course_reviews").mkdir(parents=True)
    sums = tmp_path / "data" / "course_reviews" / "SHA256SUMS"
    shutil.copy(PROJECT / "data" / "course_reviews" / "SHA256SUMS", sums)

    def change(old="", new="", file=None):
        prints.package_module.cache_clear()
        path = file and tmp_path / file
        if path:
            source = path.read_text("utf-8")
            assert old in source
            path.write_text(source.replace(old, new), "utf-8")
        assert path or old in "\n".join(CELLS)
        cells = CELLS if path else [cell.replace(old, new) for cell in CELLS]
        return fingerprint(notebook_of(tmp_path, cells), "measure")

    yield change
    prints.package_module.cache_clear()


@pytest.mark.parametrize(("old", "new"), [
    ("* seed", "+ seed"), ("size = 4", "size = 5"), ("return size", "return -size"), ("'train'", "'test'")],
    ids=["the function", "a constant that a class names", "a class it uses", "a statement that binds what it reads"])
def test_a_change_of_what_the_function_uses_changes_the_fingerprint(trial, old, new):
    assert trial(old, new) != trial()


@pytest.mark.parametrize(("old", "new"), [
    ("# a comment", "# another comment"), ("'''A docstring.'''", "'''Something else.'''"),
    ("    return {", "\n\n    return {"),
    ("other = 5", "other = 6"), ("later = measure('a', 1)", "later = 0"), ("'''What is measured.'''", "")],
    ids=["a comment", "a docstring", "empty lines", "another statement", "what comes later", "no docstring"])
def test_a_change_of_anything_else_does_not(trial, old, new):
    assert trial(old, new) == trial()


def test_a_function_of_the_package_counts_if_it_is_called(trial):
    before = trial()
    assert trial("def positions_by_length", "def another():\n    pass\n\n\ndef positions_by_length",
                 "course_utils/text.py") == before
    assert trial("From raw text to batches", "A word more: from raw text to batches", "course_utils/text.py") == before
    source = (PROJECT / "course_utils" / "text.py").read_text("utf-8")
    start = source.index("def to_arrays")
    line = next(line for line in source[start:].splitlines() if line.strip().startswith("return"))
    assert trial(line, f"{line} or []", "course_utils/text.py") != before


def test_a_changed_corpus_counts(trial):
    before = trial()
    assert trial("train", "trained", "data/course_reviews/SHA256SUMS") != before


@pytest.mark.parametrize("python", pythons(12, 13), ids=["3.12", "3.13"])
def test_every_python_gives_the_same_fingerprint(python):
    if python is None:
        pytest.skip("no such Python on this machine")
    path = PROJECT / "notebooks" / "10_lstm_and_gru.ipynb"
    code = ("import sys, pathlib; from course_utils.commands.fingerprint import fingerprint; "
            "print(fingerprint(pathlib.Path(sys.argv[1]), 'measure_reviews'))")
    done = subprocess.run([python, "-c", code, path], capture_output=True, text=True, cwd=PROJECT)
    assert done.stdout.strip() == fingerprint(path, "measure_reviews"), done.stderr


@pytest.mark.parametrize(("name", "corpus"), STORED)
def test_stored_results_are_those_of_todays_code(name, corpus):
    assert stale(PLAN[name], corpus) is None


def test_results_without_a_plan_are_noticed():
    users = {name for name, one in PLAN.items() if one.weights}
    files = {path.name for path in experiments.FOLDER.glob("[0-9]*.csv") if path.name.split(".")[0] not in users}
    assert files == {experiments.file_of(name, corpus).name for name, corpus in STORED}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, one in PLAN.items() if not one.needs and not one.weights])
def test_the_cheapest_condition_measured_anew_gives_what_its_seeds_gave(name):
    code = f"""
import numpy as np
from course_utils import experiments
from course_utils.commands.experiments import cheapest, function_of, planned
one, stored = planned()[{name!r}], experiments.read({name!r})
condition, seed = cheapest(stored)
fresh = function_of(one.notebook, one.function)(condition, seed)
assert fresh.keys() == stored.rows[condition, seed].keys() - {{"seconds"}}, fresh
for what, value in fresh.items():
    if not one.machine and np.ndim(value) == 0:
        values = stored.values(condition, what)                     # another processor is like another seed
        same = any(experiments.near(one_of, value) for one_of in values)
        assert same or min(values) <= value <= max(values), (condition, seed, what, value, values)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An experiment of two conditions and two seeds, whose notebook counts its measurements in a file."""
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "BUILD", tmp_path / "build")
    notebook_of(tmp_path, ["from pathlib import Path", """
def measure(condition, seed):
    before = Path('log.txt').read_text() if Path('log.txt').exists() else ''
    Path('log.txt').write_text(before + f'{condition}{seed} ')
    if Path('stop').exists() and len(before.split()) == 2:
        raise KeyboardInterrupt
    return {'accuracy': 0.25 * seed, 'hits': [True, False, condition == 'a']}"""])
    monkeypatch.chdir(tmp_path)
    return Experiment("77_trial", ["a", "b"], seeds=(1, 2))


def test_an_interrupted_measurement_goes_on(here, tmp_path):
    (tmp_path / "stop").touch()
    with pytest.raises(KeyboardInterrupt):
        measure(here)
    assert not (tmp_path / "77_trial.csv").exists() and (tmp_path / "build" / "experiments" / "77_trial.csv").exists()
    (tmp_path / "stop").unlink()
    measure(here)
    assert (tmp_path / "log.txt").read_text().split() == ["a1", "b1", "a2", "a2", "b2"]
    found = read("77_trial")
    assert list(found.rows) == pairs(here) and found.values("b").tolist() == [0.25, 0.5]
    assert found.values("a", "hits").tolist() == [[True, False, True]] * 2
    assert not list((tmp_path / "build" / "experiments").iterdir())


def test_what_needs_weights_says_so_and_names_them(here, monkeypatch):
    one = Experiment("77_trial", ["a"], seeds=(1,), weights="COURSE_BERT")
    monkeypatch.delenv("COURSE_BERT", raising=False)
    with pytest.raises(DataError, match=r"^77_trial needs trained weights\. Set COURSE_BERT to their folder"):
        measure(one)
    monkeypatch.setenv("COURSE_BERT", "/somewhere/bert-base-chinese")
    measure(one)
    assert read("77_trial").head["weights"] == "bert-base-chinese"


def test_after_a_change_an_interrupted_measurement_begins_anew(here, tmp_path):
    (tmp_path / "stop").touch()
    with pytest.raises(KeyboardInterrupt):
        measure(here)
    notebook = tmp_path / "77_trial.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("0.25", "0.125"), "utf-8")
    for file in "stop", "log.txt":
        (tmp_path / file).unlink()
    measure(here)
    assert (tmp_path / "log.txt").read_text().split() == ["a1", "b1", "a2", "b2"]


def test_a_stale_result_names_the_command(here, tmp_path):
    measure(here)
    assert stale(here) is None
    assert "seeds of the plan" in stale(Experiment("77_trial", ["a"], seeds=(1, 2)))
    notebook = tmp_path / "77_trial.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("0.25", "0.125"), "utf-8")
    assert "measure() or what it uses changed" in stale(here)
    assert "course_utils experiments 77_trial" in stale(here)


def test_a_score_that_was_typed_is_noticed(here, tmp_path):
    measure(here)
    file = tmp_path / "77_trial.csv"
    file.write_text(file.read_text().replace(",0.5,", ",0.6,"))
    with pytest.raises(DataError, match=r"^data/results/77_trial.csv is not what was measured. Delete it. .*77_trial$"):
        read("77_trial")
    file.unlink()
    with pytest.raises(DataError, match=r"is not there\. Measure it: python -m course_utils experiments 77_trial"):
        read("77_trial")


def some(scores, corpus="none", **further):
    """Results of one seed a score: {condition: scores}."""
    rows = {(condition, seed): {"accuracy": value, "validation": 1 - value, **further}
            for condition, values in scores.items() for seed, value in enumerate(values, 1)}
    return Results("77_trial", {"corpus": corpus}, rows)


@given(st.lists(st.booleans(), min_size=1), st.floats(0, 1))
def test_what_is_written_is_read_again(hits, score):
    rows = {("a, rate 0.01", 3): {"accuracy": score, "hits": np.array(hits)}}
    found = parse("77_trial", write(Results("77_trial", {"chapter": "77", "corpus": "none"}, rows)))
    assert found.values("a, rate 0.01").tolist() == pytest.approx([score], rel=1e-5)
    assert found.values("a, rate 0.01", "hits").tolist() == [hits] and found.head["chapter"] == "77"


def test_agreement_follows_the_comparison(monkeypatch):
    found = some({"a": [0.5], "small": [0.04]})
    assert found.agrees("a", 1, {"accuracy": 0.549}) and not found.agrees("a", 1, {"accuracy": 0.551})
    assert not found.agrees("small", 1, {"accuracy": 0.045})
    assert not found.agrees("a", 1, {"accuracy": 0.5, "validation": 0.6})
    reviews = some({"a": [0.5]}, "course_reviews")
    assert not reviews.agrees("a", 1, {"accuracy": 0.9})
    monkeypatch.setenv("COURSE_REVIEWS", "own_reviews")                    # a class's own: nothing was measured
    assert reviews.agrees("a", 1, {"accuracy": 0.9})


def test_results_on_the_corpus_in_use_come_first(tmp_path, monkeypatch):
    monkeypatch.setattr(experiments, "FOLDER", tmp_path)
    for file, value in (("77_trial.csv", 0.5), ("77_trial.imdb_reviews.csv", 0.75)):
        (tmp_path / file).write_text(write(some({"a": [value]})))
    assert read("77_trial").values("a") == 0.5 and read("77_trial", "imdb_reviews").values("a") == 0.75
    monkeypatch.setenv("COURSE_REVIEWS", "imdb_reviews")
    assert read("77_trial").values("a") == 0.75


def test_each_method_is_shown_at_its_best_rate():
    found = some({"a, rate 0.1": [0.5, 0.7], "a, rate 0.2": [0.6, 0.8], "b, c, rate 0.1": [0.1, 0.2]})
    assert found.at_best("accuracy").conditions == ["a, rate 0.2", "b, c, rate 0.1"]
    assert found.at_best("accuracy", min).conditions == ["a, rate 0.1", "b, c, rate 0.1"]
    assert found.at_best("validation").conditions == ["a, rate 0.1", "b, c, rate 0.1"]
    assert found.at_best("accuracy").summary("a, rate 0.2") == ".700 (.600 to .800)"
    with pytest.raises(LookupError, match=r"has no condition 'x'; it has a, rate 0\.1, "):
        found.values("x")


def test_the_standard_error_is_the_spread_of_many_samples():
    rng = np.random.default_rng(1)
    shares = (rng.random((4000, 240)) < 0.7).mean(axis=1)
    assert experiments.standard_error(0.7, 240) == pytest.approx(shares.std(), rel=0.05)


def test_the_bootstrap_sees_a_difference_and_no_chance():
    rng = np.random.default_rng(1)
    base = rng.random((5, 500))
    ours, same, better = base < 0.7, rng.permuted(base, axis=1) < 0.7, base < 0.8
    found = paired_bootstrap(better, ours)
    assert found.shown and found.mean == pytest.approx(better.mean() - ours.mean())
    assert not paired_bootstrap(same, ours).shown
    assert found.low < found.mean < found.high and Difference(-0.1, -0.2, -0.05).shown


def test_the_interval_of_the_bootstrap_holds_the_truth_as_often_as_it_says():
    rng, held = np.random.default_rng(1), 0
    for _ in range(200):
        ours, theirs = rng.random((5, 200)) < 0.7, rng.random((5, 200)) < 0.6
        found = paired_bootstrap(ours, theirs, draws=200)
        held += found.low <= 0.1 <= found.high
    assert 0.9 < held / 200 <= 1


def test_hits_that_differ_between_seeds_widen_the_interval():
    rng = np.random.default_rng(1)
    examples, seeds = rng.random((1, 400)) < 0.1, np.array([[0.0], [0.4], [0.0], [0.4], [0.2]])
    steady = paired_bootstrap(np.repeat(examples, 5, axis=0), np.zeros((5, 400)))
    wide = paired_bootstrap(seeds + 0 * examples, np.zeros((5, 400)))
    assert wide.high - wide.low > 3 * (steady.high - steady.low)


def test_a_notebooks_function_shows_its_own_source_and_not_that_of_the_program_that_runs(tmp_path):
    function = function_of(notebook_of(tmp_path, ["x = 1", "def measure():\n    return x"]), "measure")
    assert inspect.getsource(function) == "def measure():\n    return x\n" and function() == 1


def test_the_cheapest_condition_is_sought_among_those_with_the_first_seed():
    rows = {("a", 1): {"seconds": 3.0}, ("b", 1): {"seconds": 1.0}, ("b", 2): {"seconds": 0.5}}
    assert command.cheapest(Results("x", {}, rows)) == ("b", 1)


def test_a_condition_whose_scores_the_seed_decides_is_not_measured_again_where_a_steady_one_is():
    found = some({"chaotic": [0.61, 0.77, 0.43], "dear": [0.51, 0.52, 0.51], "steady": [0.55, 0.57, 0.56]})
    for condition, seconds in {"chaotic": 1.0, "dear": 9.0, "steady": 3.0}.items():
        found.rows[condition, 1]["seconds"] = seconds
    assert command.cheapest(found) == ("steady", 1)
    assert command.cheapest(some({"chaotic": [0.61, 0.77]}, seconds=1.0)) == ("chaotic", 1)


def test_without_names_all_are_measured_once_and_unknown_names_are_refused(here, monkeypatch, capsys):
    monkeypatch.setattr(command, "PROJECT", experiments.FOLDER)
    monkeypatch.setattr(command, "planned", lambda: {"77_trial": here})
    command.measure_all([])
    assert "77_trial, accuracy:" in capsys.readouterr().out and read("77_trial").head["function"] == "measure"
    command.measure_all([])
    assert "measured already" in capsys.readouterr().out
    for names, corpus in (["78_other"], ""), ([], "no_corpus"), ([], "glove"):
        with pytest.raises(DataError, match=r"no experiment 78_other|is not a corpus that chapters read"):
            command.measure_all(names, corpus)


def test_a_mean_lies_within_its_range():
    assert experiments.mean_and_range(np.full(5, 0.8325)) == ".833 (.833 to .833)"
    assert experiments.mean_and_range(np.array([0.1, 0.4])) == ".250 (.100 to .400)"


def test_only_seconds_and_megabytes_may_differ_on_another_machine():
    assert {name for name, one in PLAN.items() if one.machine} == {
        "06_seconds", "11_seconds", "16_seconds", "18_threads", "18_memory"}
