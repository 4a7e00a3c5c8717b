"""What the benchmarks share: the corpus, the results in build/, the figure."""

import os
from pathlib import Path

from course_utils.datasets.fetch import fetch
from course_utils.files import PROJECT
from course_utils.runtime import start

BUILD = PROJECT / "build" / "benchmarks"


def use_corpus() -> None:
    """Real IMDB where COURSE_REAL_DATA names a folder with its archive, else the bundled reviews.

    The real one is prepared once, in the cache.
    """
    real = os.environ.get("COURSE_REAL_DATA")
    if real:
        fetch("imdb_reviews", Path(real) / "aclImdb_rebuilt.tar.gz")
        os.environ["COURSE_REVIEWS"] = "imdb_reviews"
    start()


def table(head: list[str], rows: list[list]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [head, ["---"] * len(head), *rows])


def save(name: str, text: str) -> None:
    """Print a result, write it to build/benchmarks/NAME.md and the current figure beside it."""
    import matplotlib.pyplot as plt
    BUILD.mkdir(parents=True, exist_ok=True)
    print(f"\n{text}", flush=True)
    (BUILD / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    plt.savefig(BUILD / f"{name}.png", dpi=120)
    plt.close()


def verdict(what: str, value: float, target: float, at_least: bool = False) -> str:
    """One line: a figure beside its target, and whether it is met."""
    met = value >= target if at_least else value <= target
    side = "at least" if at_least else "at most"
    return f"- {what}: {value:.3g}, target {side} {target:.3g}: {'met' if met else 'MISSED'}"
