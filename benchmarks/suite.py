"""What the tests of the course cost: the comparison of all chapters beside as many that only import TensorFlow,
then every quick test, with the seconds of each chapter and each file of tests. Two workers.

    python benchmarks/suite.py [--runs 3] [--without-tests]
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from statistics import median

import nbformat
from common import save, table, verdict

from course_utils.commands.notebooks import execute, find
from course_utils.files import PROJECT


def floor(folder: Path, count: int) -> None:
    """So many notebooks that only import TensorFlow, with the comparison's settings."""
    (folder / "notebooks").mkdir()
    shutil.copy(PROJECT / "notebooks" / "conftest.py", folder / "notebooks")
    shutil.copy(PROJECT / "pyproject.toml", folder)
    source = "from course_utils.runtime import quiet_stderr\nwith quiet_stderr():\n    import tensorflow"
    cell = nbformat.v4.new_code_cell(source)
    kernel = {"display_name": "Python 3", "name": "python3"}
    book = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    execute(book)
    for number in range(count):
        nbformat.write(book, folder / "notebooks" / f"{number:02}_floor.ipynb")


def timed(*arguments, cwd=PROJECT) -> tuple[float, Counter]:
    """Seconds of a pytest run that has to pass, and seconds of each of its files, added up over both workers."""
    kept = {name: value for name, value in os.environ.items()
            if name not in ("COURSE_REAL_DATA", "COURSE_REVIEWS", "PYTEST_CURRENT_TEST")}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        begun = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
        done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True)
        seconds = time.monotonic() - begun
        if done.returncode:
            raise SystemExit("The tests did not pass:\n" + "\n".join(done.stdout.splitlines()[-20:]))
        files = Counter()
        for case in ElementTree.parse(report).iter("testcase"):
            files[case.get("classname")] += float(case.get("time"))
    return seconds, files


def largest() -> float:
    """GiB of the largest process so far among those that were started and have ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2 ** 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-tests", action="store_true", help="only the chapters")
    arguments = parser.parse_args()
    import matplotlib.pyplot as plt

    chapters, runs = len(find()), range(arguments.runs)
    with tempfile.TemporaryDirectory() as folder:
        floor(Path(folder), chapters)
        timed("notebooks", cwd=folder)                                 # files read once
        imported = median(timed("notebooks", cwd=folder)[0] for _ in runs)
    compared, files = zip(*(timed("notebooks") for _ in runs), strict=True)
    rows = [[f"floor: import TensorFlow, {chapters} notebooks", imported],
            [f"compare {chapters} chapters", median(compared)]]
    verdicts = [verdict("comparison, in times of the floor", median(compared) / imported, 3.5)]
    each = files[0]
    if not arguments.without_tests:
        seconds, others = timed("tests")
        rows.append(["everything except the chapters", seconds])
        verdicts.append(verdict("everything except the chapters, seconds", seconds, 120))
        each = each | others
    verdicts.append(verdict("memory of the largest process, GiB", largest(), 2))
    names, costs = zip(*sorted(each.items()), strict=True)
    plt.figure(figsize=(7, 0.25 * len(names)))
    plt.barh(names, costs)
    plt.gca().invert_yaxis()
    plt.xlabel("seconds")
    plt.tight_layout()
    parts = [table(["what", "seconds"], [[what, f"{seconds:.0f}"] for what, seconds in rows]),
             table(["file", "seconds"], [[name, f"{cost:.1f}"] for name, cost in zip(names, costs, strict=True)])]
    save("suite", f"Two workers, medians of {arguments.runs} runs\n\n" + "\n\n".join([*parts, "\n".join(verdicts)]))


if __name__ == "__main__":
    main()
