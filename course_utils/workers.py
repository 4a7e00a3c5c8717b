"""Several Python processes on this machine that train together, for chapter 18. None outlives the call, or its caller.

Run as a module, it is what each of them executes: `python -m course_utils.workers SCRIPT ARGUMENTS`.
"""

import contextlib
import json
import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOG = re.compile(r"[IWE]\d{4} |WARNING: All log messages")
PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")      # gRPC would ask them for the way to this very machine


@dataclass(frozen=True)
class Ended:
    """What became of a worker.

    code: its exit code, 0 if all went well.  lines: what it printed.  errors: what it wrote to its error output.
    error: the last line of those that is not of TensorFlow's log, "" if there is none.
    """

    code: int
    lines: list[str]
    errors: list[str]

    @property
    def error(self) -> str:
        return next((line for line in reversed(self.errors) if not LOG.match(line)), "")


def run_workers(source: str, count: int, *arguments, seconds: float = 120) -> list[Ended]:
    """Run the same Python source in `count` processes; the TF_CONFIG of each names all of them and its own number.

    arguments: given to the source as sys.argv[1:], as text.  seconds: after so many all of them are stopped.
    Returns an `Ended` for each worker, in the order of their numbers.
    Raises TimeoutError, one line, if they had to be stopped.
    """
    addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
    environment = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    environment |= {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    started, deadline = [], time.monotonic() + seconds
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, network_of_their_own() as inside:
        script = Path(folder) / "worker.py"
        script.write_text(source, encoding="utf-8")
        outputs = [[Path(folder) / f"{index}.{name}" for name in ("out", "err")] for index in range(count)]
        if not inside:
            say_that_ports_are_open()
        try:
            for index, (out, err) in enumerate(outputs):
                config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
                with out.open("wb") as to_out, err.open("wb") as to_err:
                    started.append(subprocess.Popen(
                        [*inside, sys.executable, "-m", __name__, script, *map(str, arguments)], stdin=subprocess.PIPE,
                        stdout=to_out, stderr=to_err, env=environment | {"TF_CONFIG": json.dumps(config)}))
            for process in started:
                process.wait(deadline - time.monotonic())
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"The workers were stopped after {seconds:g} seconds. "
                               "If a firewall asks, let Python speak to this machine itself.") from None
        finally:
            for process in started:
                process.kill()
                process.stdin.close()
                process.wait()
        return [Ended(process.returncode, *(path.read_text("utf-8", "replace").splitlines() for path in paths))
                for process, paths in zip(started, outputs, strict=True)]


@contextlib.contextmanager
def network_of_their_own() -> Iterator[list[str]]:
    """What to put before a command so that it runs in a network with nothing in it but this machine's loopback.

    TensorFlow's servers listen on every address of the machine and ask nobody who he is. Linux can give processes an
    empty network where users may make one; elsewhere the list is empty, and the ports are open while the workers run.
    """
    held = None
    if all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        wait = "ip link set lo up && echo up && exec cat"
        command = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", wait]
        held = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        if held and held.stdout.readline() == b"up\n":
            yield ["nsenter", "--target", str(held.pid), "--user", "--net", "--preserve-credentials"]
        else:
            yield []
    finally:
        if held:
            held.communicate()                 # its end of the pipe is closed, and `cat` ends


def say_that_ports_are_open() -> None:
    """A line for whoever watches; a stored output does not have it."""
    from .training import watched  # here: it loads TensorFlow
    if watched():
        print("While the workers run, some seconds, others on your network can reach their ports. To show the stored "
              "run instead, set COURSE_WORKERS=off.", file=sys.stderr, flush=True)


def free_ports(count: int) -> list[int]:
    """Ports on which nobody listens, below those that systems give out; other processes look from another start."""
    found, port = [], 20_000 + os.getpid() * 8 % 12_000
    while len(found) < count:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                found.append(port)
            except OSError:
                pass
        port = port + 1 if port < 31_999 else 20_000
    return found


def end_with_the_caller() -> None:
    """End this process when the one that started it is gone, however it went: then its end of the pipe is closed."""
    def watch():
        os.read(0, 1)                          # returns when nobody can write any more
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    end_with_the_caller()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
