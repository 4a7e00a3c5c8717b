"""How nbval compares the outputs of the chapters.

Text must be equal and so must integers; a decimal may differ by 1e-4 of its value, or by 1e-6 where it is small. In a cell
tagged `approx` (scores of trained networks) decimals may differ by 0.05. Pictures must be there and not be blank.
No cell is skipped, whatever its tags or comments say.
"""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib import image
from nbval.plugin import IPyNbCell, IPyNbFile

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+\.\d+(?:e[-+]?\d+)?|(?<![\w.])[-−]?\d+\.(?=[\s\],])|(?<![\w.])[-−]?\d+e[-+]?\d+")
SKIPPING = re.compile(r"NBVAL_(?:SKIP|IGNORE)\w*|nbval-(?:skip|ignore)\S*|NBVAL_RAISES_EXCEPTION|raises-exception")


def compare_text(stored: str, fresh: str, approx: bool = False) -> str | None:
    """None if the two outputs agree, else the first difference."""
    if NUMBER.sub("#", stored) != NUMBER.sub("#", fresh):
        return f"stored: {stored!r}\nfresh:  {fresh!r}"
    for old, new in zip(NUMBER.findall(stored), NUMBER.findall(fresh), strict=True):
        a, b = (float(number.replace("−", "-")) for number in (old, new))
        allowed = 0.05 if approx else max(1e-4 * max(abs(a), abs(b)), 1e-6)
        if abs(a - b) > allowed * (1 + 1e-9):
            return f"stored {old}, fresh {new}, in:\n{fresh}"
    return None


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
        approx = "approx" in self.cell.metadata.get("tags", ())
        for (kind, new), (_, old) in zip(fresh, stored, strict=True):
            if kind == "image/png":
                problem = picture_problem(new)
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
    def collect(self):
        for cell in super().collect():
            marker = SKIPPING.search(cell.cell.source) or SKIPPING.search(str(cell.cell.metadata))
            if marker:
                raise self.CollectError(f"{self.path.name}: {marker[0]} is not allowed: every cell is compared")
            if cell.cell.execution_count is None:          # nbval would not compare it
                raise self.CollectError(f"{self.path.name}: {cell.name} was never executed; run: make refresh")
            yield CourseCell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell,
                                         options=cell.options)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    found = yield
    return [CourseFile.from_parent(parent, path=file_path) if isinstance(one, IPyNbFile) else one for one in found]
