"""The book: the chapters with their outputs as pages that open without a server, written by Sphinx."""

import base64
import copy
import dataclasses
import importlib.metadata
import io
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
from filelock import FileLock
from nbformat import NotebookNode
from PIL import Image

from ..files import PROJECT
from . import pages
from .pages import Chapter

BUILD = PROJECT / "build"
LINKS = "links"                            # the id of a chapter's last cell, with links that the book has in its margin
SOURCES = "sources"                        # the id of the cell before it
README_PARTS = {"start.md": ("# Start", "# The chapters"), "data.md": ("# The data", "# For those who work on it")}


def admonition(title: str, kind: str, text: str) -> str:
    return f":::{{admonition}} {title}\n:class: {kind}\n{text.strip()}\n:::"


def in_print(found: re.Match) -> str:
    """A quote from print as a box. In a notebook it is a plain quote, since JupyterLab knows no boxes."""
    text = re.sub("^> ?", "", found[0], flags=re.MULTILINE)
    text = re.sub(r"^\*\*Seen in print\.?\*\*[,.]? *", "", text)
    return admonition("Seen in print", "caution", text[:1].upper() + text[1:])


def boxes(text: str) -> str:
    """A text cell with its quotes from print, and what to remember, in boxes."""
    text = re.sub(r"^> \*\*Seen in print.*(?:\n>.*)*", in_print, text, flags=re.MULTILINE)
    remember = lambda found: admonition("What to remember", "tip", found[1]) + "\n\n"
    return re.sub(r"^## What to remember\n(.*?)(?=^## |\Z)", remember, text, flags=re.MULTILINE | re.DOTALL)


def with_references(text: str, chapters: dict[str, str]) -> str:
    """A text in which chapters and sources that are named are links. chapters: {"04": file}. Code, formulas, headings
    and links stay."""
    def link(found: re.Match) -> str:
        if chapter := chapters.get(found["number"] or ""):
            return f"[chapter {found['number']}]({chapter})"
        return f"[{found['source']}](literature.md)" if found["source"] else found[0]
    code = r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|^#.*?$|\[[^\]]*\]\([^)]*\)"
    named = r"\bchapter (?P<number>\d\d)\b|\b(?P<source>(?:first|second|third|fourth|fifth) source)\b"
    text = text.replace("`book/literature.md`", "[literature](literature.md)").replace("`book/notation.md`",
                                                                                     "[notation](notation.md)")
    return re.sub(f"{code}|{named}", link, text, flags=re.MULTILINE | re.DOTALL)


def plain(text: str) -> str:
    """A text whose signs mean themselves in Markdown."""
    return re.sub(r"([\\`*_$\[\]<>{}#|~])", r"\\\1", text)


def with_caption(cell: NotebookNode) -> None:
    """Make what `plots.show` printed the caption and the alternative text of the picture; a table in it stays."""
    from ..plots import FIGURE  # here: matplotlib takes its time
    for output in cell.outputs:
        output.get("data", {}).pop(FIGURE, None)
        before, figure, after = output.get("text", "").rpartition("Figure: ")
        if figure:
            caption, table = re.match(r"(.*?)((?<=:\n)(?:[^\n]+: [^\n]*\d[^\n]*\n?)+)?\Z", after, re.DOTALL).groups("")
            caption = " ".join(f"{figure}{caption}".split())
            cell.metadata["mystnb"] = {"figure": {"caption": plain(caption)}, "image": {"alt": caption}}
            output.text = before + table
    cell.outputs = [output for output in cell.outputs if output.output_type != "stream" or output.text.strip()]


def with_few_colours(notebook: NotebookNode) -> NotebookNode:
    """A copy whose pictures have at most 48 colours, enough for drawings: they are a quarter as large."""
    small = copy.deepcopy(notebook)
    for cell in small.cells:
        for output in cell.get("outputs", ()):
            if picture := output.get("data", {}).get("image/png"):
                buffer = io.BytesIO()
                drawn = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
                drawn.quantize(48, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
                output.data["image/png"] = base64.b64encode(buffer.getvalue()).decode()
    return small


def to_take_home(notebook: NotebookNode, outputs: bool) -> NotebookNode:
    """A copy without the times of its cells, and, if wanted, without outputs."""
    taken = copy.deepcopy(notebook)
    for cell in taken.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and not outputs:
            cell.outputs, cell.execution_count = [], None
    return taken


def page_of(chapter: Chapter, chapters: dict[str, str]) -> NotebookNode:
    """A chapter as its page: with boxes, captions, links and downloads; marked if it failed.

    chapters: {number: file} of all chapters.
    """
    page, name = copy.deepcopy(chapter.notebook), chapter.path.stem
    page.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
    page.cells = [cell for cell in page.cells if cell.get("id") != LINKS]
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = boxes(with_references(cell.source, chapters))
        else:
            with_caption(cell)
    top = (f"Download (right click, save as): {{download}}`with outputs <downloads/{name}.ipynb>` · "
           f"{{download}}`without outputs <downloads/{name}_without_outputs.ipynb>`"
           f". [Page for teachers](teachers/{name}.md).")
    if chapter.problem:
        shown = f"It is shown as far as it came: {plain(chapter.problem)}"
        top += "\n\n" + admonition("This chapter failed", "danger", shown)
    if not page.cells or page.cells[0].cell_type != "markdown":
        page.cells.insert(0, nbformat.v4.new_markdown_cell(f"# {name}"))
    title, _, rest = page.cells[0].source.partition("\n")
    page.cells[0].source = f"{title}\n\n{top}\n{rest}"
    return page


def gather(folder: Path, chapters: list[Chapter]) -> None:
    """Write everything that Sphinx reads."""
    shutil.copytree(PROJECT / "book", folder)
    for name in "downloads", "teachers":
        (folder / name).mkdir()
    mathjax = next(file for file in importlib.metadata.files("sphinx-mathjax-offline") if file.name == "tex-svg.js")
    shutil.copy(mathjax.locate(), folder / "_static")
    files = {chapter.number: chapter.path.name for chapter in chapters}
    for chapter in chapters:
        name = chapter.path.stem
        nbformat.write(page_of(chapter, files), folder / f"{name}.ipynb")
        for ending, outputs in ("", True), ("_without_outputs", False):
            nbformat.write(to_take_home(chapter.notebook, outputs), folder / "downloads" / f"{name}{ending}.ipynb")
        (folder / "teachers" / f"{name}.md").write_text(pages.teacher(chapter), "utf-8")
        if picture := pages.picture(chapter):
            (folder / "_static" / f"{chapter.number}.png").write_bytes(base64.b64decode(picture))
    for name, text in gathered(chapters).items():
        (folder / name).write_text(text, "utf-8")


def gathered(chapters: list[Chapter]) -> dict[str, str]:
    """The pages that are made from all chapters, and from the two READMEs."""
    page = {path.name: path.read_text("utf-8") for path in (PROJECT / "book").glob("*.md")}
    readme = (PROJECT / "README.md").read_text("utf-8").replace("](book/", "](")
    readme = readme.replace("`data/README.md`", "[the corpora](corpora.md)")
    readme = re.sub(r"^#(#+ )", r"\1", readme, flags=re.MULTILINE)       # a section becomes a page
    parts = {name: readme[readme.index(first):readme.index(after)] for name, (first, after) in README_PARTS.items()}
    return parts | {
        "corpora.md": (PROJECT / "data" / "README.md").read_text("utf-8"),
        "index.md": page["index.md"].replace("<!-- chapters -->", pages.cards(chapters))
                                    .replace("<!-- map -->", pages.map_of(chapters)),
        "glossary.md": page["glossary.md"].replace("<!-- terms -->", pages.glossary(chapters)),
        "literature.md": pages.literature(page["literature.md"], chapters),
    }


def write(chapters: list[Chapter]) -> int:
    """Write build/book/ at once. 0 if Sphinx had no warning; it prints those it has."""
    from sphinx.cmd.build import build_main
    chapters = [dataclasses.replace(one, notebook=with_few_colours(one.notebook)) for one in chapters]
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="book.") as folder, FileLock(BUILD / "book.lock"):
        source, made = Path(folder) / "source", Path(folder) / "html"
        gather(source, chapters)
        problem = build_main(["-q", "-W", "-b", "html", "-d", f"{folder}/doctrees", str(source), str(made)])
        for page in made.rglob("*.html"):                              # the font has the icons, too
            page.write_text(re.sub('<script[^>]*fontawesome.js[^>]*></script>', "", page.read_text("utf-8")), "utf-8")
        for unused in [*made.rglob("*.map"), *made.rglob("fontawesome.js"), *made.rglob("fa-brands*")]:
            unused.unlink()
        shutil.rmtree(made / "_static" / "locales")
        shutil.rmtree(BUILD / "book", ignore_errors=True)
        made.rename(BUILD / "book")
    return problem
