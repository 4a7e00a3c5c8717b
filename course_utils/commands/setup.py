"""Before the first command: `.venv` with the packages of requirements.txt, mended when something has changed.

Standard library only, in words that Python 3.8 reads: who starts with an old Python gets a line, not a SyntaxError.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..files import PROJECT, probe, typed
from .steps import NEEDED, Count, Line, SetupError, alone, explain, perform

DIRECT = ("tensorflow", "keras", "tensorflow-datasets", "importlib-resources", "numpy", "scikit-learn", "matplotlib",
          "keras-hub", "rjieba", "nervaluate", "nbval", "jupyterlab", "sphinx", "myst-nb", "sphinx-book-theme",
          "sphinx-mathjax-offline", "pytest", "pytest-xdist", "hypothesis", "selenium")


def python_of(venv: Path, system: str = os.name) -> Path:
    """The path of an environment's Python."""
    return venv / "Scripts" / "python.exe" if system == "nt" else venv / "bin" / "python"


def inside(venv: Path) -> bool:
    """Whether this Python is the environment's."""
    return Path(sys.prefix).resolve() == venv.resolve()


def supported(version: tuple) -> bool:
    """Whether Keras and TensorFlow have wheels for this Python."""
    return (3, 11) <= tuple(version[:2]) < (3, 14)


def starts(words: list[str], code: str = "") -> bool:
    """Whether this starts a Python which executes `code`. A name on PATH says little: it may be pyenv's empty shell."""
    try:
        done = subprocess.run([*words, "-I", "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        return done.returncode == 0
    except OSError:
        return False


def differing(root: Path = PROJECT) -> list:
    """Packages the course imports that this Python lacks, or has in another version than requirements.txt wants."""
    file, pinned, wrong = root / "requirements.txt", {}, []
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        name, _, rest = line.partition("==")
        if rest:
            pinned.setdefault(name, set()).add(rest.split(";")[0].strip())
    for name in [name for name in DIRECT if name in pinned] if pinned else DIRECT:     # no file: any version will do
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found not in pinned.get(name, {found} - {"missing"}):
            wrong.append(f"{name} {found}" + (f" (wanted {' or '.join(sorted(pinned[name]))})" if pinned else ""))
    return wrong


def fingerprint(root: Path) -> str:
    """What `.venv` was made from: the locked packages, its Python, the place of the course."""
    parts = (root / "requirements.txt").read_bytes(), (root / ".venv" / "pyvenv.cfg").read_bytes(), os.fsencode(root)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def ready(root: Path) -> bool:
    """Whether `.venv` is complete, as its stamp says, and its Python still there: a matter of milliseconds."""
    venv = root / ".venv"
    try:
        home = re.search(r"^home *= *(.+?) *$", (venv / "pyvenv.cfg").read_text("utf-8", "replace"), re.M)
        return ((venv / "ready").read_text("ascii") == fingerprint(root)
                and python_of(venv).exists() and Path(home[1]).exists())
    except (OSError, TypeError, ValueError):
        return False


def prepare(root: Path = PROJECT) -> Path:
    """The Python that does the course's work: `.venv`'s, set up first if need be, or this one if it has all packages.

    Raises SetupError.
    """
    own, here = inside(root / ".venv"), Path(sys.executable)
    if not ready(root) or (own and differing(root)):                   # in .venv, a package taken away by hand is seen
        if not own and not differing(root):
            return here
        try:
            set_up(root)
        except KeyboardInterrupt:
            raise SetupError("Interrupted. Run the same command again: the set-up goes on where it stopped.") from None
        except OSError as error:
            raise SetupError(explain([str(error)], root)) from None
    return here if own else python_of(root / ".venv")


def set_up(root: Path) -> None:
    """Make what is missing of `.venv`, step by step. Raises SetupError or OSError."""
    refuse(root)
    venv, begun = root / ".venv", time.monotonic()
    with alone(root / "build") as waited:
        if waited and ready(root):                                     # somebody else has just done it
            return
        with contextlib.suppress(FileNotFoundError):
            (venv / "ready").unlink()
        with open(root / "build" / "setup.log", "wb", buffering=0) as log:
            line = Line()
            make_venv(root, line, log)
            install(root, line, log)
        line.show("[3/3] the course itself")
        # a line that is executed, in plain letters: Python reads this file in the machine's own encoding
        (site_packages(venv) / "course.pth").write_text(f"import sys; sys.path.append({str(root)!a})\n", "ascii")
        (venv / "ready").write_text(fingerprint(root), "ascii")
        line.show(f"The course is set up ({time.monotonic() - begun:.0f} s).", last=True)


def refuse(root: Path) -> None:
    """Raise SetupError if it is clear before the start that a set-up cannot succeed."""
    if not supported(sys.version_info):
        age = "old" if sys.version_info < (3, 11) else "new"
        raise SetupError(f"Python {platform.python_version()} is too {age}: the course needs 3.11, 3.12 or 3.13. "
                         + better_python(sys.argv[1:]))
    if not (root / "requirements.txt").exists():
        raise SetupError(f"requirements.txt is missing in {root}. Get the course again.")
    if path_too_long(root, os.name, long_paths()):
        raise SetupError(f"{root} is too long for Windows. Move the course to a short path such as C:\\course.")
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SetupError("This Python cannot make a .venv. On Debian or Ubuntu: sudo apt install python3-venv. "
                         "Then run the same command again.")
    try:
        probe(root / "build")
    except OSError as error:
        raise SetupError(f"Cannot write to {root} ({error.strerror}). "
                         "Copy the course to a folder of your own.") from None


def better_python(arguments: list[str], system: str = os.name, starts: Callable[[list[str]], bool] = starts) -> str:
    """How to give the same command with a Python the course can use, if this machine has one."""
    known = [["py", f"-3.{minor}"] if system == "nt" else [f"python3.{minor}"] for minor in (13, 12, 11)]
    words = next((words for words in known if starts(words)), None)
    if words is None:
        return "Install one from python.org."
    return f"Run: {typed(*words, '-m', 'course_utils', *arguments, system=system)}"


def path_too_long(root: Path, system: str, allowed: bool) -> bool:
    """Whether files in `.venv`, up to 209 characters below the course's folder, would pass the 260 of Windows."""
    return system == "nt" and not allowed and len(str(root)) > 45


def long_paths() -> bool:
    """Whether this Windows has been told to allow long paths."""
    try:
        import winreg
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except (ImportError, OSError):
        return False


def make_venv(root: Path, line: Line, log: BinaryIO) -> None:
    """Make `.venv`, anew if what is there does not work: its Python does not start, is another one, or has no pip."""
    venv = root / ".venv"
    ask = ("import importlib.metadata, pip, sys; importlib.metadata.version('pip'); "  # written after pip's other files
           "sys.exit(not (3, 11) <= sys.version_info < (3, 14))")
    if starts([str(python_of(venv))], ask):
        return
    if venv.exists():
        try:
            shutil.rmtree(venv)
        except OSError as error:
            raise SetupError(f".venv cannot be deleted ({error.strerror}). Close the programs that use it, "
                             "delete it by hand, then run the same command again.") from None
    free = shutil.disk_usage(root).free
    if free < NEEDED:
        raise SetupError(f"Only {free / 1e9:.1f} GB are free in {root}, {NEEDED / 1e9:.1f} GB are needed. "
                         "Free some space, then run the same command again.")
    base = getattr(sys, "_base_executable", None) or sys.executable    # our own may just have been deleted
    perform([base, "-m", "venv", str(venv)], root, log, lambda text: None, lambda: line.show("[1/3] making .venv"))


def install(root: Path, line: Line, log: BinaryIO) -> None:
    """Let pip install what is missing. The environment, with pip's own variables, is passed on."""
    site = site_packages(root / ".venv")
    for folder in site.glob("*.dist-info"):
        if not (folder / "INSTALLER").exists():            # pip writes it last: it was interrupted in this package
            shutil.rmtree(folder)
    locked = re.findall(r"^[\w.-]+==", (root / "requirements.txt").read_text("utf-8"), re.M)
    count = Count(len(locked), site)
    command = [str(python_of(root / ".venv")), "-m", "pip", "install", "--disable-pip-version-check",
               "--progress-bar=off", "--requirement", str(root / "requirements.txt")]
    perform(command, root, log, count.note, lambda: line.show(*count.state()))


def site_packages(venv: Path) -> Path:
    """Where an environment has its packages."""
    patterns = "lib/python3*/site-packages", "Lib/site-packages"
    return next(place for pattern in patterns for place in venv.glob(pattern))


def hand_over(python: str | Path, arguments: list[str | Path], system: str = os.name) -> int:
    """Go on in another Python, and return its exit code."""
    command = [str(python), *map(str, arguments)]
    sys.stdout.flush()
    if system != "nt":
        os.execv(command[0], command)                      # the same process: one Ctrl-C, nothing to leave behind
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass                                           # it has had the same Ctrl-C, and says what is to be said
