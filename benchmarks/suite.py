"""What the tests of the course cost: the comparison of all chapters beside as many that only import TensorFlow,
then every quick test, with the seconds of each chapter and each file of tests. Two workers.

    python benchmarks/suite.py [--runs 3]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import nbformat
from common import Store

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


def measure(run):
    """{what: {"seconds": …}}: the floor, all chapters, all other quick tests, then each chapter and file of tests."""
    with tempfile.TemporaryDirectory() as folder:
        floor(Path(folder), len(find()))
        timed("notebooks", cwd=folder)                                 # files read once
        imported, _ = timed("notebooks", cwd=folder)
    compared, chapters = timed("notebooks")
    others, files = timed("tests")
    print(f"run {run}: floor {imported:.0f} s, chapters {compared:.0f} s, other tests {others:.0f} s", flush=True)
    whole = {"floor": imported, "compare all chapters": compared, "all other quick tests": others}
    return {what: {"seconds": seconds} for what, seconds in (whole | chapters | files).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    store = Store("suite", "bundled")
    for run in range(1, parser.parse_args().runs + 1):
        if not store.has("floor", run):
            store.add(run, measure(run))
    store.keep()


if __name__ == "__main__":
    main()
