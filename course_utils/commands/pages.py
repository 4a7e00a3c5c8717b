"""The pages of the book that are gathered from the chapters: front page, map, glossary, literature, teacher's pages."""

import ast
import functools
import html
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

from ..exercises import Exercise, Value, of_chapter
from ..files import DataError

CHINESE = r"[\u3400-\u4dbf\u4e00-\u9fff]"


@dataclass
class Chapter:
    """A notebook as it ran.  problem: what stopped it, in one line; None if it went through."""

    path: Path
    notebook: NotebookNode
    problem: str | None = None

    @property
    def number(self) -> str:
        return self.path.stem[:2]

    @functools.cached_property
    def texts(self) -> list[str]:
        """The sources of its text cells."""
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "markdown"]

    def said(self, pattern: str, otherwise: str = "") -> str:
        """What its first cell says in this place."""
        found = re.search(pattern, self.texts[0] if self.texts else "", re.MULTILINE)
        return found[1] if found else otherwise

    @property
    def title(self) -> str:
        return self.said(r"^# (.+)", self.path.stem)

    @property
    def question(self) -> str:
        return self.said(r"^\*\*(.+)\*\*$")

    @property
    def minutes(self) -> str:
        return self.said(r"About (\d+) minutes")

    @property
    def needs(self) -> str:
        """The sentence that says what it builds on."""
        return self.said(r"(It builds on .+?\.)(?: |$)")

    @property
    def builds_on(self) -> set[str]:
        """The numbers of the chapters it builds on."""
        spans = re.findall(r"(\d\d)(?: to (\d\d))?", self.needs)
        return {f"{number:02}" for first, last in spans for number in range(int(first), int(last or first) + 1)}

    @property
    def link(self) -> str:
        return f"[{self.number}]({self.path.name})"


def picture(chapter: Chapter) -> str | None:
    """The chapter's first picture, in base64."""
    outputs = (output for cell in chapter.notebook.cells for output in cell.get("outputs", ()))
    return next((output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})), None)


def card(chapter: Chapter) -> str:
    """A chapter on the front page: a link with its picture, title, question and minutes."""
    shown = f'<img src="_static/{chapter.number}.png" alt="A figure of the chapter">' if picture(chapter) else ""
    failed = f'<span class="failed">failed: {html.escape(chapter.problem)}</span>' if chapter.problem else ""
    return (f'<a class="chapter" href="{chapter.path.stem}.html">{shown}<strong>{html.escape(chapter.title)}</strong>'
            f'<span>{html.escape(chapter.question)}</span>{failed}<small>{chapter.minutes} minutes</small></a>')


def cards(chapters: Iterable[Chapter]) -> str:
    return '<div class="chapters">\n' + "\n".join(map(card, chapters)) + "\n</div>"


def direct(chapters: Iterable[Chapter]) -> dict[str, set[str]]:
    """What each chapter builds on, without what those chapters build on themselves."""
    needs = {chapter.number: chapter.builds_on for chapter in chapters}

    @functools.cache
    def before(number: str) -> frozenset[str]:
        return frozenset(needs.get(number, ())).union(*map(before, needs.get(number, ())))
    return {number: {one for one in of if one in needs and not any(one in before(other) for other in of)}
            for number, of in needs.items()}


def places(needs: dict[str, set[str]]) -> dict[str, tuple[int, int]]:
    """Column and row of each chapter. The longest ways come first and keep their row; no straight arrow passes another
    chapter."""
    column, behind = {}, {}
    for number, of in sorted(needs.items()):
        column[number] = 1 + max((column[one] for one in of), default=-1)
    for number in sorted(needs, reverse=True):
        behind[number] = 1 + max((behind[one] for one in needs if number in needs[one]), default=-1)
    row, taken = {}, set()
    for number in sorted(needs, key=lambda one: (-column[one] - behind[one], column[one], one)):
        joined = [one for one in row if one in needs[number] or number in needs[one]]
        wanted = max((row[one] for one in needs[number] if one in row), default=0)
        for here in range(wanted, len(needs)):
            span = {(between, here) for one in joined if row[one] == here
                    for between in range(*sorted((column[one] + 1, column[number])))} | {(column[number], here)}
            if not span & taken:
                break
        row[number] = here
        taken |= span
    return {number: (column[number], row[number]) for number in needs}


def map_of(chapters: list[Chapter]) -> str:
    """What builds on what, as a picture: arrows between chapters that are links."""
    needs, title = direct(chapters), {chapter.number: chapter for chapter in chapters}
    place = {number: (64 * column, 60 * row) for number, (column, row) in places(needs).items()}
    arrows, boxes = [], []
    for number, (x, y) in place.items():
        for x0, y0 in (place[one] for one in needs[number]):
            arrows.append(f'<path d="M{x0 + 45} {y0 + 25} C{x0 + 60} {y0 + 25} {x - 16} {y + 25} {x - 3} {y + 25}" '
                          'marker-end="url(#tip)"/>')
        chapter = title[number]
        boxes.append(f'<a href="{chapter.path.stem}.html"><title>{html.escape(chapter.title)}</title><rect x="{x + 1}" '
                     f'y="{y + 10}" width="43" height="30" rx="5"/><text x="{x + 22}" y="{y + 30}">{number}</text></a>')
    width, height = (max(of) + 60 for of in zip(*place.values(), strict=True))
    tip = ('<marker id="tip" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" orient="auto">'
           '<path d="M0 0 L6 3 L0 6 z"/></marker>')
    return (f'<div>\n<svg class="map" role="img" aria-label="What builds on what" viewBox="0 0 {width} {height}" '
            f'width="{width}">{tip}\n' + "\n".join(arrows + boxes) + "\n</svg>\n</div>")


@dataclass
class Term:
    """A term with its Chinese names, as they stand in a sentence of a chapter."""

    english: str
    chinese: tuple[str, ...]
    sentence: str
    chapter: Chapter


TERM = re.compile(r"\*(?P<term>[^*\n]+)\*(?P<rest>,? [\w-]+)? \((?P<inside>[^()]*?" + CHINESE + r"[^()]*)\)")


def sentence_of(text: str, start: int, end: int) -> str:
    """The sentence around a place of a paragraph."""
    ends = [found.end() for found in re.finditer(r"(?<=[.?!])(?<!al\.)\*{0,2}\s", text)]
    first = max((place for place in ends if place <= start), default=0)
    return text[first:min((place for place in ends if place > end), default=len(text))].strip()


def terms_of(chapter: Chapter) -> Iterator[Term]:
    """The terms that stand in italics before their Chinese name in brackets."""
    for text in chapter.texts:
        for paragraph in text.split("\n\n"):
            line = " ".join(paragraph.split())
            for found in [] if line.startswith(">") else TERM.finditer(line):
                english = found["term"] + (found["rest"] or "")
                names = [re.sub("^also ", "", part.strip()) for part in re.split("[;,]", found["inside"])]
                chinese = tuple(name for name in names if re.search(CHINESE, name))
                yield Term(english.lower() if english[1:].islower() else english, chinese,
                           sentence_of(line, found.start(), found.end()), chapter)


def first_met(chapters: Iterable[Chapter]) -> list[Term]:
    """Each term once, where it is first met, by the alphabet.

    Raises DataError if two chapters translate it differently, or call one thing by two names.
    """
    known, owner = {}, {}
    for term in (term for chapter in chapters for term in terms_of(chapter)):
        first = known.setdefault(term.english, term)
        other = owner.setdefault(term.chinese[0], term)
        for one in first, other:
            if (one.english, one.chinese[0]) != (term.english, term.chinese[0]):
                raise DataError(f"Two names for one thing: {one.english} ({one.chinese[0]}) in chapter "
                                f"{one.chapter.number}, {term.english} ({term.chinese[0]}) in {term.chapter.number}.")
    return sorted(known.values(), key=lambda term: term.english.lower())


def glossary(chapters: Iterable[Chapter]) -> str:
    """The terms, each with its sentence; both names can be linked to and searched for."""
    entries = []
    for term in first_met(chapters):
        sentence = term.sentence.lstrip("-># ")
        entries.append("\n".join([term.english, *term.chinese]) + f"\n  {sentence} (chapter {term.chapter.link})")
    return ":::{glossary}\n" + "\n\n".join(entries) + "\n:::"


def keys_of(entry: str) -> list[str]:
    """How chapters name what an entry of the literature describes: "Cho et al. 2014" also as "Cho et al. (2014)"."""
    key = re.match(r"- (?:\*\*(.+?)\.\*\*|(.+?):)", entry)
    name = key[1] or key[2]
    return [name.lower(), re.sub(r"(\d{4})$", r"(\1)", name).lower()]


def entries_named(page: str, texts: list[str]) -> list[str]:
    """The entries of the literature that these texts name."""
    said = " ".join("\n".join(texts).lower().split())
    return [line for line in page.splitlines() if line.startswith("- ") and any(key in said for key in keys_of(line))]


def literature(page: str, chapters: list[Chapter]) -> str:
    """The page, with the chapters that name each paper or source."""
    named = [(chapter.link, entries_named(page, chapter.texts)) for chapter in chapters]
    lines = page.splitlines()
    for place, line in enumerate(lines):
        naming = [link for link, entries in named if line in entries]
        lines[place] += f" In chapter {', '.join(naming)}." if naming else ""
    return "\n".join(lines)


def questions(text: str) -> list[str]:
    """The questions in a text, without those in quotes from print."""
    lines = [" ".join(part.split()) for part in text.split("\n\n") if not part.startswith((">", "#", "**After"))]
    sentences = [one for line in lines for one in re.split(r"(?<=[.?!])[*)]*\s+", line)]
    return [sentence.strip("*()") for sentence in sentences if re.search(r"\?[*)]*$", sentence)]


def seconds_of(cell: NotebookNode) -> float | None:
    """How long a cell took when it was executed; None if that was another time."""
    times = cell.metadata.get("execution", {})
    if not {"iopub.execute_input", "shell.execute_reply"} <= set(times):
        return None
    begun, ended = (datetime.fromisoformat(times[one]) for one in ("iopub.execute_input", "shell.execute_reply"))
    return (ended - begun).total_seconds()


def lesson_plan(chapter: Chapter) -> Iterator[str]:
    """Sections with their cells, the seconds of each, and the questions of the text, up to what is to be remembered."""
    for cell in chapter.notebook.cells:
        text, end, _ = cell.source.partition("## What to remember")
        if cell.cell_type == "code":
            seconds = seconds_of(cell)
            time = "" if seconds is None else f", {seconds:.1f} s"
            yield f"- cell [{cell.execution_count or ' '}]{time}: {fenced(beginning(cell.source))}"
        else:
            for part in re.split(r"^(?=##+ )", text, flags=re.MULTILINE):
                if heading := re.match("##+ (.+)", part):
                    yield f"\n### {heading[1]}\n"
                yield from (f"- **{question}**" for question in questions(part))
            if end:
                return


def beginning(code: str) -> str:
    """How a cell begins, behind its imports: so much as fits on a line."""
    lines = [line for line in code.splitlines() if line and not line.startswith(("import ", "from "))]
    return textwrap.shorten(" ".join(lines or code.splitlines()), 70, placeholder=" …")


def fenced(code: str) -> str:
    """A line of code in a text."""
    marks = "`" * (max(map(len, re.findall("`+", code)), default=0) + 1)
    return f"{marks} {code} {marks}" if code else "(empty)"


def rounded(value: object) -> object:
    """A value whose decimals can be read."""
    if isinstance(value, tuple | list):
        return type(value)(map(rounded, value))
    return float(f"{value:.6g}") if isinstance(value, float) else value


def mistakes(one: Exercise) -> list[tuple[str, str]]:
    """The wrong answers that a check knows, as code, and what it says to each."""
    if isinstance(one, Value):
        with np.printoptions(precision=4, legacy="1.25"):
            return [(repr(rounded(wrong)), line) for wrong, line in one.mistakes]
    tree = ast.parse(inspect.getsource(importlib.import_module(one.solve.__module__)))
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args
                and isinstance(node.args[0], ast.Constant) and node.args[0].value == one.number)
    written = [ast.unparse(pair.elts[0]) for pair in call.args[3].elts]
    return [(code, line) for code, (_, line) in zip(written, one.mistakes, strict=True)]


def block(code: str, indent: str = "") -> str:
    """Code in a block of its own."""
    return "\n".join(indent + line for line in ["```python", *code.splitlines(), "```"])


def answers(chapter: Chapter) -> Iterator[str]:
    """Each exercise with its text, its solution, and the mistakes that the check knows."""
    for one in of_chapter(chapter.number):
        text = next((text for text in chapter.texts if f"**{one.number}**" in text), "")
        yield f"### {one.number}, solved\n\n{text[text.find(f'**{one.number}**'):]}\n\nA hint: {one.clue}\n"
        yield f"Solution:\n\n{block(one.cell())}\n"
        known = [f"- {line}\n\n{block(code, '  ')}\n" for code, line in mistakes(one)]
        yield "Mistakes that the check knows, and what it says:\n\n" + "\n".join(known) if known else ""


def teacher(chapter: Chapter) -> str:
    """The teacher's page of a chapter."""
    taken = [seconds_of(cell) or 0 for cell in chapter.notebook.cells if cell.cell_type == "code"]
    time = f"Its cells took {sum(taken):.0f} seconds on this machine." if any(taken) else \
        "The seconds of each cell stand here after `python -m course_utils run`, which executes the chapters."
    return "\n".join([
        f"# {chapter.title}: for teachers\n",
        f"[The chapter](../{chapter.path.name}) takes {chapter.minutes} minutes. {chapter.needs} {time}\n",
        ":::{admonition} Solutions below\n:class: caution\nThis page is meant for those who teach: the exercises stand "
        "here with their solutions.\n:::\n",
        "## The lesson, question by question", *lesson_plan(chapter), "\n## The exercises, solved\n",
        *answers(chapter)])
