"""Exercises that answer: `exercise("01.1").check(answer)`, `.hint()`, `.solution()`. All offline, and never an exception."""

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    verify: called with the answer; returns None if it is right, else one line on what is wrong.
    clue: what `.hint()` prints.  code: the cell of the solution, what `.solution()` prints.
    """

    number: str
    verify: Callable
    clue: str
    code: str

    def check(self, *answer) -> None:
        """Say in one line whether the answer is right; if it is a typical mistake, say which."""
        if any(part is ... for part in answer):
            print(f"{self.number}: not answered yet. Replace the dots and run both cells. Help: .hint() and .solution()")
            return
        try:
            problem = self.verify(*answer)
        except Exception as error:             # a learner's value may be anything, and a check never fails
            problem = f"this cannot be checked ({type(error).__name__}: {error})."
        print(f"{self.number}: right." if problem is None
              else f"{self.number}: not yet: {problem} Help: .hint() and .solution()")

    def hint(self) -> None:
        """Print a hint that does not give the answer away."""
        print(f"{self.number}, a hint: {self.clue}")

    def solution(self) -> None:
        """Print a solution, ready to be copied into the cell."""
        print(self.code)


def exercise(number: str) -> Exercise:
    """The exercise with this number, such as "01.1".

    Raises LookupError, with the numbers there are, if there is none.
    """
    chapter = number.partition(".")[0]
    try:
        found = importlib.import_module(f"{__name__}.ch{chapter}").EXERCISES
    except ModuleNotFoundError:
        raise LookupError(f"There are no exercises for chapter {chapter!r}. Write two digits, as in exercise(\"01.1\").") from None
    if number not in found:
        raise LookupError(f"There is no exercise {number!r}; chapter {chapter} has {', '.join(found)}.")
    return found[number]


def collect(*exercises: Exercise) -> dict[str, Exercise]:
    """The exercises of a chapter by their numbers."""
    return {one.number: one for one in exercises}


def of_function(verify):
    """Wraps the check of an answer that must be a function: anything else is told so."""
    @functools.wraps(verify)
    def check(answer):
        return verify(answer) if callable(answer) else "give the function itself, by its name and without brackets."
    return check


def compare(answer, right, mistakes=(), tolerance=6e-4) -> str | None:
    """None if `answer` equals `right` in shape and value, else what is wrong.

    mistakes: pairs (value, line): a typical wrong answer and what to say to it.
    tolerance: absolute and relative; three places of the answer are enough.
    """
    right = np.asarray(right, dtype=float)
    if answer is None or (isinstance(answer, list) and None in answer):
        return "it is None. Does your function say `return`?"
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return f"a number or an array of numbers is wanted, this is {type(answer).__name__}."

    def same(value):
        value = np.asarray(value, dtype=float)
        return answer.shape == value.shape and np.allclose(answer, value, rtol=tolerance, atol=tolerance)

    if same(right):
        return None
    for value, line in mistakes:
        if same(value):
            return line
    if answer.shape != right.shape:
        if answer.size == right.size:
            return f"the numbers may be right, but the shape is {answer.shape}; {right.shape} is wanted."
        return f"the shape is {answer.shape}; {right.shape} is wanted."
    where = np.unravel_index(np.argmax(np.abs(answer - right)), right.shape) if right.ndim else ()
    if np.isnan(answer).any():
        return "there is a nan in it: an undefined number, such as 0 / 0 or infinity / infinity."
    place = f" at position {', '.join(map(str, where))}" if right.ndim else ""
    return f"{answer[where]:.4g}{place} is not right."
