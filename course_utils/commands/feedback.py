"""In a student's JupyterLab: one line in place of a traceback where she has changed, skipped or stopped something.

`python -m course_utils lab` loads it into its kernels. Under tests, `run` and `refresh` errors stay errors.
"""

import ast
import contextlib
import json
import os
import traceback
from pathlib import Path
from types import TracebackType

from IPython.core.interactiveshell import InteractiveShell


def install(shell: InteractiveShell) -> None:
    """Let this shell show assertions that fail, names that are missing, and interruptions in one line."""
    shell.set_custom_exc(tuple(LINES), show)


def show(shell: InteractiveShell, kind: type, error: BaseException, trace: TracebackType, tb_offset: int = 0) -> None:
    """Show the line for an error, or its traceback if there is nothing better to say."""
    line = next(say for one, say in LINES.items() if issubclass(kind, one))(error, trace)
    if line is None:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    else:
        shell._showtraceback(kind, error, [line])


def interrupted(error: BaseException, trace: TracebackType) -> str:
    from tqdm import tqdm
    open_bars = getattr(tqdm, "_instances", set())                     # they would break those of the next run
    for bar in list(open_bars):
        with contextlib.suppress(AttributeError):                      # interrupted while it was being made
            bar.close()
    open_bars.clear()
    return "Interrupted. What the cell had computed so far may be incomplete: run it again from its start."


def no_longer(error: BaseException, trace: TracebackType) -> str | None:
    """The assertion of a cell that failed; None if it stands elsewhere."""
    frames = traceback.extract_tb(trace)
    source = next((one.line for one in reversed(frames) if one.name == "<module>"), "")
    if not source.startswith("assert ") or len(frames) > 2:
        return None
    said = f" ({error})" if str(error) else ""
    return (f"This no longer holds: {source[7:]}{said}. If you have changed something above on purpose, "
            "this may be just what you wanted to see. To go on, select the next cell: "
            "Run > Run Selected Cell and All Below.")


def cells() -> list[str]:
    """The code cells of the notebook that this kernel belongs to, as last saved; none if it cannot be told."""
    try:
        notebook = json.loads(Path(os.environ["JPY_SESSION_NAME"]).read_text("utf-8"))
        return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    except (KeyError, OSError, TypeError, ValueError):
        return []


def names_of(source: str) -> set[str]:
    """The names that a cell gives to things."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    nodes = list(ast.walk(tree))
    given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    given |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return given | {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}


def beginning(source: str) -> str:
    """The first line of a cell, without its comment."""
    return source.strip().splitlines()[0].partition("  #")[0].strip()


def run_first(error: BaseException, trace: TracebackType) -> str | None:
    """The first cell that defines a name that is missing; None if there is none."""
    name = getattr(error, "name", None)
    source = next((source for source in cells() if name in names_of(source)), None)
    if source is None:
        return None
    return (f"{name} is not defined yet. Run the cell that begins with {beginning(source)!r} first, "
            "or all above this one: Run > Run All Above Selected Cell.")


LINES = {AssertionError: no_longer, KeyboardInterrupt: interrupted, NameError: run_first}
