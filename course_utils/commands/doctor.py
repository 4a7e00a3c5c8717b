"""`python -m course_utils doctor`: what on this machine could stop the course, and what to do about each finding.

Needs nothing but Python, so that it can speak when the installation has failed.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from ..files import PROJECT, cache_path, probe, typed
from .setup import better_python, differing, inside, python_of, ready, supported
from .steps import NEEDED


def python_version() -> tuple[str, str, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    if supported(sys.version_info):
        return "ok", f"Python {version}", ""
    return "bad", f"Python {version}", (
        f"Keras and TensorFlow need Python 3.11, 3.12 or 3.13. {better_python(['doctor'])}")


def wheels() -> tuple[str, str, str]:
    system, machine, bits = platform.system(), platform.machine().lower(), sys.maxsize.bit_length() + 1
    name = f"{system} on {machine}, {bits}-bit"
    wanted = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",), "Windows": ("amd64",)}.get(system, ())
    if system == "Darwin" and machine == "x86_64":
        return "bad", name, ("TensorFlow has no wheels for Intel Macs any more. "
                             "If this Mac has an Apple chip, install Python for arm64; else work on Linux.")
    if bits != 64:
        return "bad", name, "This Python is 32-bit. Install the 64-bit one from python.org and delete .venv."
    if machine not in wanted:
        return "bad", name, ("TensorFlow has no wheel for this: "
                             "use 64-bit Linux, macOS on an Apple chip, or Windows on Intel or AMD.")
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        return "bad", f"{name}, without glibc", (
            "TensorFlow's wheels need glibc: use Debian, Ubuntu or Fedora, not Alpine.")
    return "ok", f"{name}: TensorFlow has wheels", ""


def advice() -> str:
    """How to get the right packages into the right Python."""
    if not supported(sys.version_info):
        return "They come by themselves, once Python is the right one."
    if ready(PROJECT) and not inside(PROJECT / ".venv"):
        own = typed(python_of(PROJECT / ".venv"), "-m", "course_utils", "doctor")
        return f"This is not the course's Python. Run: {own}"
    lab = typed(sys.executable, "-m", "course_utils", "lab")
    return f"Run, in the course's folder: {lab} (it installs what is missing)"


def loading() -> tuple[str, str, str]:
    if importlib.util.find_spec("tensorflow") is None:
        return "warn", "TensorFlow: not installed in this Python", ""
    done = subprocess.run([sys.executable, "-c", "import tensorflow"], capture_output=True, text=True, errors="replace")
    return loaded(done.returncode, done.stderr)


def loaded(code: int, said: str) -> tuple[str, str, str]:
    """What it means that a Python which imports TensorFlow ended with this code and these words."""
    if code == 0:
        return "ok", "TensorFlow: loads", ""
    lines = said.strip().splitlines()
    if not lines or code < 0 or "AVX" in said:             # ended from outside: it may have had no time to say why
        return "bad", f"TensorFlow cannot be loaded: Python was ended with code {code}", (
            "The processor may lack AVX, which TensorFlow needs: use a newer machine. "
            "If it has AVX, delete .venv and set up again.")
    return "bad", f"TensorFlow cannot be loaded: {lines[-1]}", (
        "On Windows install the Microsoft Visual C++ Redistributable (x64), then try again.")


def keras_settings() -> tuple[str, str, str]:
    """Keras settings of the user's own, which the course leaves aside."""
    file = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser() / "keras.json"
    plain = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}
    own = []
    with contextlib.suppress(OSError, ValueError, AttributeError):     # none, or not one that Keras can read
        stored = json.loads(file.read_text("utf-8"))
        own += [f"{name} {stored[name]} in {file}" for name, usual in plain.items() if stored.get(name, usual) != usual]
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend != "tensorflow":
        own.append(f"KERAS_BACKEND={backend}")
    if own:
        return "warn", f"Keras settings of your own: {', '.join(own)}", (
            "The course uses TensorFlow with its own settings. Yours stay as they are.")
    return "ok", "Keras settings: the usual ones", ""


def packages() -> tuple[str, str, str]:
    wrong = differing(PROJECT)
    if wrong:
        return "bad", "Packages: " + ", ".join(wrong), advice()
    return "ok", "Packages: as in requirements.txt", ""


def memory() -> tuple[str, str, str]:
    try:
        import psutil
    except ImportError:
        return "warn", "Memory: not known before the packages are installed", ""
    free = psutil.virtual_memory().available / 2**30
    if free < 2:
        return "warn", f"Memory: {free:.1f} GiB free", "A chapter takes up to 2 GiB: close other programs first."
    return "ok", f"Memory: {free:.1f} GiB free", ""


def path() -> tuple[str, str, str]:
    try:
        str(PROJECT).encode("utf-8")
    except UnicodeEncodeError:
        return "bad", "Path: the folder's name is not written in this system's encoding", (
            "TensorFlow cannot work there. "
            "Set PYTHONUTF8=1 before you start, or move the course to a path of plain letters.")
    return "ok", "Path: can be written in UTF-8", ""


def disk() -> tuple[str, str, str]:
    free = shutil.disk_usage(PROJECT).free / 1e9
    if free < NEEDED / 1e9 + 0.5:
        return "warn", f"Disk: {free:.1f} GB free", (
            f"The packages take {NEEDED / 1e9:.1f} GB, real data 0.5 GB: free some space.")
    return "ok", f"Disk: {free:.1f} GB free", ""


def writable() -> tuple[str, str, str]:
    folders = {PROJECT: "Copy the course to a folder of your own."}
    with contextlib.suppress(ImportError):
        folders[cache_path()] = "Set COURSE_CACHE to a folder you may write to."
    for folder, cure in folders.items():
        try:
            probe(folder)
        except OSError as error:
            return "bad", f"Writing: not possible in {folder} ({error.strerror})", cure
    return "ok", "Writing: possible in the course's folder and in the cache", ""


def fonts() -> tuple[str, str, str]:
    if importlib.util.find_spec("matplotlib") is None:
        return "warn", "Fonts: not known before the packages are installed", ""
    from matplotlib import font_manager
    known = {font.name for font in font_manager.fontManager.ttflist}
    chinese = known & {"Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC", "Noto Sans CJK SC", "Noto Sans CJK JP",
                       "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Arial Unicode MS"}
    if "DejaVu Sans" not in known:
        return "warn", "Fonts: DejaVu Sans is missing", "Delete matplotlib's font cache, or install matplotlib again."
    return "ok", f"Fonts: DejaVu Sans; Chinese: {min(chinese) if chinese else 'none, and the figures need none'}", ""


def metal() -> tuple[str, str, str]:
    try:
        version = importlib.metadata.version("tensorflow-metal")
    except importlib.metadata.PackageNotFoundError:
        return "ok", "tensorflow-metal: not installed, as it should be", ""
    return "bad", f"tensorflow-metal {version}: the numbers will differ from the page", (
        f"Run: {typed(sys.executable, '-m', 'pip', 'uninstall', 'tensorflow-metal')}")


CHECKS = python_version, wheels, packages, loading, keras_settings, memory, path, disk, writable, fonts, metal


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
