"""For those who teach: editions of the chapters to hand out, and a report on the copies that a class handed in."""

import csv
import html
import json
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath, PurePosixPath

import nbformat
from nbformat import NotebookNode

from ..exercises import of_chapter
from ..files import PROJECT, DataError, write_whole
from .book import to_take_home
from .copies import said
from .notebooks import contents, find, require_writable, with_end

REPORT = PROJECT / "build" / "class"
MOST_BYTES = 20_000_000                          # of one notebook; a chapter with all its figures has half a million
CAUTION = ("Read from the outputs that are stored in the notebooks: no student's code was run, and outputs can be "
           "written by hand.")


def solved(notebook: NotebookNode, path: Path) -> NotebookNode:
    """A copy without outputs in which each exercise has its solution."""
    answered = to_take_home(notebook, outputs=False)
    for exercise in of_chapter(path.stem[:2]):
        check = f'exercise("{exercise.number}").check('
        place = next(place for place, cell in enumerate(answered.cells) if check in cell.source)
        stubs = re.findall(r"^\w+ = \.\.\..*$", answered.cells[place - 1].source, re.MULTILINE)
        for stub, answer in zip(stubs, [exercise.cell(), *[""] * len(stubs)], strict=False):
            answered.cells[place - 1].source = answered.cells[place - 1].source.replace(stub, answer).rstrip()
    return answered


def export(target: Path, names: Collection[str], kind: str) -> int:
    """Write an edition of the chapters to a folder, or to a zip if the name ends so. 0 if all went well.

    kind: "with outputs", "without outputs" or "solutions". Raises DataError if something is there already.
    """
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise DataError(f"{target} is there already. Name a folder or zip that is not.")
    paths = find(names)
    with tempfile.TemporaryDirectory() as folder:
        edition = Path(folder) / target.stem
        edition.mkdir()
        for path in paths:
            notebook = nbformat.read(path, as_version=4)
            written = solved(notebook, path) if kind == "solutions" else to_take_home(notebook, kind == "with outputs")
            nbformat.write(with_end(written, path, paths), edition / path.name)
        write_whole(edition / "contents.md", contents(paths=paths))
        try:
            if target.suffix == ".zip":
                shutil.make_archive(str(target.with_suffix("")), "zip", folder, target.stem)
            else:
                shutil.copytree(edition, target, dirs_exist_ok=True)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "its name"
            raise DataError(f"{target} could not be written ({why}).") from None
    print(f"{len(paths)} chapters, {kind}: {target}")
    return 0


def hidden(path: PurePath) -> bool:
    """Whether it is an editor's or the course's: checkpoints, what an update has put aside."""
    return any((part.startswith(".") and part != "..") or part == "old" for part in path.parts)


def handed_in(entry: Path) -> Iterator[tuple[str, bytes | None]]:
    """The notebooks of one student, a folder, a zip or a file: (name, content); None for one that is too large."""
    if entry.is_dir():
        for path in sorted(entry.rglob("*.ipynb")):
            if not (hidden(path.relative_to(entry)) or path.is_symlink()) and path.is_file():
                yield path.name, path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    elif entry.suffix == ".zip":
        with zipfile.ZipFile(entry) as archive:
            for info in archive.infolist():
                if info.filename.endswith(".ipynb") and not hidden(PurePosixPath(info.filename)):
                    yield info.filename, archive.read(info) if info.file_size <= MOST_BYTES else None
    elif entry.suffix == ".ipynb":
        yield entry.name, entry.read_bytes() if entry.stat().st_size <= MOST_BYTES else None


def answers_of(entry: Path) -> tuple[dict[str, str], list[str]]:
    """What the checks have said to one student, {"01.1": "right."}, and what could not be read, in lines."""
    answers, problems = {}, []
    try:
        for name, content in handed_in(entry):
            if content is None:
                why = f"it has more than {MOST_BYTES // 10**6} MB"
                problems.append(printable(f"{entry.name}, {name}: not read; {why}."))
                continue
            try:
                for number, line in said(json.loads(content)).items():
                    if answers.get(number) != "right.":
                        answers[number] = line
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                problems.append(printable(f"{entry.name}, {name}: not read; it is no notebook."))
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        problems.append(printable(f"{entry.name}: not read ({type(error).__name__})."))
    return answers, problems


def printable(text: str) -> str:
    """A text of somebody else's on one line, at most 200 characters of it."""
    return "".join(one if one.isprintable() else "?" for one in text)[:200]


STATES = "right", "not yet", "open"


def state(line: str) -> str:
    return "right" if line == "right." else "not yet" if line.startswith("not yet") else "open"


def mistake(line: str) -> str:
    """What a check has said to a wrong answer, without its advice."""
    return printable(re.sub(r" Help: .*|^not yet: ", "", line))


def rows_of(numbers: list[str], students: dict[str, dict[str, str]]) -> Iterator[list[str]]:
    """Of each exercise: number, how many have it right, not yet, open; the commonest mistake and how many made it."""
    for number in numbers:
        lines = [answers.get(number, "") for answers in students.values()]
        states = Counter(map(state, lines))
        common = Counter(mistake(line) for line in lines if state(line) == "not yet").most_common(1)
        yield [number, *(str(states[one]) for one in STATES),
               *([common[0][0], str(common[0][1])] if common else ["", ""])]


def safe(text: str) -> str:
    """A cell of a table that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@\t\r")) else text


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in HTML; whatever stands in it is text."""
    line = lambda cells, tag: "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
    return "\n".join(["<table>", line(head, "th"), *(line(row, "td") for row in rows), "</table>"])


def page(by_exercise: list[list[str]], by_student: list[list[str]], numbers: list[str], problems: list[str]) -> str:
    """The report as a page of its own."""
    listed = "".join(f"<li>{html.escape(problem)}</li>" for problem in problems)
    return ('<!doctype html><html lang="en"><meta charset="utf-8"><title>The class</title>'
            '<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 sans-serif;margin:2em}'
            "table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid;padding:.2em .5em}"
            f"</style><h1>The class</h1><p>{CAUTION}</p><h2>Exercises</h2>"
            + table(["exercise", *STATES, "commonest mistake", "made by"], by_exercise)
            + "<h2>Students</h2>" + table(["student", *STATES, "note", *numbers], by_student)
            + (f"<h2>Not read</h2><ul>{listed}</ul>" if problems else "") + "</html>\n")


def report(folder: Path) -> int:
    """Write build/class/: a page and a table of who has what right. 0 if every notebook could be read."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}. Put into one what was handed in, a folder, zip or notebook "
                        "for each student.")
    require_writable(REPORT)
    students, problems, broken = {}, [], set()
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if not (entry.is_dir() or entry.suffix in (".zip", ".ipynb")):
            problems.append(printable(f"{entry.name}: not read; it is no folder, zip or notebook."))
            continue
        name = printable(entry.name)
        students[name], unread = answers_of(entry)
        problems += unread
        broken |= {name} if unread else set()
    if not students:
        raise DataError(f"There is nothing in {folder} that a student could have handed in: folders, zips, notebooks.")
    known = [one.number for path in find() for one in of_chapter(path.stem[:2])]
    chapters = {number[:2] for answers in students.values() for number in answers}
    numbers = [number for number in known if number[:2] in chapters]
    states = {name: [state(answers.get(number, "")) for number in numbers] for name, answers in students.items()}
    by_student = [[name, *(str(of.count(one)) for one in STATES), "a file not read" if name in broken else "", *of]
                  for name, of in states.items()]
    by_exercise = list(rows_of(numbers, students))
    with open(REPORT / "table.csv", "w", encoding="utf-8-sig", newline="") as file:        # as Excel wants it
        csv.writer(file).writerows([*map(safe, row)] for row in [["student", *STATES, "note", *numbers], *by_student])
    write_whole(REPORT / "index.html", page(by_exercise, by_student, numbers, problems))
    for number, right, wrong, still, line, count in by_exercise:
        common = f"  {count} × {line}" if line else ""
        print(f"{number}  right {right:>3}  not yet {wrong:>3}  open {still:>3}{common}")
    shown = (REPORT / "index.html").relative_to(PROJECT)
    print(*problems, f"{len(students)} students. {CAUTION}", f"To read: {shown}", sep="\n")
    return int(bool(problems))
