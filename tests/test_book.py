"""The book: what is gathered for it, and how it is to read in a browser (Chromium, driven by Selenium)."""

import html
import json
import re
import shutil
import time

import nbformat
import pytest
from conftest import NOTEBOOKS, PROJECT
from test_form import formulas

from course_utils.commands import book, pages
from course_utils.commands.notebooks import chapter_at, contents, with_end
from course_utils.commands.pages import Chapter
from course_utils.exercises import of_chapter
from course_utils.files import DataError
from course_utils.plots import FIGURE

CHAPTERS = [chapter_at(path) for path in NOTEBOOKS]


def chapter(number, *texts):
    """A chapter of text cells."""
    cells = [nbformat.v4.new_markdown_cell(text) for text in (f"# {number} · Title", *texts)]
    return Chapter(PROJECT / "notebooks" / f"{number}_x.ipynb", nbformat.v4.new_notebook(cells=cells))


def test_quotes_from_print_and_what_to_remember_become_boxes():
    text = "Before.\n\n> **Seen in print.** one\n> two\n\nAfter.\n\n## What to remember\n\n- this\n\n## Exercises\n\na"
    assert book.boxes(text) == (
        "Before.\n\n:::{admonition} Seen in print\n:class: caution\nOne\ntwo\n:::\n\nAfter.\n\n"
        ":::{admonition} What to remember\n:class: tip\n- this\n:::\n\n## Exercises\n\na")
    assert book.boxes("> another quote") == "> another quote"


def test_what_show_prints_becomes_caption_and_alternative_text_and_a_table_in_it_stays():
    cell = nbformat.v4.new_code_cell("", outputs=[
        nbformat.v4.new_output("display_data", {"image/png": "", FIGURE: []}),
        nbformat.v4.new_output("stream", text="first\nFigure: of W_x * 2,\n0.5 each:\na: 1\n")])
    book.with_caption(cell)
    assert cell.metadata["mystnb"]["image"]["alt"] == "Figure: of W_x * 2, 0.5 each:"
    assert cell.metadata["mystnb"]["figure"]["caption"] == r"Figure: of W\_x \* 2, 0.5 each:"
    book.with_caption(wrapped := nbformat.v4.new_code_cell("", outputs=[
        nbformat.v4.new_output("stream", text="Figure: how it adds:\nthree shares,\nand one.\n")]))
    assert wrapped.metadata["mystnb"]["image"]["alt"] == "Figure: how it adds: three shares, and one."
    assert wrapped.outputs == []
    assert cell.outputs[1].text == "first\na: 1\n" and FIGURE not in cell.outputs[0].data


def test_the_glossary_takes_terms_in_italics_with_their_chinese_name_and_the_sentence_around():
    text = "One. A *one-hot* vector (独热向量; Somebody et al. 2001) picks\na row.\n\n> *quoted* (引)\n\nplain (平)"
    (term,) = pages.terms_of(chapter("01", text))
    assert (term.english, term.chinese) == ("one-hot vector", ("独热向量",))
    assert term.sentence == "A *one-hot* vector (独热向量; Somebody et al. 2001) picks a row."


def test_the_glossary_lists_a_term_under_both_names_with_its_sentence():
    one = chapter("01", "- A *mask* (掩码, 掩模) hides.")
    written = pages.glossary([one, chapter("02", "An *ant* (蚁) walks.")])
    assert written.startswith(":::{glossary}\nant\n蚁\n  An *ant* (蚁) walks. (chapter ")
    assert f"\n\nmask\n掩码\n掩模\n  A *mask* (掩码, 掩模) hides. (chapter {one.link})\n:::" in written


@pytest.mark.parametrize("second", ["the *mask* (面具)", "the *masque* (掩码)"])
def test_two_names_for_one_thing_are_refused(second):
    first, other = chapter("01", "A *mask* (掩码)."), chapter("02", second)
    assert len(pages.first_met([first, chapter("02", "a *Mask* (掩码, 掩模)")])) == 1
    with pytest.raises(DataError, match=r"chapter 01, .* in 02"):
        pages.first_met([first, other])


def test_the_chapters_and_the_notation_agree_on_the_names():
    notation = chapter("00", (PROJECT / "book" / "notation.md").read_text("utf-8"))
    assert len(pages.first_met([*CHAPTERS, notation])) > 60


def test_the_literature_names_the_chapters_that_name_it():
    page = "- Cho et al. 2014: a paper.\n- **First source.** A lecture.\n- Nobody 1900: a book.\nCho et al. 2014: none"
    chapters = [chapter("03", "as Cho et al. (2014)"), chapter("04", "the first\nsource; Cho et al. 2014")]
    found = pages.literature(page, chapters)
    assert found.splitlines() == ["- Cho et al. 2014: a paper. In chapter [03](03_x.ipynb), [04](04_x.ipynb).",
                                  "- **First source.** A lecture. In chapter [04](04_x.ipynb).",
                                  "- Nobody 1900: a book.", "Cho et al. 2014: none"]


def test_the_map_has_room_for_all_its_boxes():
    drawn = pages.map_of(CHAPTERS)
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups())
    boxes = re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', drawn)
    assert len(boxes) == len(CHAPTERS)
    assert all(int(x) + int(w) <= width and int(y) + int(h) <= height for x, y, w, h in boxes)


def test_on_the_map_every_chapter_has_a_place_and_no_straight_arrow_passes_another_one():
    needs = pages.direct(CHAPTERS)
    place = pages.places(needs)
    assert len(set(place.values())) == len(CHAPTERS)
    for number, of in needs.items():
        column, row = place[number]
        for other in of:
            assert place[other][0] < column
            if place[other][1] == row:
                assert not {(between, row) for between in range(place[other][0] + 1, column)} & set(place.values())


def test_arrows_that_others_already_say_are_left_out():
    built = [chapter("01"), chapter("02", "x"), chapter("03", "x")]
    for one, says in zip(built, ["", "It builds on chapter 01.", "It builds on chapters 01 to 02."], strict=True):
        one.notebook.cells[0].source += f"\n\nAbout 5 minutes. {says}"
    assert built[2].builds_on == {"01", "02"}
    assert pages.direct(built) == {"01": set(), "02": {"01"}, "03": {"02"}}


def test_the_sources_are_those_that_a_text_names_and_not_those_that_the_list_itself_names(tmp_path):
    path = tmp_path / "77_trial.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("As Kim\n(2014) says.")])
    once = [cell.source for cell in with_end(notebook, path, [path]).cells]
    assert [once[1].count(one) for one in ("\n- ", "Kim 2014: ")] == [1, 1]
    assert [cell.source for cell in with_end(notebook, path, [path]).cells] == once
    notebook.cells[0].source = "Nobody says."
    assert [cell.id for cell in with_end(notebook, path, [path]).cells[1:]] == ["links"]


def test_the_questions_of_a_text_are_the_lesson_plan():
    text = "## Is this one?\n\nIt is 0.5. What does it\nsay? Nothing.\n\n> Who asks?\n\n**And now?**"
    assert pages.questions(text) == ["What does it say?", "And now?"]
    plan = list(pages.lesson_plan(chapter("01", "What first?\n\n## Then\n\nWhat then?\n\n## What to remember\n\nWhy?")))
    assert plan == ["- **What first?**", "\n### Then\n", "- **What then?**"]


@pytest.mark.parametrize("one", CHAPTERS, ids=lambda one: one.path.stem)
def test_a_teachers_page_has_every_solution_and_every_mistake_with_what_the_check_says(one):
    page = pages.teacher(one)
    assert "Solutions below" in page and f"takes {one.minutes} minutes" in page
    for exercise in of_chapter(one.number):
        assert f"**{exercise.number}**" in page and exercise.cell() in page
        known = pages.mistakes(exercise)
        assert len(known) == len(exercise.mistakes) and all(code and line not in code for code, line in known)
        assert all(f"- {line}\n" in page for _, line in exercise.mistakes)


def test_every_chapter_ends_in_its_sources_and_links_and_the_contents_are_current():
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        *_, sources, last = (cell.source for cell in notebook.cells)
        ended = [cell.source for cell in with_end(notebook, path).cells[-2:]]
        assert ended == [sources, last], "run: python -m course_utils normalise"
        assert sources.startswith("## Sources\n\n- ")
        assert all((path.parent / name).exists() for name in re.findall(r"\]\((.+?)\)", last))
    assert (PROJECT / "notebooks" / "contents.md").read_text("utf-8") == contents()


# In a browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = not (CHROMIUM and shutil.which("chromedriver"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The book of the stored outputs."""
    build = tmp_path_factory.mktemp("build")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book, "BUILD", build)
        assert book.write(CHAPTERS) == 0
    return build / "book"


@pytest.fixture(scope="module")
def driver():
    from selenium import webdriver
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars":
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(service=webdriver.ChromeService(shutil.which("chromedriver")), options=options)
    yield chrome
    chrome.quit()


SIZES = [(width, mode) for width in (1366, 1024, 400) for mode in ("light", "dark")]


class Reader:
    """Somebody who reads the book on a screen of this width."""

    def __init__(self, driver, site, width, mode):
        self.driver, self.site = driver, site
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        driver.get((site / "index.html").as_uri())
        self.run("localStorage.setItem('mode', arguments[0]); localStorage.setItem('theme', arguments[0])", mode)
        driver.get_log("browser"), driver.get_log("performance")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, page):
        self.driver.get((self.site / page).as_uri() if "?" not in page else f"{(self.site / 'x').as_uri()[:-1]}{page}")
        self.settle()

    def settle(self):
        """Wait for MathJax."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not self.run(
                "return document.readyState == 'complete' && (!window.MathJax || !MathJax.startup || "
                "document.querySelectorAll('.math').length <= document.querySelectorAll('mjx-container').length)"):
            time.sleep(0.1)

    def follow(self, selector):
        """Go where a link leads, as a click does."""
        self.driver.get(self.run("return document.querySelector(arguments[0]).href", selector))
        self.settle()

    def text(self):
        return self.run("return document.querySelector('main').innerText")

    def search(self, words):
        """The pages that a search finds."""
        self.open(f"search.html?q={words}")
        found = "return [...document.querySelectorAll('#search-results li a')].map(a => a.href.split('/').pop())"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not self.run(
                "return /found|did not match/.test(document.querySelector('.search-summary')?.innerText)"):
            time.sleep(0.1)
        return [re.sub(r"[?#].*", "", page) for page in self.run(found)]

    def presses_the_buttons(self):
        """Those above the article show the menu or the page's contents; on a wide screen the menu goes."""
        for button in ".primary-toggle", ".secondary-toggle":
            if self.run("return document.querySelector(arguments[0]).offsetParent !== null", button):
                seen = lambda: self.run("""return [document.querySelectorAll('dialog[open] a').length,
                    document.querySelector('main').getBoundingClientRect().width | 0]""")
                before, deadline = seen(), time.monotonic() + 5
                self.driver.find_element("css selector", button).click()
                while seen() == before and time.monotonic() < deadline:
                    time.sleep(0.1)
                assert seen() != before, f"the button {button} does nothing"
                self.open("index.html")

    def errors(self):
        """Errors in the console, and addresses outside the book."""
        severe = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
        return severe + [url for url in asked if not url.startswith(("file://", "data:", "blob:"))]

    def too_wide(self):
        """How far the page and, but on a phone, its blocks of code reach over their edges."""
        return self.run("""
            const over = (one) => one.scrollWidth - one.clientWidth;
            const blocks = innerWidth < 600 ? [] : [...document.querySelectorAll('pre')];
            return [document.documentElement, ...blocks].map(over).filter((pixels) => pixels > 1)""")


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]} {size[1]}")
def reader(request, driver, site):
    return Reader(driver, site, *request.param)


def marked(test):
    """Slow, and skipped where there is no browser."""
    reason = "there is no Chromium with its driver: see CONTRIBUTING.md"
    return pytest.mark.slow(pytest.mark.skipif(MISSING, reason=reason)(test))


@marked
def test_a_reader_goes_from_the_front_page_through_chapters_search_and_download_to_the_teachers_page(reader):
    reader.open("index.html")
    assert reader.run("return document.querySelectorAll('.chapter').length") == len(CHAPTERS)
    assert all(reader.run("return [...document.images].map((one) => one.naturalWidth > 0 && one.alt != '')"))
    assert reader.too_wide() == []
    reader.presses_the_buttons()
    reader.follow(".chapter[href^='04']")
    assert "How much is each of the 31 parameters" in reader.text() and reader.too_wide() == []
    reader.follow("a.right-next")
    assert "How far does one get by counting words" in reader.text()
    assert "glossary.html" in reader.search("神经网络") and "10_lstm_and_gru.html" in reader.search("矩阵")
    assert "glossary.html" in reader.search("掩码") and "10_lstm_and_gru.html" in reader.search("GRU default")
    assert reader.search("nonsensewordthatisnowhere") == []
    reader.open("08_cnn_for_text.html")
    names = reader.run("return [...document.querySelectorAll('a.download')].map((one) => one.href)")
    for name, outputs in zip(names, (True, False), strict=True):
        file = reader.site / name.partition("book/")[2]
        downloaded = nbformat.read(file, as_version=4)
        assert any(cell.get("outputs") for cell in downloaded.cells) == outputs
    reader.follow("a[href*='teachers/08']")
    assert "Solutions below" in reader.text() and "4 * 50 * 64 + 64" in reader.text() and reader.too_wide() == []
    assert reader.run("return document.documentElement.dataset.theme") == reader.run("return localStorage.theme")
    assert reader.errors() == []


@marked
def test_every_page_at_a_width_of_1024_shows_all_formulas_and_figures_and_asks_nobody(driver, site):
    reader = Reader(driver, site, 1024, "light")
    problems = {}
    for path in sorted([*site.glob("*.html"), *site.glob("teachers/*.html")]):
        reader.open(path.relative_to(site).as_posix())
        problems[path.name] = [*reader.errors(), *reader.too_wide()]
        source = next((one for one in CHAPTERS if one.path.stem == path.stem and path.parent == site), None)
        if source:
            text = re.sub(r"```.*?```|`[^`]*`", "", "\n\n".join(source.texts), flags=re.DOTALL)
            assert reader.run("return document.querySelectorAll('mjx-container').length") == len(formulas(text))
            drawn = sum("image/png" in output.get("data", {})
                        for cell in source.notebook.cells for output in cell.get("outputs", ()))
            figures = reader.run("""return [...document.querySelectorAll('figure')].map((one) => [
                one.querySelector('img').alt, one.querySelector('figcaption').innerText])""")
            assert len(figures) == drawn and all(alt and caption.startswith("Figure:") for alt, caption in figures)
            assert not any("Figure:" in text for text in reader.run(
                "return [...document.querySelectorAll('pre')].map((one) => one.innerText)"))
    assert {name: found for name, found in problems.items() if found} == {}


@marked
def test_the_book_is_small(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 12e6


@marked
def test_no_page_holds_a_path_of_this_machine(site):
    places = [str(PROJECT), html.escape(str(site))]
    assert [path.name for path in site.rglob("*.html") if any(one in path.read_text("utf-8") for one in places)] == []
