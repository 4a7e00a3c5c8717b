"""Exercises that answer: `exercise("01.1").check(answer)`, `.hint()`, `.solution()`. All offline, never an exception.

A chapter's module holds the solutions as functions, each with the mistakes that are often made instead.
"""

import contextlib
import importlib
import inspect
import os
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..experiments import SEEDS, near
from .compare import difference, outcome

HELP = "Help: .hint() and .solution()"


@dataclass(frozen=True, repr=False)
class Exercise:
    """One exercise: a `Function` or a `Value`.

    solve: the solution, a function with the name that the answer has in the notebook.  clue: what `.hint()` prints.
    mistakes: pairs (wrong answer, line): what to say to an answer that gives the same.
    """

    number: str
    solve: Callable
    clue: str
    mistakes: list[tuple]

    def __repr__(self) -> str:                 # a method without its brackets shows this, too
        return f"exercise {self.number}: .check(answer), .hint(), .solution()"

    def check(self, *answer: object) -> None:
        """Say in one line whether the answer is right; if it is a typical mistake, say which."""
        if not answer or any(part is ... for part in answer):
            print(f"{self.number}: not answered yet. Replace the dots and run both cells. {HELP}")
            return
        try:
            problem = self.problem(answer[0] if len(answer) == 1 else answer)
        except (Exception, SystemExit) as error:             # an answer may be anything, and a check never fails
            problem = f"this cannot be checked ({type(error).__name__})."
        print(f"{self.number}: right." if problem is None else f"{self.number}: not yet: {problem} {HELP}")
        if problem is None and (kept := os.environ.get("COURSE_PROGRESS")):      # the student's own copy counts them
            with contextlib.suppress(OSError), open(kept, "a", encoding="utf-8") as file:
                file.write(f"{self.number}\n")

    def hint(self) -> None:
        """Print a hint that does not give the answer away."""
        print(f"{self.number}, a hint: {self.clue}")

    def solution(self) -> None:
        """Print a solution, ready to be copied into the cell."""
        print(self.cell())


@dataclass(frozen=True, repr=False)
class Function(Exercise):
    """An exercise whose answer is a function; mistakes are wrong functions, and three decimal places must be right.

    cases: the arguments of each call. An answer is like another one if it is so in all cases.
    """

    cases: list[tuple]

    def cell(self) -> str:
        """The solution as it stands."""
        return inspect.getsource(self.solve).rstrip()

    def results(self, function: Callable) -> list:
        """What the function returns in each case, or the exception it raises."""
        return [outcome(function, case) for case in self.cases]

    def problem(self, answer: object) -> str | None:
        """None if the answer is right, else what is wrong."""
        if not callable(answer):
            return "give the function itself, by its name and without brackets."
        results = self.results(answer)
        differences = list(map(difference, results, self.results(self.solve)))
        if not any(differences):
            return None
        for wrong, line in self.mistakes:
            if not any(map(difference, results, self.results(wrong))):
                return line
        place = next(place for place, found in enumerate(differences) if found)
        line = "it is None. Does your function say `return`?" if results[place] is None else differences[place]
        call = f"{self.solve.__name__}({', '.join(map(repr, self.cases[place]))})"
        return f"{call}: {line}" if len(call) <= 80 and "\n" not in call else line


@dataclass(frozen=True, repr=False)
class Value(Exercise):
    """An exercise whose answer is a value.

    given: the arguments of the solution, which are variables of the notebook.
    places: so many decimal places must be right, three where the notebook asks for three.
    """

    given: tuple = ()
    places: int = 2

    def cell(self) -> str:
        """The body of the solution, with `name = ` in the place of its last `return`."""
        _, _, body = inspect.getsource(self.solve).partition("\n")
        before, _, value = textwrap.dedent(body).rstrip().rpartition("return ")
        return f"{before}{self.solve.__name__} = {value}"

    def problem(self, answer: object) -> str | None:
        """None if the answer is right, else what is wrong."""
        found = difference(answer, self.solve(*self.given), self.places)
        if found is None:
            return None
        named = (line for wrong, line in self.mistakes if not difference(answer, wrong, self.places))
        return next(named, found)


@dataclass(frozen=True, repr=False)
class Open(Exercise):
    """An exercise with many solutions: the answer is a function of a seed, and the five scores that it gave.

    beat: what the mean of the five must exceed.  One of them is trained again.
    """

    beat: float

    def cell(self) -> str:
        """The solution, and the line that calls it five times."""
        return f"{inspect.getsource(self.solve).rstrip()}\n\nscores = [{self.solve.__name__}(seed) for seed in {SEEDS}]"

    def problem(self, answer: object) -> str | None:
        """None if the scores can be had again and are good enough, else what is wrong."""
        train, scores = answer if isinstance(answer, tuple) and len(answer) == 2 else (None, None)
        if not callable(train):
            return "give the function itself and the list of its scores."
        if difference(scores, np.zeros(len(SEEDS)), places=-1) is not None:
            return f"five numbers between 0 and 1 are wanted, [train(seed) for seed in {SEEDS}]."
        again = float(np.asarray(train(SEEDS[0])))
        if not near(float(scores[0]), again):
            return (f"with seed 1 it gives {again:.3f}, and {float(scores[0]):.3f} was reported. "
                    "Does train(seed) set the seed before it builds the network?")
        mean = float(np.mean(np.asarray(scores, float)))
        return None if mean > self.beat else f"the mean of the five is {mean:.3f}; it must be above {self.beat}."


class NoExercise(LookupError):
    """There is no exercise with this number. The message is one line."""

    def _render_traceback_(self):              # Jupyter shows this instead of a traceback
        return [str(self)]


def of_chapter(chapter: str) -> list[Exercise]:
    """The exercises of a chapter, such as "01"; none if nobody has written any."""
    try:
        return importlib.import_module(f"{__name__}.ch{chapter}").EXERCISES
    except ModuleNotFoundError:
        return []


def exercise(number: str) -> Exercise:
    """The exercise with this number, such as "01.1".

    Raises LookupError, with the numbers there are, if there is none.
    """
    if not isinstance(number, str):
        raise NoExercise('Write the number in quotes, as in exercise("01.1").')
    chapter = number.partition(".")[0]
    found = {one.number: one for one in of_chapter(chapter)}
    if not found:
        raise NoExercise(f"There are no exercises for chapter {chapter!r}. "
                         "Write two digits, as in exercise(\"01.1\").")
    if number not in found:
        raise NoExercise(f"There is no exercise {number!r}; chapter {chapter} has {', '.join(found)}.")
    return found[number]
