"""`python -m course_utils experiments`: measures what the chapters have stored, with the notebooks' own functions.

Which ones there are stands in data/results/experiments.toml. Half-done measurements lie in build/experiments/.
"""

import ast
import contextlib
import io
import linecache
import os
import platform
import time
import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import matplotlib
import numpy as np
from tqdm import tqdm

from .. import experiments
from ..datasets import corpus_name, require_fetched
from ..datasets.registry import CORPORA, in_use
from ..files import PROJECT, DataError, write_whole
from .fingerprint import Module, bindings, closure, dependencies, fingerprint, kinds_of, source_of
from .notebooks import BUILD, FOLDER, require_writable

PLAN = experiments.FOLDER / "experiments.toml"


@dataclass(frozen=True)
class Experiment:
    """An entry of the plan.

    name: "10_recall"; its first two digits are the chapter's.  conditions, seeds: what `function` is called with.
    corpora: the data sets beside the bundled one on which it is stored, too, with the first three seeds.
    needs: a data set that its function reads and that must be fetched first, "" if none.
    weights: an environment variable that names trained weights, which a user must have; the project stores no results.
    machine: its values are seconds or megabytes, other ones on another machine.
    """

    name: str
    conditions: list[str]
    function: str = "measure"
    seeds: tuple[int, ...] = experiments.SEEDS
    corpora: tuple[str, ...] = ()
    needs: str = ""
    weights: str = ""
    machine: bool = False

    @property
    def notebook(self) -> Path:
        """The chapter."""
        return next(FOLDER.glob(f"{self.name[:2]}_*.ipynb"))


def planned() -> dict[str, Experiment]:
    """The experiments by their names."""
    entries = tomllib.loads(PLAN.read_text("utf-8"))
    return {name: Experiment(name, **entry) for name, entry in entries.items()}


def function_of(path: Path, name: str, further: str = "") -> Callable:
    """A function of a notebook, or of `further` source behind it. Of the notebook only what the fingerprint covers is
    executed, in this process: the imports, `start()`, and the statements that bind what the function names."""
    namespace, here = {"__name__": "__main__"}, os.getcwd()
    source = f"{source_of(path)}\n{further}"
    needed = {bound for module, bound in closure(Module("notebook", source), name) if module == "notebook"}
    os.environ["COURSE_QUIET"] = "1"
    linecache.cache[path.name] = len(source), None, source.splitlines(keepends=True), path.name  # what AutoGraph reads
    matplotlib.use("agg")
    os.chdir(path.parent)                      # where a notebook's kernel stands
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for statement in ast.parse(source).body:
                always = isinstance(statement, ast.Import | ast.ImportFrom) or ast.unparse(statement) == "start()"
                if always or bindings(statement) & needed:
                    exec(compile(ast.Module([statement], []), path.name, "exec"), namespace)
    finally:
        os.chdir(here)
    return namespace[name]


def head_of(experiment: Experiment, corpus: str) -> dict[str, str]:
    """What stands above the rows: where they come from, and the fingerprint."""
    kinds = kinds_of(dependencies(experiment.notebook, experiment.function))
    weights = {"weights": Path(os.environ[experiment.weights]).name} if experiment.weights else {}
    packages = ", ".join(f"{package} {version(package)}" for package in ("tensorflow", "keras", "numpy"))
    return {"measured by": f"make experiments NAME={experiment.name}", "chapter": experiment.notebook.stem,
            "function": experiment.function, "corpus": experiment.needs or (in_use(kinds[0]) if kinds else "none"),
            "fingerprint": fingerprint(experiment.notebook, experiment.function, bundled=not corpus),
            **weights, "versions": f"Python {platform.python_version()}, {packages}"}


def stale(experiment: Experiment, corpus: str = "") -> str | None:
    """None if the stored results are those of today's code and corpus, else a line with the command that mends it."""
    found = experiments.read(experiment.name, corpus)
    if found.head["fingerprint"] == fingerprint(experiment.notebook, experiment.function, not corpus):
        if set(found.rows) == set(pairs(experiment, corpus)):
            return None
        what = "conditions or seeds of the plan"
    else:
        what = f"{experiment.function}() or what it uses"
    return (f"data/results/{experiments.file_of(experiment.name, corpus).name} is stale: {what} changed since. "
            f"Run: python {experiments.command(experiment.name, corpus)}")


def pairs(experiment: Experiment, corpus: str = "") -> list[tuple[str, int]]:
    """What is measured, in order: all conditions with the first seed, then with the next one."""
    seeds = experiment.seeds[:3] if corpus else experiment.seeds
    return [(condition, seed) for seed in seeds for condition in experiment.conditions]


def measure(experiment: Experiment, corpus: str = "") -> None:
    """Measure what is missing, keep it after each condition and seed, and store all when it is complete."""
    if experiment.needs:
        require_fetched(experiment.needs)
    if experiment.weights and not os.environ.get(experiment.weights):
        raise DataError(f"{experiment.name} needs trained weights. Set {experiment.weights} to their folder or "
                        "address, as the chapter says.")
    target = experiments.file_of(experiment.name, corpus)
    partial = BUILD / "experiments" / target.name
    partial.parent.mkdir(parents=True, exist_ok=True)
    head, rows = head_of(experiment, corpus), {}
    with contextlib.suppress(OSError, KeyError, ValueError):
        before = experiments.parse(experiment.name, partial.read_text("utf-8"))
        rows = before.rows if before.head == head else {}
    wanted = pairs(experiment, corpus)
    function = function_of(experiment.notebook, experiment.function)      # its first cell loads TensorFlow quietly
    import keras
    with tqdm(total=len(wanted), initial=len(rows), desc=target.stem, unit=" trainings", disable=None) as bar:
        for condition, seed in wanted:
            if (condition, seed) in rows:
                continue
            bar.set_postfix_str(f"{condition}, seed {seed}")
            begun = time.monotonic()
            rows[condition, seed] = {**function(condition, seed), "seconds": time.monotonic() - begun}
            keras.backend.clear_session()
            write_whole(partial, experiments.write(experiments.Results(experiment.name, head, rows)))
            bar.update()
    ordered = {key: rows[key] for key in wanted}
    write_whole(target, experiments.write(experiments.Results(experiment.name, head, ordered)))
    partial.unlink()


def cheapest(results: experiments.Results) -> tuple[str, int]:
    """The condition that took the fewest seconds with the first seed, and that seed: of the steady ones, if any is.

    Where the seed decides the scores, as for a simple network at a high rate, so does another processor's rounding.
    """
    first = min(seed for _, seed in results.rows)
    steady = [condition for condition in results.conditions if is_steady(results, condition)]
    return min(((condition, first) for condition in steady or results.conditions),
               key=lambda key: results.rows[key]["seconds"])


def is_steady(results: experiments.Results, condition: str) -> bool:
    """Whether all seeds reached the same scores, as near as `agrees` asks."""
    rows = [row for (name, _), row in results.rows.items() if name == condition]
    scores = [what for what, value in rows[0].items() if what != "seconds" and np.ndim(value) == 0]
    return all(experiments.near(min(row[what] for row in rows), max(row[what] for row in rows)) for what in scores)


def measure_all(names: Collection[str], corpus: str = "") -> int:
    """Measure the named experiments, all that are stale if none is named; 0 if all went well."""
    plan = planned()
    unknown = [name for name in names if name not in plan]
    if unknown:
        raise DataError(f"There is no experiment {unknown[0]}. There are: {', '.join(plan)}")
    require_writable(BUILD)
    if corpus:
        if corpus not in CORPORA or not CORPORA[corpus].kind:
            raise DataError(f"{corpus} is not a corpus that chapters read.")
        os.environ[CORPORA[corpus].variable] = corpus
        corpus_name(CORPORA[corpus].kind)                        # one line if it has not been fetched
    ours = [name for name, one in plan.items() if not one.weights and (not corpus or corpus in one.corpora)]
    for name in names or ours:
        with contextlib.suppress(DataError):
            if stale(plan[name], corpus) is None:
                print(f"{name}: measured already. To measure it again, delete "
                      f"{experiments.file_of(name, corpus).relative_to(PROJECT)}")
                continue
        measure(plan[name], corpus)
        found = experiments.read(name, corpus)
        what = next(iter(next(iter(found.rows.values()))))
        print(f"{name}, {what}:\n{found.caption(what)}", flush=True)
    return 0
