"""Trying faults in a chapter's formulas without a process for each: a walk through its cells, in this process."""

import contextlib
import copy
import io
import random
from types import FunctionType

import matplotlib.pyplot as plt
import numpy as np
from conftest import code_cells
from test_notebooks import comparison

from course_utils import plots


def difference(cell, namespace, compared=True) -> str | None:
    """Execute a cell. None if its assertions hold and it prints and draws what is stored, else what is wrong."""
    plt.close("all")
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(cell["source"], "cell", "exec"), namespace)
    except AssertionError as error:
        return f"AssertionError {error}"
    if not compared or cell["execution_count"] is None:            # a cell that was never executed has no outputs
        return None
    approx = "approx" in cell["metadata"].get("tags", ())
    stored = comparison.pieces(cell["outputs"])
    lines = "".join(text for kind, text in stored if kind == "stdout")
    problem = comparison.compare_text(lines, printed.getvalue(), approx)
    figures = [content for kind, content in stored if kind == comparison.FIGURE]
    if figures and not problem:
        drawn = [plots.digest(plt.figure(number)) for number in plt.get_fignums()]
        problem = comparison.compare_figure(figures, drawn, approx)
    return problem


def copied(namespace) -> dict:
    """The namespace again, for a try: its functions look names up in the copy, its generators draw the same numbers.
    All else is shared; what a try leaves behind in it shows when the walk goes on."""
    other = {}
    for name, value in namespace.items():
        if isinstance(value, FunctionType) and value.__globals__ is namespace:
            function = FunctionType(value.__code__, other, value.__name__, value.__defaults__, value.__closure__)
            function.__kwdefaults__ = value.__kwdefaults__
            value = function
        elif isinstance(value, np.random.Generator):
            value = copy.deepcopy(value)
        other[name] = value
    return other


class Walk:
    """A walk through the cells of a chapter, which must agree with what is stored.

    instead: {part of a cell's source: what is executed in its place, where a cell trains for long}; where that makes
    other data, only assertions are compared from there on.
    """

    def __init__(self, path, instead):
        self.cells, self.namespace, self.place, self.compared = code_cells(path), {"__name__": "__main__"}, 0, True
        self.instead = {self.find(part): source for part, source in instead.items()}

    def find(self, part) -> int:
        return next(number for number, cell in enumerate(self.cells) if part in cell["source"])

    def go_to(self, place) -> None:
        """Execute the cells before this place."""
        for number in range(self.place, place):
            cell, compared = self.cells[number], self.compared
            if number in self.instead:
                cell, compared = cell | {"source": self.instead[number]}, False
                self.compared = self.compared and not self.instead[number]
            problem = difference(cell, self.namespace, compared)
            assert problem is None, f"cell {number} without any fault: {problem}"
        self.place = max(self.place, place)

    def first_difference(self, change=lambda source: source, cells=3) -> int | None:
        """Try so many cells from here on, the first one changed. The number of the one that fails."""
        namespace, states = copied(self.namespace), (random.getstate(), np.random.get_state())
        try:
            for number in range(self.place, min(self.place + cells, len(self.cells))):
                cell = self.cells[number]
                if number == self.place:
                    cell = cell | {"source": change(cell["source"])}
                if difference(cell, namespace, self.compared):
                    return number
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
        return None
