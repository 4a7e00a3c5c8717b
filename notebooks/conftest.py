"""How nbval compares the outputs of the chapters.

Text must be equal and so must integers; a decimal may differ by 1e-4 of its value, or by 1e-6 where it is small. In a
cell tagged `approx` (scores of trained networks) it may differ by 0.05 or a tenth of its value, whichever is less.
Pictures must be there and not be blank, and the numbers that `plots.show` publishes with them are compared in the same
way. No cell is skipped, whatever its tags or comments say. The cells of a notebook run in one process, in order.
"""

import base64
import io
import os
import re

import numpy as np
import pytest
from matplotlib import image
from nbval.plugin import IPyNbCell, IPyNbFile
from xdist.scheduler import LoadGroupScheduling

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+\.\d+(?:e[-+]?\d+)?|"
                    r"(?<![\w.])[-−]?\d+\.(?=[\s\],])|(?<![\w.])[-−]?\d+e[-+]?\d+")
TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)      # a bar that was wiped leaves blanks in a notebook that is saved
SKIPPING = re.compile(r"NBVAL_(?:SKIP|IGNORE)\w*|nbval-(?:skip|ignore)\S*|NBVAL_RAISES_EXCEPTION|raises-exception")

FIGURE = "application/vnd.course.figure+json"          # what a picture shows, in numbers: course_utils/plots.py
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def far_apart(a: float, b: float, approx: bool) -> bool:
    """Whether two decimals differ by more than is allowed."""
    value = max(abs(a), abs(b))
    allowed = max(1e-4 * value, 1e-6, min(0.05, 0.1 * value) if approx else 0)
    return not abs(a - b) <= allowed * (1 + 1e-9)


def compare_text(stored: str, fresh: str, approx: bool = False) -> str | None:
    """None if the two outputs agree, else the first difference."""
    stored, fresh = (TRAILING.sub("", text) for text in (stored, fresh))
    if NUMBER.sub("#", stored) != NUMBER.sub("#", fresh):
        return f"stored: {stored!r}\nfresh:  {fresh!r}"
    for old, new in zip(NUMBER.findall(stored), NUMBER.findall(fresh), strict=True):
        a, b = (float(number.replace("−", "-")) for number in (old, new))
        if far_apart(a, b, approx):
            return f"stored {old}, fresh {new}, in:\n{fresh}"
    return None


def compare_figure(stored, fresh, approx: bool = False, place: str = "the figure") -> str | None:
    """None if the numbers of two pictures agree, else the first difference. Editors may store 1.0 as 1."""
    if isinstance(stored, dict) and isinstance(fresh, dict) and stored.keys() == fresh.keys():
        pairs = [(f"{place}, {name}", stored[name], fresh[name]) for name in stored]
    elif isinstance(stored, list) and isinstance(fresh, list) and len(stored) == len(fresh):
        pairs = [(f"{place}, {number}", *both) for number, both in enumerate(zip(stored, fresh, strict=True))]
    elif {type(stored), type(fresh)} in ({float}, {float, int}):
        return f"{place}: stored {stored}, fresh {fresh}" if far_apart(stored, fresh, approx) else None
    else:
        return None if stored == fresh else f"{place}: stored {stored}, fresh {fresh}"
    problems = (compare_figure(old, new, approx, name) for name, old, new in pairs)
    return next((problem for problem in problems if problem), None)


def picture_problem(png: str) -> str | None:
    """None if a base64 PNG holds a drawing, else what is wrong with it."""
    try:
        pixels = image.imread(io.BytesIO(base64.b64decode(png)))
    except Exception as error:
        return f"a picture cannot be read: {error}"
    return "a picture is blank" if np.ptp(pixels[..., :3]) < 0.1 else None


def pieces(outputs):
    """The outputs of a cell as (kind, content), with neighbouring pieces of a stream joined."""
    found = []
    for output in outputs:
        if output["output_type"] == "stream":
            if found and found[-1][0] == output["name"]:
                found[-1] = (output["name"], found[-1][1] + output["text"])
            else:
                found.append((output["name"], output["text"]))
        elif output["output_type"] == "error":
            found.append(("error", f"{output['ename']}: {output['evalue']}"))
        else:
            found.extend(sorted(output["data"].items()))
    return found


class CourseCell(IPyNbCell):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.comparison_traceback = []
        self.output_timeout = 60               # nbval's 5 s are short on a busy machine

    def compare_outputs(self, test, ref, skip_compare=None):
        """Called by nbval with the fresh and the stored outputs of this cell."""
        fresh, stored = pieces(test), pieces(ref)
        if [kind for kind, _ in fresh] != [kind for kind, _ in stored]:
            return self.differ(f"stored kinds of output: {[kind for kind, _ in stored]}, fresh: {fresh}")
        if sum(kind == FIGURE for kind, _ in fresh) != sum(kind == "image/png" for kind, _ in fresh):
            return self.differ("a picture has no numbers: show it with plots.show")
        approx = "approx" in self.cell.metadata.get("tags", ())
        for (kind, new), (_, old) in zip(fresh, stored, strict=True):
            if kind == "image/png":
                problem = picture_problem(new)
            elif kind == FIGURE:
                problem = compare_figure(old, new, approx)
            elif isinstance(new, str):
                problem = compare_text(old, new, approx)
            else:
                problem = None if new == old else f"{kind} differs"
            if problem:
                return self.differ(problem)
        return True

    def differ(self, problem):
        self.comparison_traceback.append(problem)
        return False


class CourseFile(IPyNbFile):
    def setup(self):
        """Start the kernel with one thread, unless the environment says otherwise: each core has a kernel."""
        with pytest.MonkeyPatch.context() as patch:
            for name in (*THREADS, "COURSE_QUIET"):            # nobody watches: no bars, no seconds
                patch.setenv(name, os.environ.get(name, "1"))
            super().setup()

    def collect(self):
        cells = list(super().collect())
        for cell in cells:
            marker = SKIPPING.search(cell.cell.source) or SKIPPING.search(str(cell.cell.metadata))
            if marker:
                raise self.CollectError(f"{self.path.name}: {marker[0]} is not allowed: every cell is compared")
        # nbval would not compare a cell that was never executed
        if [cell.cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
            return [Edited.from_parent(self, name="as refresh writes it")]
        return [CourseCell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell,
                                       options=cell.options) for cell in cells]


class Edited(pytest.Item):
    """A notebook that was saved by an editor, or never executed: one line, and all others are compared."""

    def runtest(self):
        raise ValueError(f"{self.path.name} was saved by an editor, or has a cell that was never executed. "
                         "Put it in order with: make refresh. To work in a chapter, use your own copy: make lab")

    def repr_failure(self, info, style=None):
        return str(info.value)

    def reportinfo(self):
        return self.path, 0, self.path.name


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    found = yield
    if file_path.suffix == ".ipynb" and not file_path.name[:2].isdigit():
        return []                                          # somebody's scratch paper
    return [CourseFile.from_parent(parent, path=file_path) if isinstance(one, IPyNbFile) else one for one in found]


def pytest_collection_modifyitems(items):
    """The later a chapter, the longer it trains: the last one begins first, so that no core is idle at the end."""
    chapters = [item for item in items if isinstance(item, CourseCell)]
    others = [item for item in items if not isinstance(item, CourseCell)]
    items[:] = sorted(chapters, key=lambda item: item.path.name, reverse=True) + others


class CourseScheduling(LoadGroupScheduling):
    """The cells of a notebook go to one worker together, any other test by itself.

    Marks with `xdist_group` would say the same, but pytest 9.2 does not let pytest-xdist 3.8 see them (pytest-xdist
    issue 1386): groups are ignored silently.
    """

    def _split_scope(self, nodeid):
        return nodeid.partition("::")[0] if ".ipynb::" in nodeid else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return CourseScheduling(config, log)
