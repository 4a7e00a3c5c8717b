"""Executing the chapters: `run` writes them as a book, `refresh` stores their outputs."""

import ast
import asyncio
import math
import os
import re
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.filters import strip_ansi
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode
from tqdm import tqdm

from ..files import PROJECT, DataError, probe, write_whole
from . import book
from .pages import Chapter, entries_named

FOLDER = PROJECT / "notebooks"
BUILD = PROJECT / "build"
CELL_SECONDS = 3600


def find(names: Collection[str] = ()) -> list[Path]:
    """The notebooks with these numbers ("06") or file names, in order; all of them if none is named.

    Raises DataError if one is not there.
    """
    paths = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise DataError(f"There are no chapters in {FOLDER}. Get the course again.")
    chosen = []
    for name in names:
        stem = Path(name).stem
        stem = stem.zfill(2) if stem.isdigit() else stem
        found = [path for path in paths if path.stem == stem or path.stem.startswith(f"{stem}_")]
        if not found:
            raise DataError(f"There is no chapter {name}. There are: {', '.join(path.stem for path in paths)}")
        chosen += found
    return chosen if names else paths


def execute(notebook: NotebookNode, tick: Callable = lambda: None) -> None:
    """Execute all cells in place, as nbval does; `tick` is called after each. Raises what a cell raises.

    nbclient works in a thread of its own: in the main thread its handler of Ctrl-C ends the kernel and then fails, as
    if the kernel had died by itself.
    """
    # the first, so that ipykernel leaves C-level stderr alone, as under nbval
    os.environ |= {"PYTEST_CURRENT_TEST": "course", "COURSE_QUIET": "1"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3",
                            extra_arguments=["--log-level=ERROR"], resources={"metadata": {"path": str(FOLDER)}},
                            on_cell_executed=lambda **_: tick())
    running, begun = {}, threading.Event()

    async def work() -> None:
        running["loop"], running["task"] = asyncio.get_running_loop(), asyncio.current_task()
        begun.set()
        await client.async_execute()

    def in_a_loop() -> None:
        # the loop that ZeroMQ wants on Windows
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(work())

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(in_a_loop)
        try:
            while not wait([future], timeout=0.5).done:                # Windows lets Ctrl-C through only now and then
                pass
        except KeyboardInterrupt:
            client.shutdown_kernel = "immediate"                       # asked politely it would first finish its cell
            begun.wait()
            running["loop"].call_soon_threadsafe(running["task"].cancel)
            raise
    future.result()


def attempt(notebook: NotebookNode, tick: Callable) -> str | None:
    """Execute a notebook. None if all went well, else what went wrong, in one line."""
    try:
        execute(notebook, tick)
    except CellTimeoutError:
        return f"a cell took longer than {CELL_SECONDS} seconds"
    except (CellExecutionError, DeadKernelError, RuntimeError) as error:
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        place = next((f"cell [{cell.execution_count}]: " for cell in code
                      if any(output.output_type == "error" for output in cell.outputs)), "")
        last = strip_ansi(str(error)).strip().splitlines()[-1]
        if isinstance(error, DeadKernelError):
            last += " (most often memory ran out: close other programs and run it again)"
        return place + last
    return None


def watched(name: str, notebook: NotebookNode) -> tuple[float, str | None]:
    """Execute a notebook, with a bar on a terminal.  Returns its seconds and what `attempt` says."""
    begun = time.monotonic()
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=cells, desc=name, unit=" cells", leave=False, disable=None) as bar:
        problem = attempt(notebook, bar.update)
    return time.monotonic() - begun, problem


def run(names: Collection[str] = ()) -> int:
    """Execute the chapters one after the other and write the book, in which the others have their stored outputs.
    A chapter that fails is in it as far as it came. 0 if all went well."""
    chosen, chapters = find(names), []
    require_writable(BUILD)
    for path in chosen:
        notebook = nbformat.read(path, as_version=4)
        seconds, problem = watched(path.stem, notebook)
        chapters.append((seconds, Chapter(path, notebook, problem)))
        print(f"{path.stem:32} {seconds:6.1f} s  {'ok' if problem is None else 'FAILED: ' + problem}", flush=True)
    failed = sum(chapter.problem is not None for _, chapter in chapters)
    print(f"\n{'chapter':32} seconds  result")
    for seconds, chapter in chapters:
        print(f"{chapter.path.stem:32} {seconds:7.1f}  {'ok' if chapter.problem is None else 'failed'}")
    print(f"{'in all':32} {sum(seconds for seconds, _ in chapters):7.1f}  {len(chapters) - failed} ok, {failed} failed")
    return max(write_book(chapter for _, chapter in chapters), int(failed > 0))


def write_book(executed: Iterable[Chapter] = ()) -> int:
    """The book of these chapters, and of the stored outputs of all others. 0 if Sphinx had no warning."""
    executed = {chapter.path: chapter for chapter in executed}
    problem = book.write([executed.get(path) or chapter_at(path) for path in find()])
    print(f"To read: {(BUILD / 'book' / 'index.html').relative_to(PROJECT)}")
    return problem


def refresh(names: Collection[str] = ()) -> int:
    """Execute the chapters and store them with outputs, normalised: a second time changes nothing."""
    failed, taken = 0, {}
    require_writable(FOLDER)
    for path in find(names):
        notebook = with_end(nbformat.read(path, as_version=4), path)
        before = printed(notebook)
        seconds, problem = watched(path.stem, notebook)
        if problem is None:
            taken[path.stem[:2]] = seconds
            result = "changed" if write(notebook, path) else "as it was"
            after = printed(notebook)
            if other := [number for number in after if number in before and before[number] != after[number]]:
                result += f", other output in [{'], ['.join(map(str, other))}]"
        else:
            failed, result = 1, f"FAILED, left as it was: {problem}"
        print(f"{path.stem:32} {seconds:6.1f} s  {result}", flush=True)
    write_tables(taken)
    return failed


def printed(notebook: NotebookNode) -> dict[int, list]:
    """What the cells have printed, by execution count: one that is another at each refresh is no good test."""
    return {cell.execution_count: [output.text for output in cell.outputs if output.output_type == "stream"]
            for cell in notebook.cells if cell.cell_type == "code"}


def require_writable(folder: Path) -> None:
    """Make the folder if it is missing. Raises DataError before any work is done for nothing."""
    try:
        probe(folder)
    except OSError as error:
        raise DataError(f"Cannot write to {folder} ({error.strerror}). "
                        "Copy the course to a folder of your own.") from None


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook without what differs from run to run or from editor to editor. Whether the file changed."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    with_ids(notebook)
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        for output in cell.get("outputs", ()):
            output.get("metadata", {}).clear()
        if cell.cell_type == "code":
            tidy_streams(cell)
    text = nbformat.writes(notebook).rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    return True


def with_ids(notebook: NotebookNode) -> None:
    """Give a cell without an id, or a copied one, an id of its own; no other id changes."""
    known = set()
    for cell in notebook.cells:
        if cell.get("id") in known | {None}:
            cell.id = uuid.uuid4().hex[:8]
        known.add(cell.id)


def tidy_streams(cell: NotebookNode) -> None:
    """One piece a stream, since where a stream is cut is a matter of timing; no blanks at the ends of lines, which a
    bar that was wiped leaves behind."""
    CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)
    for output in cell.outputs:
        if output.output_type == "stream":
            output.text = re.sub(r"[ \t\r]+$", "", output.text, flags=re.MULTILINE)
    cell.outputs = [output for output in cell.outputs if output.output_type != "stream" or output.text.strip()]


def normalise(names: Collection[str] = ()) -> int:
    """Write the notebooks as `refresh` does, without executing them."""
    require_writable(FOLDER)
    for path in find(names):
        notebook = with_end(nbformat.read(path, as_version=4), path)
        print(f"{path.stem:32} {'changed' if write(notebook, path) else 'as it was'}")
    write_tables({})
    return 0


def write_tables(seconds: dict[str, float]) -> None:
    """Bring the contents and README's table up to date. seconds: of chapters that have just been executed."""
    write_whole(FOLDER / "contents.md", contents())
    readme = (PROJECT / "README.md").read_text("utf-8")
    write_whole(PROJECT / "README.md", ROW.sub("", readme).replace(RULE, RULE + readme_rows(readme, seconds)))


RULE = "| --- | --- | --- | --- | --- |\n"
ROW = re.compile(r"^\| (\d\d) \| \[.+\]\(notebooks/.+\) \|.* (\d+|\?) \|\n", re.MULTILINE)


def readme_rows(readme: str, seconds: dict[str, float]) -> str:
    """The rows of README's table: number, title, question, minutes, seconds rounded up to fives."""
    known = dict(ROW.findall(readme)) | {number: str(5 * math.ceil(taken / 5)) for number, taken in seconds.items()}
    return "".join(f"| {one.number} | [{one.title[5:]}](notebooks/{one.path.name}) | {one.question} | {one.minutes} | "
                   f"{known.get(one.number, '?')} |\n" for one in map(chapter_at, find()))


def chapter_at(path: Path) -> Chapter:
    """A chapter with its stored outputs."""
    return Chapter(path, nbformat.read(path, as_version=4))


def with_end(notebook: NotebookNode, path: Path, paths: list[Path] | None = None) -> NotebookNode:
    """The chapter without empty cells, ended by the sources it names, and by links to the one before, the contents and
    the next; they work in JupyterLab. paths: the chapters there are, if not all."""
    paths = paths or find()
    place = paths.index(path)
    own = [cell for cell in notebook.cells if cell.source.strip() and cell.get("id") not in (book.LINKS, book.SOURCES)]
    texts = [cell.source for cell in own if cell.cell_type == "markdown"]
    named = entries_named((PROJECT / "book" / "literature.md").read_text("utf-8"), texts)
    before = [f"[← {chapter_at(one).title}]({one.name})" for one in paths[:place][-1:]]
    after = [f"[{chapter_at(one).title} →]({one.name})" for one in paths[place + 1:][:1]]
    ends = [("\n".join(["## Sources\n", *named]), book.SOURCES)] if named else []
    ends.append((" · ".join([*before, "[Contents](contents.md)", *after]), book.LINKS))
    notebook.cells = own + [nbformat.v4.new_markdown_cell(source, id=name) for source, name in ends]
    return notebook


def contents(done: dict[str, list[str]] | None = None, paths: list[Path] | None = None,
             news: Iterable[str] = ()) -> str:
    """The page that chapters link to in JupyterLab; in a student's copy with what each exercise said.

    paths: the chapters there are, if not all.  news: lines on what an update has done.
    """
    head = ["chapter", "question", "minutes", *(["exercises right"] if done else [])]
    rows = []
    for one in map(chapter_at, paths or find()):
        row = [f"[{one.title}]({one.path.name})", one.question, one.minutes]
        if done:
            row.append(f"{done[one.number].count('right.')} of {len(done[one.number])}")
        rows.append(row)
    told = ["The course has been updated:\n", *(f"- {line}" for line in news), ""] if news else []
    table = [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(["# Contents\n", *told, *table, ""])


def definitions(path: Path, names: Collection[str], namespace: dict) -> dict:
    """Execute the functions and classes of these names as a notebook's code cells define them, in `namespace`.

    Returns the namespace.
    """
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
                    exec(compile(ast.Module([node], []), str(path), "exec"), namespace)
    return namespace
