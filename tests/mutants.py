"""Do the tests see it when a line of course_utils is changed? `make mutants`.

It installs cosmic-ray into build/, from the network. Lines are drawn, one mutation a line; each is tried on a copy with
the fast tests of its module. Survivors: build/mutants/survivors.txt.
"""

import argparse
import ast
import functools
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BUILD = PROJECT / "build" / "mutants"
PYTHON = PROJECT / ".venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
SLOW = "outlives or two_clusters"              # tests that wait
DATA = "test_datasets test_fetch_own test_fetch_imdb"
# the fast tests of each module or folder; plots.py is judged by the captions and pictures of the chapters, and by eye
FAST = {
    "__init__.py": "test_cli", "__main__.py": "test_cli test_fetch_own test_setup", "baselines.py": "test_training",
    "by_hand.py": "test_by_hand test_recurrent test_attention", "commands": "test_cli",
    "commands/book.py": "test_book test_cli", "commands/classroom.py": "test_classroom",
    "commands/copies.py": "test_copies", "commands/experiments.py": "test_experiments",
    "commands/feedback.py": "test_feedback", "commands/fingerprint.py": "test_experiments",
    "commands/lab.py": "test_feedback",
    "commands/notebooks.py": "test_cli test_notebooks test_conditions", "commands/pages.py": "test_book test_cli",
    "commands/setup.py": "test_setup", "commands/steps.py": "test_setup",
    "datasets": DATA, "drawings.py": "test_drawings", "embeddings.py": "test_text test_any_text test_training",
    "encoder.py": "test_attention", "exercises": "test_exercises", "experiments.py": "test_experiments",
    "files.py": DATA, "runtime.py": "test_training test_cli",
    "text.py": "test_text test_any_text", "training.py": "test_training", "workers.py": "test_workers",
}


def judge() -> int:
    """Run in a copy: the tests of the module that differs from the project's."""
    for path in sorted(Path("course_utils").rglob("*.py")):
        if path.read_bytes() != (PROJECT / path).read_bytes():
            judges = FAST.get(path.relative_to("course_utils").as_posix()) or FAST[path.parts[1]]
            tests = [f"tests/{name}.py" for name in judges.split()]
            slowly = "" if path.name == "encoder.py" else "not slow"   # the chapter's encoder beside the package's
            options = ["-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", slowly,
                       "-k", f"not ({SLOW})"]
            own = os.environ | {"PYTHONPATH": str(Path.cwd())}     # for kernels in other folders
            return subprocess.run([PYTHON, "-m", "pytest", *options, *tests], env=own).returncode
    return 0


def prepare(copy: Path) -> None:
    """The project without its outputs, and a session with every mutation there is."""
    shutil.rmtree(copy, ignore_errors=True)
    for part in "book", "course_utils", "tests", "data", "notebooks":
        shutil.copytree(PROJECT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in "pyproject.toml", "requirements.txt", "README.md":
        shutil.copy(PROJECT / file, copy)
    command = f'"{sys.executable}" "{Path(__file__).resolve()}" --judge'
    (copy / "mutants.toml").write_text(f"""[cosmic-ray]
module-path = "course_utils"
timeout = 180.0
excluded-modules = ["**/plots.py"]
test-command = {json.dumps(command)}
[cosmic-ray.distributor]
name = "local"
""", encoding="utf-8")
    cosmic_ray("init", copy)


def cosmic_ray(what: str, copy: Path) -> None:
    """One of its commands, in a copy."""
    command = [sys.executable, "-m", "cosmic_ray.cli", what, "mutants.toml", "session.sqlite"]
    subprocess.run(command, cwd=copy, check=True)


@functools.cache
def solutions(path: Path) -> set[int]:
    """The lines of the functions that solve an exercise, the second argument of a Function or Value. Around them stand
    examples and mistakes: a changed one is another example, and no test but a second copy of it could tell. What open
    exercises train is tried by slow tests, for minutes."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    solve = {node.args[1].id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
             and node.func.id in ("Function", "Value")}
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name in solve]
    return {line for one in functions for line in range(one.lineno, one.end_lineno + 1)}


def left_out(mutation) -> bool:
    """What no test should tell: examples of exercises, and where on its sheet a drawing puts things."""
    path = mutation.module_path
    if path.parent.name == "exercises" and path.stem.startswith("ch"):
        return mutation.start_pos[0] not in solutions(PROJECT / path)
    places = "NumberReplacer", "ReplaceBinaryOperator", "ReplaceUnaryOperator"
    return path.name == "drawings.py" and mutation.operator_name.startswith(tuple(f"core/{name}" for name in places))


def draw(items, every: int, seed: int) -> list:
    """One mutation for every `every`-th line that can be mutated; words in docstrings and annotations are none."""
    by_line = {}
    for item in items:
        if left_out(item.mutations[0]):
            continue
        by_line.setdefault((str(item.mutations[0].module_path), item.mutations[0].start_pos[0]), []).append(item)
    rng = random.Random(seed)
    lines = sorted(by_line)
    return [rng.choice(by_line[line]) for line in sorted(rng.sample(lines, len(lines) // every))]


def deal(copies: list[Path], module: str, every: int, seed: int) -> None:
    """Draw mutations and give each copy every second one. The first copy's session holds all there are."""
    from cosmic_ray.work_db import WorkDB, use_db
    with use_db(copies[0] / "session.sqlite", WorkDB.Mode.open) as session:
        items = [item for item in session.work_items if module in str(item.mutations[0].module_path)]
    drawn = draw(items, every, seed)
    for number, copy in enumerate(copies):
        with use_db(copy / "session.sqlite", WorkDB.Mode.open) as session:
            session.clear()
            session.add_work_items(drawn[number::2])
    print(f"{len(items):,} mutations, {len(drawn)} drawn", flush=True)


def results(copies: list[Path]) -> Iterator[tuple[str, bool, str]]:
    """(module, whether the tests saw it, what was changed) of each mutation that was tried."""
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import WorkerOutcome
    for copy in copies:
        with use_db(copy / "session.sqlite", WorkDB.Mode.open) as session:
            place = {item.job_id: item.mutations[0] for item in session.work_items}
            for job, result in session.results:
                if result.worker_outcome in (WorkerOutcome.NO_TEST, WorkerOutcome.SKIPPED) or left_out(place[job]):
                    continue
                module = str(place[job].module_path)
                lines = (result.diff or "").splitlines()
                changed = "\n".join(line for line in lines if re.match(r"[-+](?![-+])", line))
                text = f"{module}:{place[job].start_pos[0]}  {place[job].operator_name}\n{changed}\n"
                yield module, result.is_killed, text


def report(copies: list[Path]) -> float:
    """Print how many were killed in each module, write the survivors to a file, and return the share of killed ones."""
    tried, killed, survivors = Counter(), Counter(), []
    for module, seen, text in results(copies):
        tried[module] += 1
        killed[module] += seen
        if not seen:
            survivors.append(text)
    (BUILD / "survivors.txt").write_text("\n".join(sorted(survivors)), encoding="utf-8")
    for module in sorted(tried):
        print(f"{module:44} {killed[module]:4} of {tried[module]:4} killed")
    share = killed.total() / tried.total()
    print(f"{'in all':44} {killed.total():4} of {tried.total():4} killed: {share:.3f}. "
          f"Survivors: {BUILD / 'survivors.txt'}")
    return share


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--every", type=int, default=4, help="try one line of so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", default="", help="only modules whose path contains this")
    arguments = parser.parse_args()
    copies = [BUILD / "copy1", BUILD / "copy2"]
    prepare(copies[0])
    shutil.rmtree(copies[1], ignore_errors=True)
    shutil.copytree(*copies)
    deal(copies, arguments.module, arguments.every, arguments.seed)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(functools.partial(cosmic_ray, "exec"), copies))
    return int(report(copies) < 0.85)


if __name__ == "__main__":
    sys.exit(judge() if sys.argv[1:] == ["--judge"] else main())
