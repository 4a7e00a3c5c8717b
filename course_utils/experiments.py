"""Claims about a method: several seeds, their spread, and what they can tell.

What takes minutes is measured by `make experiments`, with the notebook's own function, and kept as text in
data/results/. A chapter reads it with `read("10_recall")`, trains one condition live, and shows all that is stored.
"""

import csv
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .datasets.registry import CORPORA, in_use
from .files import PROJECT, DataError

FOLDER = PROJECT / "data" / "results"
SEEDS = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Results:
    """What was measured: {(condition, seed): {"accuracy": number, …}}, in the order of measuring.

    head: notebook, function and fingerprint, corpus, versions.
    """

    name: str
    head: dict[str, str]
    rows: dict[tuple[str, int], dict]

    @property
    def conditions(self) -> list[str]:
        """All conditions, in order."""
        return list(dict.fromkeys(condition for condition, _ in self.rows))

    def named(self, begin: str) -> str:
        """The first condition that begins so, whatever its rate."""
        return next(condition for condition in self.conditions if condition.startswith(begin))

    def values(self, condition: str, what: str = "accuracy") -> np.ndarray:
        """What a condition reached with each seed: (seeds,), or (seeds, examples) for an array of hits."""
        found = [scores[what] for (name, _), scores in self.rows.items() if name == condition]
        if not found:
            raise LookupError(f"{self.name} has no condition {condition!r}; it has {', '.join(self.conditions)}.")
        return np.array(found)

    @property
    def here(self) -> bool:
        """Whether it was measured on the corpus that the chapters read now, or needs none."""
        corpus = CORPORA.get(self.head["corpus"])
        return corpus is None or not corpus.kind or corpus.name == in_use(corpus.kind)

    def agrees(self, condition: str, seed: int, live: dict) -> bool:
        """Whether fresh scores are the stored ones: to .05, or a tenth where that is less.

        Also true on a corpus for which nothing was measured, such as a class's own.
        """
        stored = self.rows[condition, seed]
        return not self.here or all(near(stored[what], value) for what, value in live.items() if np.ndim(value) == 0)

    def summary(self, condition: str, what: str = "accuracy") -> str:
        """Mean and range: ".512 (.488 to .951)"."""
        return mean_and_range(self.values(condition, what))

    def caption(self, what: str = "accuracy") -> str:
        """A line a condition: its mean and range."""
        return "\n".join(f"{condition}: {self.summary(condition, what)}" for condition in self.conditions)

    def at_best(self, what: str, best: Callable = max) -> "Results":
        """Each method as it does best: of "LSTM, rate 0.01" and "LSTM, rate 0.03" the one whose mean of `what`, a
        score on the validation part, is best (max or min)."""
        methods = {}
        for condition in self.conditions:
            methods.setdefault(condition.split(", rate")[0], []).append(condition)
        chosen = [best(variants, key=lambda one: self.values(one, what).mean()) for variants in methods.values()]
        return Results(self.name, self.head, {key: row for key, row in self.rows.items() if key[0] in chosen})


class Difference(NamedTuple):
    """A difference with the interval that holds 95 % of the draws; f"{gap:+.3f}" is "+0.020 (+0.005 to +0.035)"."""

    mean: float
    low: float
    high: float

    def __format__(self, places: str) -> str:
        return f"{self.mean:{places}} ({self.low:{places}} to {self.high:{places}})"

    @property
    def shown(self) -> bool:
        """Whether the data show any difference: 0 lies outside the interval."""
        return self.low > 0 or self.high < 0


def near(stored: float, fresh: float) -> bool:
    """The rule of the comparison for scores of trained networks, notebooks/conftest.py."""
    return abs(stored - fresh) <= max(1e-6, min(0.05, 0.1 * max(abs(stored), abs(fresh))))


def mean_and_range(values: np.ndarray) -> str:
    """Mean, lowest and highest of some scores between 0 and 1: ".512 (.488 to .951)"."""
    low, high = np.min(values), np.max(values)
    mean = np.clip(np.mean(values), low, high)           # the mean of equal numbers may be off by its last digit
    mean, low, high = (f"{value:.3f}".removeprefix("0") for value in (mean, low, high))
    return f"{mean} ({low} to {high})"


def standard_error(p: float, n: int) -> float:
    """How far a share p of n independent examples strays by chance: √(p(1 − p)/n)."""
    return float(np.sqrt(p * (1 - p) / n))


def paired_bootstrap(ours: np.ndarray, theirs: np.ndarray, draws: int = 2000, seed: int = 1) -> Difference:
    """Is one method more often right than another, beyond the luck of these seeds and these examples?

    ours, theirs: (seeds, examples), right or not, or any score; the same seeds and examples for both. Both are drawn
    anew, with replacement (Efron and Tibshirani 1993), and the mean difference is taken each time.
    """
    difference = np.asarray(ours, float) - np.asarray(theirs, float)
    seeds, examples = difference.shape
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(draws):
        of_seeds = np.bincount(rng.integers(seeds, size=seeds), minlength=seeds) / seeds
        of_examples = np.bincount(rng.integers(examples, size=examples), minlength=examples) / examples
        means.append(of_seeds @ difference @ of_examples)
    return Difference(float(difference.mean()), *map(float, np.quantile(means, [0.025, 0.975])))


def file_of(name: str, corpus: str = "") -> Path:
    """Where results are kept: NAME.csv on the bundled corpus or on none, NAME.CORPUS.csv on another one."""
    return FOLDER / (f"{name}.{corpus}.csv" if corpus and not CORPORA[corpus].bundled else f"{name}.csv")


def command(name: str, corpus: str = "") -> str:
    """What measures an experiment, without the Python in front."""
    return f"-m course_utils experiments {name}" + (f" --corpus {corpus}" if corpus else "")


def read(name: str, corpus: str = "") -> Results:
    """The stored results of an experiment, on the corpus in use if there are some, else on the bundled one.

    corpus: the results on this one.
    Raises DataError, one line, if they are not there or are not what was measured.
    """
    variables = {one.variable for one in CORPORA.values() if one.kind}
    used = [os.environ[variable] for variable in sorted(variables) if os.environ.get(variable) in CORPORA]
    paths = [file_of(name, one) for one in ([corpus] if corpus else [*used, ""])]
    path = next((path for path in paths if path.exists()), None)
    remedy = f"Measure it: python {command(name, corpus)}"
    if path is None:
        raise DataError(f"data/results/{paths[0].name} is not there. {remedy}")
    try:
        return parse(name, path.read_text("utf-8"))
    except (KeyError, ValueError):
        raise DataError(f"data/results/{path.name} is not what was measured. Delete it. {remedy}") from None


def checksum(lines: list[str]) -> str:
    """Of the rows: a score that was typed is noticed."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def parse(name: str, text: str) -> Results:
    """Results from text. Raises ValueError or KeyError if the rows are not those that were written."""
    head = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# "))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if head.pop("checksum") != checksum(lines):
        raise ValueError("the rows differ from what was measured")
    rows = {}
    for row in csv.DictReader(lines):
        key = row.pop("condition"), int(row.pop("seed"))
        rows[key] = {what: hits_of(value) if ":" in value else float(value) for what, value in row.items()}
    return Results(name, head, rows)


def write(results: Results) -> str:
    """Results as text: the head in comments, then a row a measurement; arrays of hits as "examples:hexadecimal"."""
    columns = ["condition", "seed", *next(iter(results.rows.values()))]
    lines = [",".join(columns)]
    for (condition, seed), scores in results.rows.items():
        cells = [f"{len(value)}:{np.packbits(value).tobytes().hex()}" if np.ndim(value) else f"{value:.6g}"
                 for value in scores.values()]
        lines.append(",".join([f'"{condition}"', str(seed), *cells]))
    head = results.head | {"checksum": checksum(lines)}
    return "\n".join([*(f"# {key}: {value}" for key, value in head.items()), *lines, ""])


def hits_of(text: str) -> np.ndarray:
    """(examples,) bool, from what `write` made of it."""
    count, _, digits = text.partition(":")
    return np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8), count=int(count)).astype(bool)
