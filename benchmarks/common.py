"""What the benchmarks share: the corpus, and scores that are kept as soon as they are measured."""

import ast
import hashlib
import json
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from course_utils import experiments
from course_utils.commands.fingerprint import plain
from course_utils.datasets.fetch import fetch
from course_utils.experiments import Results
from course_utils.files import PROJECT
from course_utils.runtime import start

HERE, BUILD = Path(__file__).parent, PROJECT / "build" / "benchmarks"
CODE = {                                         # what a benchmark runs: if it changes, the stored scores are old
    "training": ("counting", "judging", "published", "systems"),
    "road": ("counting", "judging", "systems", "road"),
    "input": ("pipelines",),
    "scale": ("sizes",), "length": ("sizes",), "workers": ("sizes",),
    "suite": ("suite",),
}


def use_corpus() -> str:
    """Real IMDB where COURSE_REAL_DATA names a folder with its archive, else the bundled reviews. Returns its name.

    The real one is prepared once, in the cache.
    """
    real = os.environ.get("COURSE_REAL_DATA")
    if real:
        fetch("imdb_reviews", Path(real) / "aclImdb_rebuilt.tar.gz")
        os.environ["COURSE_REVIEWS"] = "imdb_reviews"
    start()
    return "imdb_reviews" if real else "course_reviews"


def fingerprint(name: str) -> str:
    """Of the code that a benchmark runs, whatever its layout, comments and docstrings."""
    trees = [plain(ast.parse((HERE / f"{module}.py").read_text("utf-8")).body[1:]) for module in CODE[name]]
    return hashlib.sha256(json.dumps(trees).encode()).hexdigest()[:16]


def processor() -> str:
    """What Linux says of the processor, elsewhere what Python knows of it, and how many cores there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"


def peak_memory() -> float:
    """MB that this process held at most, on Linux. (`getrusage` would count what its parent held when it was begun.)"""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


class Store:
    """The scores of one benchmark, in build/benchmarks/NAME.csv: a run that is interrupted goes on.

    Scores of other code, of another corpus, processor or TensorFlow are begun anew: seconds are compared within one
    machine only.
    """

    def __init__(self, name: str, corpus: str):
        self.path = BUILD / f"{name}.csv"
        head = {"measured by": f"python benchmarks/{name}.py", "corpus": corpus, "processor": processor(),
                "fingerprint": fingerprint(name),
                "versions": f"Python {platform.python_version()}, tensorflow {version('tensorflow')}"}
        kept = experiments.parse(name, self.path.read_text("utf-8")) if self.path.exists() else None
        self.results = kept if kept and kept.head == head else Results(name, head, {})

    def has(self, condition: str, run: int) -> bool:
        """Whether it has been measured."""
        return (condition, run) in self.results.rows

    def add(self, run: int, rows: dict[str, dict[str, float]]) -> None:
        """Keep what a run gave: {condition: {"seconds": …}}, the same columns for all conditions."""
        self.results.rows.update({(condition, run): values for condition, values in rows.items()})
        BUILD.mkdir(parents=True, exist_ok=True)
        self.path.write_text(experiments.write(self.results), encoding="utf-8")

    def keep(self) -> None:
        """All is measured: the scores go to data/results, where report.py and the chapters read them."""
        path = experiments.FOLDER / f"benchmark_{self.path.name}"
        path.write_text(experiments.write(self.results), encoding="utf-8")
        print(f"data/results/{path.name}", flush=True)
