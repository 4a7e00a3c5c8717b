"""The form of a chapter: narrow, short cells, one notation, sources that can be looked up,
no number in the text that the reader has not seen."""

import math
import re

import nbformat
import pytest
from conftest import NOTEBOOKS, PROJECT
from test_notebooks import texts

from course_utils.commands.book import LINKS, SOURCES

COLUMNS, LINES = 80, 15
BOOK = PROJECT / "book"
ORDINALS = "first", "second", "third", "fourth", "fifth"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request):
    """(kind, source, texts of the outputs) of each cell of a chapter."""
    return [(cell.cell_type, cell.source, texts(cell) if cell.cell_type == "code" else [])
            for cell in nbformat.read(request.param, as_version=4).cells if cell.id not in (LINKS, SOURCES)]


def prose(cells, quotes=True):
    """The text of a chapter; without quotes, no paragraphs that begin with >."""
    lines = "\n\n".join(source for kind, source, _ in cells if kind == "markdown").splitlines()
    return "\n".join(line for line in lines if quotes or not line.startswith(">"))


def wide(cells):
    """Lines of code and of outputs that a projector cuts off; HTML is wrapped."""
    return [line for kind, source, outputs in cells if kind == "code" for text in (source, *outputs)
            if "</span>" not in text for line in text.splitlines()
            if len(line) > COLUMNS and "not answered yet" not in line]


def test_no_line_is_wider_than_a_projector_shows(cells):
    assert wide(cells) == []


def long_cells(cells):
    return [source for kind, source, _ in cells if kind == "code" and len(source.splitlines()) > LINES]


def test_no_cell_is_longer_than_fifteen_lines(cells):
    assert long_cells(cells) == []


def minutes(cells):
    """How long a chapter takes: 130 words a minute, half a minute a cell, four an exercise; in fives. What stands
    under "For a second reading" is not counted."""
    core, counted = [], True
    for cell in cells:
        counted = "## What to remember" in cell[1] or (counted and "## For a second reading" not in cell[1])
        core += [cell] * counted
    exercises = [cell for cell in cells if ".check(" in cell[1]]
    words = re.sub(r"\$.*?\$|[^\w\s]", " ", prose(core), flags=re.DOTALL).split()
    taken = len(words) / 130 + 0.5 * sum(kind == "code" for kind, *_ in core) + 4 * len(exercises)
    return 5 * math.ceil(taken / 5)


def test_the_minutes_are_those_of_the_formula_and_at_most_sixty(cells):
    wanted, said = minutes(cells), int(re.search(r"About (\d+) minutes", cells[0][1])[1])
    assert said == wanted, f"Write: About {wanted} minutes, in the title and in README's table."
    assert wanted <= 60, "Move something under '## For a second reading', or take it out."


def formulas(text):
    """What stands between dollars."""
    return re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)


def symbols(text):
    """The letters and commands of all formulas in a text, without words and arrangement."""
    tex = " ".join(one or other for one, other in formulas(text))
    tex = re.sub(r"\\(?:text|operatorname|begin|end|mathrm)\{.*?\}", " ", tex)
    tex = re.sub(r"\\(?:[,;!{}\\]|(?:quad|qquad|left|right|big|Big|tfrac|frac)(?![a-z]))", " ", tex)
    return set(re.findall(r"\\[a-zA-Z]+|[a-zA-Z]", tex))


def test_every_symbol_stands_in_the_notation(cells):
    unknown = symbols(prose(cells, quotes=False)) - symbols((BOOK / "notation.md").read_text("utf-8"))
    assert not unknown


RAW = re.compile(r"[a-zA-Z]′|[a-zA-Z]_\{?[a-zA-Z0-9−]+\}?(?=[ ,.=)])|[₀₁₂₃₄ₒₜ]|∂|σ\(")


def test_formulas_are_typeset_not_typed(cells):
    text = re.sub(r"\$\$.+?\$\$|\$.+?\$|`.+?`", " ", prose(cells), flags=re.DOTALL)
    assert RAW.findall(text) == []


def test_there_are_formulas_and_drawings(cells):
    assert len(formulas(prose(cells))) >= 10
    assert sum("plots.show(" in source for kind, source, _ in cells if kind == "code") >= 4


def unnamed(text, literature):
    """Sources that a text names and the page does not: "Cho et al. 2014", "third source"."""
    named = re.findall(r"([A-Z][a-z]+(?: and [A-Z][a-z]+| et al\.)?) \(?(\d{4})\b", text)
    papers = {" ".join(one) for one in named}
    notes = {f"{ordinal} source" for ordinal in ORDINALS if f"{ordinal} source" in text}
    page = literature.lower()
    return sorted(source for source in papers | notes if source.lower() not in page)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_source_stands_in_the_literature(path):
    text = "\n\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    assert unnamed(text, (BOOK / "literature.md").read_text("utf-8")) == []


def test_the_literature_names_nothing_twice_and_nothing_that_no_chapter_names():
    entries = [line for line in (BOOK / "literature.md").read_text("utf-8").splitlines() if line.startswith("- ")]
    assert len(set(entries)) == len(entries)
    ends = [cell.source for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells if cell.id == SOURCES]
    assert [entry for entry in entries if not any(entry in end for end in ends)] == []


DECIMAL = re.compile(r"(?<![\w.])[-−]?\d*\.\d{2,}")


def unseen(cells):
    """Decimals of the text that stand in no output and no code of the chapter, rounding allowed."""
    shown = "\n".join("\n".join([source, *outputs]) for kind, source, outputs in cells if kind == "code")
    values = [(abs(float(number)), len(number.partition(".")[2])) for number in re.findall(r"\d*\.\d+", shown)]
    missing = []
    for number in DECIMAL.findall(re.sub(r"[{}^]", " ", prose(cells, quotes=False))):
        value, places = abs(float(number.replace("−", "-"))), len(number.partition(".")[2])
        if not any(abs(value - other) <= (0.5 * 10.0 ** -places + 0.5 * 10.0 ** -more) * (more > places) + 1e-9
                   for other, more in values if more >= places):
            missing.append(number)
    return missing


def test_every_decimal_of_the_text_stands_in_an_output_or_in_the_code(cells):
    assert unseen(cells) == []


def placeholders(text):
    """Words of eight capitals and more, outside code and formulas: a place kept free for a sentence."""
    return re.findall(r"\b[A-Z]{8,}\b", re.sub(r"\$[^$\n]+\$|`[^`\n]+`", " ", text))


def test_no_sentence_is_still_to_be_written(cells):
    assert placeholders(prose(cells)) == []


def test_there_is_something_to_predict_and_something_open(cells):
    assert any(source.startswith("guess = ...") or "\nguess = ..." in source for _, source, _ in cells)
    assert "*Open.*" in prose(cells)


def test_each_rule_sees_what_it_forbids():
    """Each check turns red on a cell that breaks its rule."""
    code = lambda source, *outputs: ("code", source, list(outputs))
    text = lambda source: ("markdown", source, [])
    assert wide([code("x" * 81)]) and wide([code("x", "y" * 81)]) and not wide([code("x" * 80, "y" * 80)])
    assert long_cells([code("x\n" * 16)]) and not long_cells([code("x\n" * 15)])
    assert symbols(r"$\psi_t = a$ and $$\hat b + \text{c}$$") == {r"\psi", "t", "a", r"\hat", "b"}
    assert RAW.findall("y′ and h_t = 1, W₁") and not RAW.findall("a plain_name in a text.")[1:]
    assert unnamed("as Nobody (2031) says", "Nobody 2031") == [] and unnamed("as Nobody (2031) says", "") != []
    assert unnamed("(Nobody et al. 2031), third source", "Somebody 1999") == ["Nobody et al. 2031", "third source"]
    assert unseen([text("It is 0.123."), code("print(x)", "0.124")]) == ["0.123"]
    assert unseen([text("It is 0.12, and .8495."), code("0.8495", "0.1234")]) == []
    assert unseen([text("> quoted 0.99"), code("x")]) == []
    assert placeholders("HERETEXT\n") == ["HERETEXT"] and placeholders("the README, `SAMPLES_A`, $\\ALPHABETA$") == []
    assert minutes([text("word " * 1300), code("x"), code("exercise('1').check(x)")]) == 15
    twice = [text("word " * 1300), text("## For a second reading"), text("word " * 1300)]
    assert minutes(twice) == 10 and minutes([*twice, text("## What to remember"), text("word " * 1300)]) == 25
