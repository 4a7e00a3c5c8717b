"""Executing the chapters: `run` writes them as HTML, `refresh` stores their outputs."""

import ast
import asyncio
import contextlib
import html
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter

from .files import PROJECT, DataError, probe, write_whole

FOLDER = PROJECT / "notebooks"
BUILD = PROJECT / "build"


def find(names=()) -> list[Path]:
    """The notebooks with these numbers ("06") or file names, in order; all of them if none is named.

    Raises DataError if one is not there.
    """
    paths = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
    chosen = []
    for name in names:
        stem = Path(name).stem
        found = [path for path in paths if path.stem == stem or path.stem.startswith(f"{stem}_")]
        if not found:
            raise DataError(f"There is no chapter {name}. There are: {', '.join(path.stem for path in paths)}")
        chosen += found
    return chosen if names else paths


def execute(notebook, tick=lambda: None) -> None:
    """Execute all cells in place, as nbval does; `tick` is called after each. Raises what a cell raises."""
    os.environ["PYTEST_CURRENT_TEST"] = "course"       # ipykernel then leaves C-level stderr alone, Progress keeps quiet
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(notebook, timeout=3600, kernel_name="python3", extra_arguments=["--log-level=ERROR"],
                            resources={"metadata": {"path": str(FOLDER)}},
                            on_notebook_start=interruptible, on_cell_executed=lambda **_: tick())
    try:
        client.execute()
    except KeyboardInterrupt:
        client.shutdown_kernel = "immediate"               # asked politely it would first finish its cell
        raise


def interruptible(**_) -> None:
    """Let Ctrl-C interrupt: nbclient's own handler ends the kernel and then fails, as if the kernel had died by itself."""
    with contextlib.suppress(NotImplementedError):         # Windows, where it has none
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


def attempt(notebook, tick) -> str | None:
    """Execute a notebook. None if all went well, else what went wrong, in one line."""
    try:
        execute(notebook, tick)
    except (CellExecutionError, DeadKernelError, RuntimeError) as error:
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        place = next((f"cell [{cell.execution_count}]: " for cell in code
                      if any(output.output_type == "error" for output in cell.outputs)), "")
        last = strip_colours(str(error)).strip().splitlines()[-1]
        return place + (f"{last} (most often memory ran out: close other programs and run it again)" if isinstance(error, DeadKernelError) else last)
    return None


def code_cells(notebook) -> int:
    """How many cells will be executed."""
    return sum(cell.cell_type == "code" for cell in notebook.cells)


def run(names=()) -> int:
    """Execute the chapters one after the other and write each to build/, also one that fails. 0 if all went through."""
    paths = find(names)
    require_writable(BUILD)
    rows, exporter = [], HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="")
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        with Timer(path.stem, code_cells(notebook)) as timer:
            problem = attempt(notebook, timer.tick)
        page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": path.stem}})
        write_whole(BUILD / f"{path.stem}.html", page)
        rows.append((path.stem, timer.seconds, problem))
        print(f"{path.stem:32} {timer.seconds:6.1f} s  {'ok' if problem is None else 'FAILED: ' + problem}", flush=True)
    failed = sum(problem is not None for *_, problem in rows)
    write_index(rows)
    print(f"\n{'chapter':32} seconds  result")
    for name, seconds, problem in rows:
        print(f"{name:32} {seconds:7.1f}  {'ok' if problem is None else 'failed'}")
    print(f"{'in all':32} {sum(row[1] for row in rows):7.1f}  {len(rows) - failed} ok, {failed} failed\n"
          f"To read: {(BUILD / 'index.html').relative_to(PROJECT)}")
    return int(failed > 0)


def write_index(rows) -> None:
    """build/index.html, with a link to each page there, those of earlier runs included."""
    problems = {name: problem for name, _, problem in rows}
    items = "\n".join(f'<li><a href="{page.name}">{html.escape(page.stem.replace("_", " "))}</a>'
                      f'{" (failed: " + html.escape(problems[page.stem]) + ")" if problems.get(page.stem) else ""}</li>'
                      for page in sorted(BUILD.glob("[0-9][0-9]_*.html")))
    page = ('<!doctype html><html lang="en"><meta charset="utf-8"><title>Neural networks for text</title>'
            "<style>body{font:18px/1.6 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}li{margin:.3em 0}</style>"
            f"<h1>Neural networks for text</h1><ol style=\"list-style:none;padding:0\">\n{items}\n</ol></html>\n")
    write_whole(BUILD / "index.html", page)


def refresh(names=()) -> int:
    """Execute the chapters and store them with outputs, normalised: a second time changes nothing."""
    failed = 0
    require_writable(FOLDER)
    for path in find(names):
        notebook = nbformat.read(path, as_version=4)
        with Timer(path.stem, code_cells(notebook)) as timer:
            problem = attempt(notebook, timer.tick)
        if problem is None:
            result = "changed" if write(notebook, path) else "as it was"
        else:
            failed, result = 1, f"FAILED, left as it was: {problem}"
        print(f"{path.stem:32} {timer.seconds:6.1f} s  {result}", flush=True)
    return failed


def require_writable(folder: Path) -> None:
    """Make the folder if it is missing. Raises DataError before any work is done for nothing."""
    try:
        probe(folder)
    except OSError as error:
        raise DataError(f"Cannot write to {folder} ({error.strerror}). Copy the course to a folder of your own.") from None


def write(notebook, path: Path) -> bool:
    """Write a notebook without what differs from run to run or from editor to editor. Whether the file changed."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        for output in cell.get("outputs", ()):
            output.get("metadata", {}).clear()
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    text = nbformat.writes(notebook).rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    return True


def joined(outputs) -> list:
    """The outputs with neighbouring pieces of the same stream made one: where a stream is cut is a matter of timing."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def definitions(path: Path, names, namespace: dict) -> dict:
    """Execute the functions and classes of these names as a notebook's code cells define them, in `namespace`, and return it."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
                    exec(compile(ast.Module([node], []), str(path), "exec"), namespace)
    return namespace


def strip_colours(text: str) -> str:
    """The text without terminal colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class Timer:
    """A live line on a terminal: the chapter, its cells, its seconds."""

    def __init__(self, name, cells):
        self.name, self.cells, self.done = name, cells, 0
        self.live = sys.stdout.isatty()
        self.over = threading.Event()

    def tick(self):
        self.done += 1

    def show(self):
        while not self.over.wait(0.2):
            seconds = time.monotonic() - self.begun
            print(f"\r{self.name:32} {seconds:6.1f} s  cell {self.done}/{self.cells} ", end="", flush=True)

    def __enter__(self):
        self.begun = time.monotonic()
        self.thread = threading.Thread(target=self.show, daemon=True)
        if self.live:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.begun
        if self.live:
            self.over.set()
            self.thread.join()
            print("\r" + " " * 70 + "\r", end="")
