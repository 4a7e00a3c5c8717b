"""JupyterLab on the student's own copy, with settings of the course beside the user's own."""

import json
import os
import sys
from pathlib import Path

from ..files import probe
from . import copies
from .setup import hand_over

OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
PAGE = "markdownviewer-widget:contents.md"
# the first look: the contents, and no panel at the left, which would take a quarter of a projector
SHUT = {"collapsed": True, "visible": True, "current": None, "widgets": []}
WORKSPACE = {"data": {
    "layout-restorer:data": {
        "main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [PAGE]}, "current": PAGE},
        "left": SHUT, "right": SHUT},
    PAGE: {"data": {"path": "contents.md", "factory": "Markdown Preview"}}}, "metadata": {"id": "default"}}
STARTUP = ("import os\n"
           "if not os.environ.get('COURSE_QUIET'):\n"
           "    from course_utils.commands import feedback\n"
           "    feedback.install(get_ipython())\n")


def environment(state: Path) -> dict[str, str]:
    """The environment of JupyterLab: everything the course adds lies in `state`; the user's settings stay hers."""
    files = {
        state / "config" / "labconfig" / "default_setting_overrides.json": json.dumps(OVERRIDES),
        state / "ipython" / "profile_default" / "startup" / "course.py": STARTUP,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    look = state / "workspaces" / "default-37a8.jupyterlab-workspace"
    look.parent.mkdir(exist_ok=True)
    if not look.exists():                                              # from then on JupyterLab keeps it
        look.write_text(json.dumps(WORKSPACE), "utf-8")
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    added = {
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(state / "config"), *([before] if before else [])]),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"), "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "IPYTHONDIR": str(state / "ipython"), "COURSE_PROGRESS": str(state.parent / "right.txt"),
    }
    try:
        probe(Path.home() / ".jupyter")
    except OSError:                                                    # a home that cannot be written to
        added |= {"JUPYTER_CONFIG_DIR": str(state / "user"), "JUPYTER_DATA_DIR": str(state / "data")}
    return added


def lab(options: list[str]) -> int:
    """Bring the copy up to date and open it. options: JupyterLab's own."""
    work = copies.work_folder()
    for line in copies.update(work):
        print(line)
    try:
        os.environ |= environment(work / ".course" / "lab")
    except OSError as error:
        raise copies.unwritable(work, error) from None
    return hand_over(sys.executable, ["-m", "jupyterlab", "--log-level=WARN", *options, work / "contents.md"])
