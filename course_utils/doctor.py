"""`python -m course_utils doctor`: what on this machine could stop the course, and what to do about each finding.

Needs nothing but Python, so that it can speak when the installation has failed.
"""

import contextlib
import importlib.metadata
import importlib.util
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from .files import PROJECT, cache_path, probe


def python_version():
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info < (3, 14):
        return "ok", f"Python {version}", ""
    return "bad", f"Python {version}", "Keras and TensorFlow need Python 3.11, 3.12 or 3.13: install one from python.org."


def wheels():
    system, machine, bits = platform.system(), platform.machine().lower(), sys.maxsize.bit_length() + 1
    name = f"{system} on {machine}, {bits}-bit"
    wanted = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",), "Windows": ("amd64",)}.get(system, ())
    if system == "Darwin" and machine == "x86_64":
        return "bad", name, ("TensorFlow has no wheels for Intel Macs any more. If this Mac has an Apple chip, install Python "
                             "for arm64; else work on Linux.")
    if bits != 64:
        return "bad", name, "This Python is 32-bit. Install the 64-bit one from python.org and delete .venv."
    if machine not in wanted:
        return "bad", name, "TensorFlow has no wheel for this: use 64-bit Linux, macOS on an Apple chip, or Windows on Intel or AMD."
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        return "bad", f"{name}, without glibc", "TensorFlow's wheels need glibc: use Debian, Ubuntu or Fedora, not Alpine."
    return "ok", f"{name}: TensorFlow has wheels", ""


def advice():
    """How to get the right packages into the right Python."""
    own = PROJECT / ".venv"
    if own.exists() and Path(sys.prefix).resolve() != own.resolve():
        return r"This is not the course's Python. Run: .venv/bin/python -m course_utils doctor   (Windows: .venv\Scripts\python)"
    if not own.exists():
        return "Set the course up first: make lab   (Windows: the first three commands of README.md)"
    return f'Run in the course\'s folder: "{sys.executable}" -m pip install -r requirements.txt'


def loading():
    if importlib.util.find_spec("tensorflow") is None:
        return "warn", "TensorFlow: not installed in this Python", ""
    done = subprocess.run([sys.executable, "-c", "import tensorflow"], capture_output=True, text=True, errors="replace")
    if done.returncode:
        return "bad", f"TensorFlow cannot be loaded: {done.stderr.strip().splitlines()[-1]}", (
            "On Windows install the Microsoft Visual C++ Redistributable (x64), then try again.")
    return "ok", "TensorFlow: loads", ""


def packages():
    pinned = {}
    for line in (PROJECT / "requirements.txt").read_text("utf-8").splitlines():
        name, _, rest = line.partition("==")
        if rest:
            pinned.setdefault(name, set()).add(rest.split(";")[0].strip())
    wrong = []
    for name in "tensorflow", "keras", "tensorflow-datasets", "importlib-resources", "numpy", "scikit-learn", "matplotlib", \
            "keras-hub", "rjieba", "nervaluate", "nbval", "jupyterlab":
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found not in pinned[name]:
            wrong.append(f"{name} {found} (wanted {' or '.join(sorted(pinned[name]))})")
    if wrong:
        return "bad", "Packages: " + ", ".join(wrong), advice()
    return "ok", "Packages: as in requirements.txt", ""


def memory():
    try:
        import psutil
    except ImportError:
        return "warn", "Memory: not known before the packages are installed", ""
    free = psutil.virtual_memory().available / 2**30
    if free < 2:
        return "warn", f"Memory: {free:.1f} GiB free", "A chapter takes up to 2 GiB: close other programs first."
    return "ok", f"Memory: {free:.1f} GiB free", ""


def path():
    try:
        str(PROJECT).encode("utf-8")
    except UnicodeEncodeError:
        return "bad", "Path: the folder's name is not written in this system's encoding", (
            "TensorFlow cannot work there. Set PYTHONUTF8=1 before you start, or move the course to a path of plain letters.")
    return "ok", "Path: can be written in UTF-8", ""


def disk():
    free = shutil.disk_usage(PROJECT).free / 1e9
    if free < 3:
        return "warn", f"Disk: {free:.1f} GB free", "The packages take 2.5 GB, real data 0.5 GB: free some space."
    return "ok", f"Disk: {free:.1f} GB free", ""


def writable():
    folders = {PROJECT: "Copy the course to a folder of your own."}
    with contextlib.suppress(ImportError):
        folders[cache_path()] = "Set COURSE_CACHE to a folder you may write to."
    for folder, cure in folders.items():
        try:
            probe(folder)
        except OSError as error:
            return "bad", f"Writing: not possible in {folder} ({error.strerror})", cure
    return "ok", "Writing: possible in the course's folder and in the cache", ""


def fonts():
    if importlib.util.find_spec("matplotlib") is None:
        return "warn", "Fonts: not known before the packages are installed", ""
    from matplotlib import font_manager
    known = {font.name for font in font_manager.fontManager.ttflist}
    chinese = known & {"Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC", "Noto Sans CJK SC", "Noto Sans CJK JP",
                       "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Arial Unicode MS"}
    if "DejaVu Sans" not in known:
        return "warn", "Fonts: DejaVu Sans is missing", "Delete matplotlib's font cache, or install matplotlib again."
    return "ok", f"Fonts: DejaVu Sans; Chinese: {min(chinese) if chinese else 'none, and the figures need none'}", ""


def metal():
    try:
        version = importlib.metadata.version("tensorflow-metal")
    except importlib.metadata.PackageNotFoundError:
        return "ok", "tensorflow-metal: not installed, as it should be", ""
    return "bad", f"tensorflow-metal {version}: the numbers will differ from the page", f'Run: "{sys.executable}" -m pip uninstall tensorflow-metal'


CHECKS = python_version, wheels, packages, loading, memory, path, disk, writable, fonts, metal


def examine() -> int:
    """Print every finding, a line each, with what to do about it. Returns 0 if nothing is bad."""
    worst = 0
    for check in CHECKS:
        level, finding, advice = check()
        mark = {"ok": "  ok  ", "warn": " note ", "bad": " MEND "}[level]
        print(f"[{mark}] {finding}" + (f"\n         {advice}" if advice else ""))
        worst = max(worst, level == "bad")
    print("\nAll is well." if not worst else "\nMend what is marked MEND, then run this again.")
    return int(worst)
