"""What the benchmarks share: the corpus, the results in build/, the figure."""

import os
from pathlib import Path

from course_utils.files import PROJECT, imdb_folder
from course_utils.runtime import start

BUILD = PROJECT / "build" / "benchmarks"


def use_corpus() -> None:
    """Real IMDB where COURSE_REAL_DATA names a folder with its archive (prepared once, in the cache), else the bundled reviews."""
    real = os.environ.get("COURSE_REAL_DATA")
    if real:
        if not imdb_folder().exists():
            from course_utils.fetch import fetch_imdb
            fetch_imdb(Path(real) / "aclImdb_rebuilt.tar.gz")
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
    return f"- {what}: {value:.3g}, target {'at least' if at_least else 'at most'} {target:.3g}: {'met' if met else 'MISSED'}"
