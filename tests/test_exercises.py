"""Exercises: solutions are right in their notebooks, typical mistakes are told apart, and nothing ever raises.

Solutions and mistakes are those of the modules: what stands here must hold for each, and for odd answers.
"""

import ast
import contextlib
import functools
import importlib
import io
import re
import sys

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from conftest import NOTEBOOKS
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import by_hand
from course_utils.commands.experiments import function_of
from course_utils.commands.fingerprint import bindings
from course_utils.exercises import Function, Open, Value, ch01, exercise
from course_utils.exercises.compare import difference

CHAPTERS = {path.stem[:2]: path for path in NOTEBOOKS}
ALL = {one.number: one for chapter in CHAPTERS
       for one in importlib.import_module(f"course_utils.exercises.ch{chapter}").EXERCISES}
NUMBERS = list(ALL)
FUNCTIONS = [number for number in NUMBERS if isinstance(ALL[number], Function)]
OPEN = [number for number in NUMBERS if isinstance(ALL[number], Open)]
CLOSED = [number for number in NUMBERS if number not in OPEN]
VALUES = [number for number in NUMBERS if isinstance(ALL[number], Value)]
MISTAKES = [(number, place) for number in NUMBERS for place in range(len(ALL[number].mistakes))]
# what solutions use beside the imports of their chapter
USED = {"01": "sigmoid W1 b1 W2 b2 Wo bo", "02": "sigmoid sigmoid_slope softmax",
        "04": "W1 b1 W2 b2 Wo bo x forward y_hat", "06": "rank"}


def said(call, *arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        call(*arguments)
    return out.getvalue()


def verdict(number, *answer):
    """What the check says to an answer, which must be one line."""
    line = said(exercise(number).check, *answer)
    if line == f"{number}: right.\n":
        return "right."
    found = re.fullmatch(rf"{number}: not yet: (.+) Help: \.hint\(\) and \.solution\(\)\n", line)
    assert found, line
    return found[1]


def value_of(number):
    return ALL[number].solve(*ALL[number].given)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_solutions_are_right(chapter):
    """With the chapter's imports and the names in USED as the whole chapter leaves them; nothing else of it is run."""
    cells = nbformat.read(CHAPTERS[chapter], as_version=4).cells
    border = next(place for place, cell in enumerate(cells) if "## Exercises" in cell.source)
    used = set(USED.get(chapter, "").split())
    before = [statement for cell in cells[:border] if cell.cell_type == "code"
              for statement in ast.parse(cell.source).body
              if isinstance(statement, ast.Import | ast.ImportFrom) or bindings(statement) & used]
    after = []
    for task, cell in zip(cells[border:], cells[border + 1:], strict=False):
        if found := re.fullmatch(r'exercise\("(.+)"\)\.check\((\w+)\)', cell.source):
            line = next(line for line in task.source.splitlines() if line.startswith(f"{found[2]} = ..."))
            after += [task.source.replace(line, said(exercise(found[1]).solution)), cell.source]
    printed = said(exec, "\n".join([*map(ast.unparse, before), *after]), {})
    numbers = [number for number in CLOSED if number.startswith(f"{chapter}.")]
    assert printed.splitlines()[-len(numbers):] == [f"{number}: right." for number in numbers]


@pytest.mark.parametrize(("number", "place"), MISTAKES)
def test_a_mistake_is_told_its_own_line(number, place):
    """A line that another one hides, and a mistake that counts as right, would be seen here."""
    wrong, line = ALL[number].mistakes[place]
    assert verdict(number, wrong) == line


@pytest.mark.parametrize("number", CLOSED)
def test_every_exercise_tells_at_least_two_mistakes_apart(number):
    assert len({line for _, line in ALL[number].mistakes}) >= 2


@pytest.mark.parametrize("number", FUNCTIONS)
def test_a_function_is_tried_on_more_than_one_case(number):
    """So that one with the numbers of an example written into it is not right."""
    results = ALL[number].results(ALL[number].solve)
    assert any(difference(result, results[0]) for result in results)
    assert verdict(number, lambda *_: results[0]) != "right."


CONTAINERS = {"list": lambda value: np.asarray(value).tolist(), "array": np.asarray, "tensor": tf.constant,
              "tuple": lambda value: tuple(value) if np.ndim(value) else (value,),
              "rows": lambda value: list(np.asarray(value)) if np.ndim(value) else [np.asarray(value)],
              "float32": lambda value: np.asarray(value, np.float32 if np.asarray(value).dtype.kind == "f" else None)}


@pytest.mark.parametrize(("number", "container"), [
    (number, container) for number in CLOSED for container in CONTAINERS
    if container != "tensor" or number not in ("14.1", "15.1")])               # a tensor of strings holds bytes
def test_a_right_answer_is_right_in_any_container(number, container):
    into = CONTAINERS[container]
    if number == "04.2":                                   # arrays of different shapes
        into = lambda parts: [CONTAINERS[container](part) for part in parts]
    answer = into(value_of(number)) if number in VALUES else lambda *case: into(ALL[number].solve(*case))
    assert verdict(number, answer) == "right."


@pytest.mark.parametrize("number", VALUES)
def test_as_many_places_are_wanted_as_the_notebook_asks_for(number):
    """Two where it does not say; whole numbers must be equal."""
    sources = [cell.source for cell in nbformat.read(CHAPTERS[number[:2]], as_version=4).cells]
    task = next(place for place, source in enumerate(sources) if f"**{number}**" in source)
    places = 3 if "hree places are enough" in "\n".join(sources[task:task + 2]) else 2
    right = np.asarray(value_of(number))
    assert verdict(number, np.round(right + 0.0, places)) == "right."
    assert verdict(number, right + 0.6 * 10 ** -places) != "right."
    assert (right.dtype.kind == "f") == (verdict(number, right + 1e-4) == "right.") or number == "10.1"


def in_place(ids, lengths):
    for row, n in enumerate(lengths):
        ids[row, :n] = ids[row, :n][::-1].copy()
    return ids


def accumulated(c, f, i, g):
    for keep, added in zip(f, i * g, strict=True):
        c = keep * c + added
        yield c


def epoch_of_stop(losses, patience):
    for epoch in range(patience, len(losses)):
        if min(losses[:epoch - patience + 1]) <= min(losses[epoch - patience + 1:epoch + 1]):
            return epoch + 1
    return len(losses)


def tagged(length, names):
    kinds = {word: ("BI"[word > start], kind) for start, end, kind in names for word in range(start, end)}
    return ["-".join(kinds[word]) if word in kinds else "O" for word in range(length)]


def cut(sentence, dictionary):
    if not sentence:
        return []
    size = next(size for size in (4, 3, 2, 1) if size == 1 or sentence[-size:] in dictionary)
    return [*cut(sentence[:-size], dictionary), sentence[-size:]]


def drawn_together(h, scores, mask):
    weights = np.exp(scores) * mask
    return np.einsum("bs,bsn->bn", weights / weights.sum(axis=1, keepdims=True), h)


def taped(x, y, W1, b1, Wo, bo):
    parts = [tf.Variable(part) for part in (W1, b1, Wo, bo)]
    with tf.GradientTape() as tape:
        h = tf.sigmoid(tf.linalg.matvec(parts[0], x) + parts[1])
        z = tf.linalg.matvec(parts[2], h) + parts[3]
        loss = tf.nn.sigmoid_cross_entropy_with_logits(np.array([float(y)]), z)
    return tape.gradient(loss, parts)


# a right answer to each exercise, found in another way than the module's
RIGHT = {
    "01.1": (0.589, 0.6615, 0.6835),
    "01.2": lambda X: by_hand.dense(by_hand.dense(by_hand.dense(X, ch01.W1, ch01.b1, by_hand.sigmoid), ch01.W2, ch01.b2,
                                                  by_hand.sigmoid), ch01.Wo, ch01.bo, by_hand.sigmoid).ravel(),
    "01.3": 1_590_901,
    "02.1": lambda z: np.maximum(z, 0.1 * z), "02.2": 3.64,
    "02.3": lambda z, T: tf.nn.softmax(z / T),
    "03.1": lambda w, X, y, rate: [one - rate * np.mean((1 / (1 + np.exp(-X @ w)) - y) * X[:, i])
                                   for i, one in enumerate(w)],
    "03.2": 1 / 3,
    "03.3": lambda w, v, g, rate, m: [w - rate * g + m * v, m * v - rate * g],
    "04.1": tf.constant([0.8495]), "04.2": taped, "04.3": epoch_of_stop,
    "05.1": np.float32(3.3036), "05.2": [0.6, 0.75, 0.67],
    "05.3": lambda text, words: list(map(re.split(r"\s+", text.casefold()).count, words)),
    "06.1": lambda tokens, known: np.mean([token not in known for token in tokens]),
    "06.2": (1, 14, 22, 16, 2, 530), "06.3": [540, 180],
    "07.1": lambda v, M: -keras.losses.cosine_similarity(M * 0 + v, M),
    "07.2": 410_101, "07.3": (np.log1p(np.exp(-2)) + np.log1p(np.exp(-1)) + np.log(2)) / 3,
    "08.1": [0.5, 0], "08.2": [9, 12_864],
    "08.3": lambda h, lengths: [h[i][:n].mean(axis=0) for i, n in enumerate(lengths)],
    "09.1": [0.9119, -0.628], "09.2": 1741,
    "09.3": lambda x, W_x, W_h, b: functools.reduce(lambda h, word: np.tanh(word @ W_x + h @ W_h + b), x, np.zeros(2)),
    "10.1": -0.08, "10.2": (29_440, 22_272), "10.3": accumulated,
    "11.1": [[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]],
    "11.2": lambda h, m: [h[i][m[i]].mean(0) for i in range(len(h))],
    "11.3": [10_080], "12.1": in_place, "12.2": 18_816,
    "12.3": lambda outputs, lengths: [[*row[n - 1][:len(row[0]) // 2], *row[0][len(row[0]) // 2:]]
                                      for row, n in zip(outputs, lengths, strict=True)],
    "13.1": 0.122, "13.2": lambda x, mask, p: [x[i] * mask[i] / (1 - p) for i in range(len(x))], "13.3": 6144,
    "14.1": tagged, "14.2": (1, 2, 3.5), "14.3": (.25, .33, .29),
    "15.1": cut, "15.2": (1 / 2, 3 / 5), "15.3": (9e6, 576e6, 129),
    "16.1": lambda scores, mask: tf.nn.softmax(np.where(mask, scores, -np.inf)),
    "16.2": 16_640, "16.3": (4.8, 0.6, 0.6),
    "17.1": lambda lengths, rows, width: 1 - np.clip(lengths, 0, width)[:rows].sum() / lengths.sum(),
    "17.2": drawn_together, "17.3": (0.0238, 0.0324),
    "18.1": lambda losses, batch: np.mean(losses) * len(losses) / batch, "18.2": 2 * 3_000_000 * 4 * (5 / 6),
    "18.3": lambda died, every: sum(1 for step in range(1, died) if step > (died - 1) // every * every),
}


@pytest.mark.parametrize("number", CLOSED)
def test_another_right_answer_is_right(number):
    assert number in RIGHT, f"Add to RIGHT in tests/test_exercises.py a right answer to {number}, found in another way."
    assert verdict(number, RIGHT[number]) == "right."


def bounded(losses, patience):
    """04.3 as students write it, with <= in the place of <."""
    best, wait = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        wait = 0 if loss <= best else wait + 1
        best = min(best, loss)
        if wait == patience:
            return epoch
    return len(losses)


def impatient(losses, patience):
    """04.3 as students write it, with wait > patience."""
    best, wait = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        wait = 0 if loss < best else wait + 1
        best = min(best, loss)
        if wait > patience:
            return epoch
    return len(losses)


def weak_mask(scores, mask):
    e = np.exp(np.where(mask, scores - np.where(mask, scores, -1e9).max(axis=-1, keepdims=True), -6.0))
    return e / e.sum(axis=-1, keepdims=True)


def raising(*_):
    raise ValueError("mine")


def several_lines(*_):
    raise ValueError("first\nsecond\n\nthird")


def leaving(*_):
    sys.exit("bye")


# (exercise, answer, all that is said) where no mistake of the module says it
ODD = [
    ("04.3", bounded, "an equal loss is no improvement: compare with <, not with <=."),
    ("04.3", impatient, "it stops one epoch too late: it must stop as soon as the best loss is `patience` epochs old."),
    ("04.3", lambda losses, patience: losses,
     "early_stop([5, 4, 3, 4, 3.5, 3.2, 1], 3): one number is wanted; the shape of this is (7,)."),
    ("04.3", lambda losses, patience: None if len(losses) == 3 else 6,
     "early_stop([5, 4, 3], 2): it is None. Does your function say `return`?"),
    ("06.2", [1, 14, 22, 16, 2, 530.3], "530.3 at position 5 is not right."),
    ("06.2", [1, 14.008, 22, 16, 2, 530], "14.008 at position 1 is not right."),
    ("07.3", "0.59", "this is text. Numbers are written without quotes."),
    ("16.3", ("4.8", "0.6", "0.6"), "this is text. Numbers are written without quotes."),
    ("16.3", [4.8, None, "0.6"], "this is text. Numbers are written without quotes."),
    ("16.3", [4.8, 0.6, None], "there is None in it."),
    ("16.1", weak_mask, "0.7284 at position 1, 1 is close, but 3 places must be right."),
    ("01.3", 1_590_902, "1,590,902 is not right."),
    ("11.3", 10_081, "10,081 is not right."),
    ("11.3", 10_080.5, "10,080.5 is not right."),
    ("11.3", 1e20, "1e+20 is not right."),
    ("11.3", None, "it is None."),
    ("11.3", 1j, "a number or an array of numbers is wanted, this is complex."),
    ("01.1", [0.589, 0.662, 0.680], "0.68 at position 2 is close, but 3 places must be right."),
    ("01.1", value_of("01.1")[:, np.newaxis], "the numbers may be right, but the shape is (3, 1); (3,) is wanted."),
    ("05.2", (0.6, 0.75), "the shape is (2,); (3,) is wanted."),
    ("07.3", float("nan"), "there is a nan in it: an undefined number, such as 0 / 0 or infinity / infinity."),
    ("18.1", lambda losses, batch: None, "it is None. Does your function say `return`?"),
    ("15.1", lambda sentence, dictionary: sentence, "a list of strings is wanted, this is str."),
    ("15.1", lambda sentence, dictionary: 3, "a list of strings is wanted, this is int."),
    ("15.1", lambda *case: reversed(ALL["15.1"].solve(*case)),
     "the words come out in reverse. Put each new word in front: [word, *words]."),
    ("02.1", raising, "it raises ValueError: mine."),
    ("18.1", several_lines, "it raises ValueError: first second third."),
    ("18.1", leaving, "it raises SystemExit: bye."),
]


@pytest.mark.parametrize(("number", "answer", "line"), ODD, ids=[number for number, *_ in ODD])
def test_an_odd_answer_is_answered_exactly(number, answer, line):
    said = verdict(number, answer)
    assert said == line or (said.endswith(f": {line}") and said.startswith(f"{ALL[number].solve.__name__}("))


def test_several_values_are_one_tuple():
    assert verdict("14.3", .25, .33, .29) == "right."


def test_an_endless_answer_can_be_interrupted():
    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise("18.1").check(interrupted)


SCORES = [0.99, 0.98, 0.985, 0.975, 0.995]


@pytest.mark.parametrize(("train", "scores", "line"), [
    (lambda seed: 0.99, SCORES, "right."),
    (lambda seed: np.float32(0.96), tuple(SCORES), "right."),                  # within the rule of the comparison
    (lambda seed: tf.constant(0.99), np.array(SCORES), "right."),
    (0.99, SCORES, "give the function itself and the list of its scores."),
    (lambda seed: 0.99, SCORES[:4], "five numbers between 0 and 1 are wanted, [train(seed) for seed in (1, 2, 3, 4, "),
    (lambda seed: 0.99, 0.99, "five numbers between 0 and 1 are wanted, [train(seed) for seed in (1, 2, 3, 4, 5)]."),
    (lambda seed: 0.99, [99, 98, 98, 97, 99], "five numbers between 0 and 1 are wanted, "),
    (lambda seed: 0.8, SCORES, "with seed 1 it gives 0.800, and 0.990 was reported. "
                               "Does train(seed) set the seed before it builds the network?"),
    (lambda seed: 0.5, [0.5, 0.4, 0.6, 0.5, 0.5], "the mean of the five is 0.500; it must be above "),
])
@pytest.mark.parametrize("number", OPEN)
def test_an_open_exercise_trains_once_and_judges_the_mean(number, train, scores, line):
    assert verdict(number, train, scores).startswith(line)


@pytest.mark.slow
@pytest.mark.parametrize("number", OPEN)
def test_the_solution_of_an_open_exercise_is_right(number):
    """Executed after its notebook's own functions, as `make experiments` does; one seed stands for all five."""
    solution, path = said(exercise(number).solution), CHAPTERS[number[:2]]
    train = function_of(path, ALL[number].solve.__name__, solution.partition("\n\nscores")[0])
    first = train(1)
    assert first > ALL[number].beat and verdict(number, train, [first] * 5) == "right."


@pytest.mark.parametrize("number", FUNCTIONS)
def test_where_a_function_is_wanted_a_number_is_told_so(number):
    assert verdict(number, 0.5) == "give the function itself, by its name and without brackets."


@pytest.mark.parametrize("number", NUMBERS)
def test_unanswered_says_so(number):
    line = f"{number}: not answered yet. Replace the dots and run both cells. Help: .hint() and .solution()\n"
    assert said(exercise(number).check, ...) == line


@pytest.mark.parametrize("number", NUMBERS)
def test_a_hint_does_not_hold_the_solution(number):
    hint, solution = said(exercise(number).hint), said(exercise(number).solution)
    assert hint.startswith(f"{number}, a hint: ") and solution.strip() not in hint and len(solution) > 10


@pytest.mark.parametrize("number", NUMBERS)
def test_without_brackets_nothing_is_given_away(number):
    asked = ALL[number]
    for shown in asked, asked.check, asked.hint, asked.solution:
        assert f"exercise {number}: .check(answer), .hint(), .solution()" in repr(shown) and len(repr(shown)) < 120


class Spiteful(Exception):
    def __str__(self):
        raise RuntimeError


class Unreadable:
    def __array__(self, *_, **__):
        sys.exit("no array")


def spiteful(*_):
    raise Spiteful


JUNK = [None, "text", [], [[1, 2], [3]], {}, object(), float("nan"), np.zeros((2, 2)), np.array([None]), 10**400,
        b"\x00", 1j, np.datetime64("2020-01-01"), Unreadable(), ("4.8", None), tf.constant("text"), iter([1, 2]), int,
        [...], several_lines, leaving, spiteful, lambda: 1, lambda *_: None, lambda *_: "text",
        lambda *_: np.full((5, 7), np.nan), lambda *_: Unreadable()]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_answer_makes_a_check_raise(number):
    for junk in JUNK:
        assert verdict(number, junk) != "right.", junk


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(NUMBERS), st.recursive(st.none() | st.floats() | st.text(max_size=3), st.lists, max_leaves=5))
def test_no_value_makes_a_check_raise(number, value):
    assert verdict(number, value) != "right."


def test_an_unknown_exercise_names_those_there_are():
    with pytest.raises(LookupError, match=r"chapter 01 has 01\.1, 01\.2, 01\.3"):
        exercise("01.9")
    with pytest.raises(LookupError, match="in quotes"):
        exercise(1.1)
    with pytest.raises(LookupError, match="no exercises for chapter '99'"):
        exercise("99.1")


def test_a_module_holds_the_exercises_of_its_chapter():
    for chapter in CHAPTERS:
        module = importlib.import_module(f"course_utils.exercises.ch{chapter}")
        numbers = [one.number for one in module.EXERCISES]
        assert len(numbers) >= 3 and numbers == [f"{chapter}.{i}" for i in range(1, len(numbers) + 1)]
