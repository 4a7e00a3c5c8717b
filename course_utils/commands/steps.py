"""The steps of the set-up: shown while they work, explained when they fail. Python 3.8 can read it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

NEEDED = 3.2e9
FULL = "[Errno 28]", "No space left", "[WinError 112]"
UNREACHED = "Retrying (", "timed out", "ConnectionPool", "IncompleteRead", "Connection broken"


class SetupError(Exception):
    """The course cannot be set up. The message is one line and says what to do."""


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """One set-up at a time: the next one waits and says so. The system frees the lock of a process that ends."""
    with open(folder / "setup.lock", "wb") as file:
        waited = False
        while not locked(file):
            if not waited:
                print("Another set-up of this folder is under way: waiting for it.", flush=True)
            waited = True
            time.sleep(0.3)
        yield waited


def locked(file: BinaryIO) -> bool:
    """Whether we have the lock now, or this disk knows none."""
    try:
        if os.name == "nt":
            import msvcrt
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


class Count:
    """How far pip is: by its lines while it looks and fetches, by what lies in site-packages while it installs."""

    def __init__(self, total: int, site: Path):
        self.total, self.site, self.names, self.before, self.last = total, site, set(), None, ""

    def note(self, text: str) -> None:
        found = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", text)
        if found:
            self.names.add(found[1].lower())
            self.last = found[1]
        elif text.startswith("Ignoring "):                             # a package for other systems
            self.total -= 1
        elif "Retrying (" in text:
            self.last = "the package host does not answer, trying again"
        elif text.startswith("Installing collected packages:"):
            self.total, self.before = text.count(",") + 1, self.there()

    def there(self) -> set[str]:
        return {folder.name.partition("-")[0] for folder in self.site.glob("*.dist-info")}

    def state(self) -> tuple[str, tuple[str, int]]:
        if self.before is None:
            verb, done = "", len(self.names)
        else:
            verb, new = "installed ", self.there() - self.before
            done, self.last = len(new), next(iter(new - self.names), self.last)
            self.names |= new
        text = f"[2/3] packages: {verb}{min(done, self.total)} of {self.total}"
        return text + (f", {self.last}" if self.last else ""), (verb, done // 20)


class Line:
    """What is going on: one line that is redrawn on a terminal, elsewhere a new one when `mark` is new."""

    def __init__(self):
        self.begun, self.mark, self.live = time.monotonic(), None, sys.stdout.isatty()

    def show(self, text: str, mark: object = None, last: bool = False) -> None:
        seconds = time.monotonic() - self.begun
        full = text if last or seconds < 1 else f"{text}, {seconds:.0f} s"
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + full[:width].ljust(width), end="\n" if last else "", flush=True)
        elif (mark or text) != self.mark:
            print(full, flush=True)
        self.mark = mark or text


def perform(command: list[str], root: Path, log: BinaryIO,
            note: Callable[[str], None], show: Callable[[], None]) -> None:
    """Do one step in a process of its own; its output goes to the log, each line to `note`. Raises SetupError."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # packages there are not .venv's
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []

    def read():
        for raw in process.stdout:
            with contextlib.suppress(OSError, ValueError):             # a full disk, or nobody listens any more
                log.write(raw)
            lines.append(raw.decode(errors="replace").strip())
            note(lines[-1])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while True:
            show()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
                break
    except KeyboardInterrupt:
        end(process)
        raise
    reader.join(5)
    if process.returncode:
        raise SetupError(explain(lines, root))


def end(process: subprocess.Popen) -> None:
    """Leave no process behind. On a terminal it has had the same Ctrl-C and only needs time to tidy up."""
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()


def explain(lines: list[str], root: Path) -> str:
    """What to do about a step that failed, from what it printed."""
    said = [line for line in lines if line and not line.startswith(("[notice]", "WARNING"))] or ["it said nothing"]
    last = next((line for line in reversed(said) if "rror" in line), said[-1])
    text = "\n".join(lines)
    if any(sign in text for sign in FULL) or shutil.disk_usage(root).free < 1e8:   # venv does not say what went wrong
        return (f"The disk is full: {NEEDED / 1e9:.1f} GB are needed in {root}, and 1 GB in {tempfile.gettempdir()}. "
                "Free some space, then run the same command again.")
    if any(sign in text for sign in UNREACHED):
        return (f"The package host does not answer ({last}). Name a mirror with PIP_INDEX_URL: README.md, "
                '"If the package host is slow or does not answer".')
    return f"The set-up failed: {last.rstrip('.')}. All of its output: {Path('build') / 'setup.log'}"
