"""What the tests of the course cost: the comparison of all chapters beside as many notebooks that only import TensorFlow,
then all tests. Seconds, and the memory of the largest process.

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
from pathlib import Path
from statistics import median

import nbformat
from common import save, table, verdict

from course_utils.files import PROJECT
from course_utils.notebooks import execute, find


def floor(folder: Path, count: int) -> None:
    """So many notebooks that only import TensorFlow, with the comparison's settings."""
    shutil.copy(PROJECT / "notebooks" / "conftest.py", folder)
    shutil.copy(PROJECT / "pyproject.toml", folder)
    cell = nbformat.v4.new_code_cell("from course_utils.runtime import quiet_stderr\nwith quiet_stderr():\n    import tensorflow")
    book = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}})
    execute(book)
    for number in range(count):
        nbformat.write(book, folder / f"{number:02}_floor.ipynb")


def timed(*arguments, cwd=PROJECT) -> tuple[float, str]:
    """Seconds and the last line of a pytest run that has to pass."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COURSE_REAL_DATA", "COURSE_REVIEWS", "PYTEST_CURRENT_TEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True)
    seconds = time.monotonic() - begun
    last = done.stdout.strip().splitlines()[-1]
    if done.returncode:
        raise SystemExit("\n".join(["The tests did not pass:", *(line for line in done.stdout.splitlines() if line.startswith("FAILED")), last]))
    return seconds, last


def largest() -> float:
    """GiB of the largest process so far among those that were started and have ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2 ** 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-tests", action="store_true", help="leave out all of make test")
    arguments = parser.parse_args()
    import matplotlib.pyplot as plt

    chapters = len(find())
    with tempfile.TemporaryDirectory() as folder:
        floor(Path(folder), chapters)
        timed(".", cwd=folder)                                         # files read once
        compared, imported = [], []
        for run in range(arguments.runs):
            imported.append(timed(".", cwd=folder)[0])
            compared.append(timed("notebooks")[0])
            print(f"run {run + 1}: import {imported[-1]:.1f} s, compare {compared[-1]:.1f} s", flush=True)
    memory = largest()
    rows = [[f"import TensorFlow, {chapters} notebooks", f"{median(imported):.0f}"], [f"compare {chapters} chapters", f"{median(compared):.0f}"]]
    verdicts = [verdict("comparison, in times of the import", median(compared) / median(imported), 3.5),
                verdict("memory of the largest process, GiB", memory, 2)]
    if not arguments.without_tests:
        whole, last = timed()
        rows.append([f"all tests ({last.partition(' in ')[0]}), once", f"{whole:.0f}"])
        verdicts += [verdict("all tests, minutes", whole / 60, 8), verdict("memory of the largest process then, GiB", largest(), 2)]
    plt.figure(figsize=(7, 2.5))
    plt.barh([name for name, _ in rows], [float(seconds) for _, seconds in rows])
    plt.gca().invert_yaxis()
    plt.xlabel("seconds")
    plt.tight_layout()
    save("suite", f"Two workers, medians of {arguments.runs} runs\n\n{table(['what', 'seconds'], rows)}\n\n" + "\n".join(verdicts))


if __name__ == "__main__":
    main()
