"""A student's own copy of the chapters: made, brought up to date so that nothing is lost, begun anew, counted."""

import itertools
import json
import os
import re
import shutil
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..exercises import of_chapter
from ..files import PROJECT, DataError, probe, write_whole
from .book import to_take_home
from .notebooks import contents, find, with_ids

HERS = "The course's new version of the cell above, which you have changed. Take from it what you want:"
DELETED = "You have deleted this cell; the course has changed it since:"
SAID = re.compile(r"^(\d\d\.\d+): (right\.|not answered yet|not yet: .*)", re.MULTILINE)


def work_folder() -> Path:
    """Where the copy lies: COURSE_WORK if set, else my_course/ in the course. Made if missing.

    Raises DataError if it cannot be written to.
    """
    folder = Path(os.environ.get("COURSE_WORK") or PROJECT / "my_course").expanduser().absolute()
    try:
        probe(folder / ".course")
    except OSError as error:
        raise unwritable(folder, error) from None
    return folder


def unwritable(folder: Path, error: OSError) -> DataError:
    return DataError(f"Cannot write to {folder} ({error.strerror}). Set COURSE_WORK to a folder of your own.")


def bare(path: Path) -> NotebookNode:
    """A chapter of the course as a copy begins: without outputs."""
    return to_take_home(nbformat.read(path, as_version=4), outputs=False)


def same(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two cells say the same, whatever their outputs."""
    return (one.cell_type, one.source) == (other.cell_type, other.source)


def noted(cell: NotebookNode, note: str) -> NotebookNode:
    """A cell as a text that says why it stands here: code that ran after hers might undo it, as `answer = ...` does."""
    shown = f"```python\n{cell.source}\n```" if cell.cell_type == "code" else cell.source
    return nbformat.v4.new_markdown_cell(f"*{note}*\n\n{shown}", id=f"new-{cell.id}"[:64])


def merge(base: list[NotebookNode], mine: list[NotebookNode], new: list[NotebookNode]) -> list[NotebookNode]:
    """The cells of a chapter after an update.

    base: the cells that her copy was made from.  mine: the copy.  new: the course's cells now.  All by their ids.
    What she has not touched becomes the course's. What only she has changed, added or deleted stays so. Where both
    changed a cell, hers stays and the course's follows.
    """
    was, hers = ({cell.id: cell for cell in cells} for cells in (base, mine))
    cells = []
    for cell in new:
        old, own = was.get(cell.id), hers.get(cell.id)
        if own is None:
            if old is None or not same(old, cell):
                cells.append(noted(cell, DELETED) if old else cell)
        elif same(own, cell) or (old and same(old, cell)):
            cells.append(own)
        elif old and same(own, old):
            cells.append(cell)
        else:
            cells += [own, noted(cell, HERS)]
    place, courses, notes = 0, {cell.id for cell in new}, {cell.id for cell in cells} - {cell.id for cell in new}
    for cell in mine:
        if cell.id in courses:
            place = 1 + next(place for place, one in enumerate(cells) if one.id == cell.id)
            place += place < len(cells) and cells[place].id in notes
        elif cell.id in notes and cell.source.startswith((f"*{HERS}", f"*{DELETED}")):
            continue                                                   # an older note on the same cell
        elif cell.id not in was or not same(cell, was[cell.id]):       # her own, or dropped by the course
            cells.insert(place, NotebookNode(cell | {"id": uuid.uuid4().hex[:8]}) if cell.id in notes else cell)
            place += 1
    return cells


def read(path: Path) -> NotebookNode:
    """A notebook whose cells all have an id of their own. Raises DataError if it is none."""
    try:
        notebook = nbformat.from_dict(json.loads(path.read_text("utf-8")))
        notebook = nbformat.convert(notebook, 4)
        with_ids(notebook)
        for cell in notebook.cells:
            cell.source = "".join(cell.source)
        notebook.nbformat_minor = 5
        nbformat.validate(notebook)
        return notebook
    except (OSError, ValueError, KeyError, AttributeError, TypeError, nbformat.ValidationError) as error:
        raise DataError(f"{path.name} is no readable notebook ({type(error).__name__}).") from None


def keep(path: Path) -> None:
    """Put a file aside as it is: old/04_x.1.ipynb, and so on."""
    old = path.parent / "old"
    old.mkdir(exist_ok=True)
    number = 1 + sum(1 for _ in old.glob(f"{path.stem}.*.ipynb"))
    shutil.copy(path, old / f"{path.stem}.{number}.ipynb")


def store(notebook: NotebookNode, path: Path) -> None:
    write_whole(path, nbformat.writes(notebook))


def follow_renamed(work: Path, chapters: dict[str, NotebookNode]) -> Iterator[str]:
    """Rename the copies of chapters that the course has renamed: those that share most of their cells. Says so."""
    for base in sorted((work / ".course").glob("*.ipynb")):
        if base.name in chapters:
            continue
        cells = {(cell.id, cell.source) for cell in read(base).cells}
        alike = {name: len(cells & {(cell.id, cell.source) for cell in new.cells})
                 for name, new in chapters.items() if not (work / ".course" / name).exists()}
        name = max(alike, key=alike.get, default=None)
        if name and alike[name] > len(cells) / 2 and not (work / name).exists():
            if (work / base.name).exists():
                (work / base.name).rename(work / name)
            base.rename(work / ".course" / name)
            yield f"{base.name} is called {name} now."


def bring(path: Path, new: NotebookNode) -> str | None:
    """Bring one chapter of the copy up to date. What was done, in one line; None if nothing."""
    kept, course = path.parent / ".course" / path.name, new
    try:
        base = read(kept) if kept.exists() else NotebookNode(cells=[])
        mine = read(path) if path.exists() else None
    except DataError as error:
        return f"{error} It was left as it is. To begin it anew: python -m course_utils reset {path.stem[:2]}"
    if mine and base.cells == new.cells:
        return None
    touched = mine and (len(base.cells) != len(mine.cells) or not all(map(same, base.cells, mine.cells)))
    if touched:
        keep(path)
        new = NotebookNode(new | {"cells": merge(base.cells, mine.cells, new.cells)})
    store(new, path)
    store(course, kept)
    if not mine:
        return None
    return f"{path.name}: " + ("the course's changes are in, beside yours; the old file is in the folder `old`"
                               if touched else "replaced by the course's new version; you had not changed it")


def update(work: Path) -> list[str]:
    """Make the copy, or bring it up to date. What was done, in lines."""
    chapters = {path.name: bare(path) for path in find()}
    lines = [*follow_renamed(work, chapters), *(bring(work / name, new) for name, new in chapters.items())]
    lines = [line for line in lines if line]
    write_whole(work / "contents.md", contents(done(work), news=lines))
    return lines


def forget(work: Path, chapter: str) -> None:
    """Count no exercise of a chapter as right any more."""
    kept = work / ".course" / "right.txt"
    if kept.exists():
        write_whole(kept, "".join(f"{one}\n" for one in kept.read_text("utf-8").split() if one[:2] != chapter))


def reset(names: Collection[str]) -> int:
    """Begin chapters of the copy anew; the old files are kept."""
    work = work_folder()
    for source in find(names) if names else []:
        path = work / source.name
        if path.exists():
            keep(path)
            path.unlink()
        bring(path, bare(source))
        forget(work, source.name[:2])
        print(f"{path.name} is as the course has it. What you had is in {work / 'old'}")
    write_whole(work / "contents.md", contents(done(work)))
    return 0


def said(notebook: dict) -> dict[str, str]:
    """What the checks of a notebook's stored outputs say: {"01.1": "right."}."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    texts = ("".join(output["text"]) for output in outputs if output["output_type"] == "stream")
    return {number: line for text in texts for number, line in SAID.findall(text)}


def done(work: Path) -> dict[str, list[str]]:
    """{chapter: what each of its exercises says in the copy, "" if it was not run}. What was right once stays so, until
    the chapter is reset: an output goes as soon as a cell is run again."""
    found, kept = {}, work / ".course" / "right.txt"
    right = dict.fromkeys(kept.read_text("utf-8").split() if kept.exists() else [], "right.")
    for path in find():
        try:
            answers = said(read(work / path.name)) | right
        except DataError:
            answers = right
        found[path.stem[:2]] = [answers.get(one.number, "") for one in of_chapter(path.stem[:2])]
    return found


def progress() -> int:
    """Print how many exercises of the copy are right, tried and open, and bring the start page up to date."""
    work = work_folder()
    found = done(work)
    print(f"{'chapter':9}{'right':>6}{'tried':>7}{'open':>6}")
    for number, answers in [*found.items(), ("in all", [*itertools.chain(*found.values())])]:
        right, tried = answers.count("right."), sum(one.startswith("not yet") for one in answers)
        print(f"{number:9}{right:6}{tried:7}{len(answers) - right - tried:6}")
    write_whole(work / "contents.md", contents(found))
    return 0
