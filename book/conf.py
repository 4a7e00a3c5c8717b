"""How Sphinx writes the book. `make run` and `make book` gather its pages first: course_utils/commands/book.py."""

import re

from sphinx.search import languages
from sphinx.search.en import SearchEnglish

from course_utils.commands.pages import CHINESE

project = html_title = "Neural networks for text"
extensions = ["myst_nb", "sphinx.ext.mathjax"]
exclude_patterns = ["downloads"]                 # notebooks to take home, not pages
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]

html_theme = "sphinx_book_theme"
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,                # each chapter names its two downloads itself
    "use_fullscreen_button": False,
    "footer_content_items": [],
}
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["book.css"]
html_copy_source = html_show_sourcelink = False
html_show_copyright = html_show_sphinx = False
html_context = {"default_mode": "auto"}           # light or dark, as the machine is
html_show_search_summary = False                 # it would fetch pages, which a browser refuses for files
mathjax_path = "tex-svg.js"                      # one file, with its letters


class SearchBoth(SearchEnglish):
    """English words, and of Chinese text every character and every pair: it has no blanks to cut it at."""

    js_splitter_code = f"""
var splitQuery = (query) => query.split(/[^\\p{{Letter}}\\p{{Number}}_]+/gu).filter((term) => term).flatMap((term) =>
    term.split(/({CHINESE}+)/).filter((part) => part).flatMap((part) =>
        /{CHINESE}{{2}}/.test(part) ? [...part].slice(1).map((second, place) => [...part][place] + second) : [part]));
"""

    def split(self, input: str) -> list[str]:
        words = super().split(re.sub(f"{CHINESE}+", " ", input))
        for run in re.findall(f"{CHINESE}+", input):
            words += [*run, *(run[place:place + 2] for place in range(len(run) - 1))]
        return words


languages["en"] = SearchBoth
