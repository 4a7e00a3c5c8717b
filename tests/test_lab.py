"""`lab` as a user starts it: JupyterLab on the copy, with the course's settings, whatever the home is like."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import NOTEBOOKS, PROJECT, posix, users_environment

pytestmark = [pytest.mark.slow, posix]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def get(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.loads(answer.read())


@pytest.fixture(params=["a home", "a home that cannot be written to", "a Chinese locale"])
def server(request, tmp_path, gb18030):
    """The address of a JupyterLab that `lab` has started, and its copy."""
    home, work, port = tmp_path / "home", tmp_path / "课程 一", free_port()
    home.write_text("in the way") if "cannot" in request.param else home.mkdir()
    env = users_environment() | {"HOME": str(home), "COURSE_WORK": str(work), "PYTHONPATH": str(PROJECT)}
    if "locale" in request.param:
        work = tmp_path / os.fsdecode("课程 一".encode("gb18030"))     # as that machine writes it
        env |= gb18030 | {"COURSE_WORK": str(work)}
    for name in [name for name in env if name.startswith(("JUPYTER", "XDG", "IPYTHON"))]:
        del env[name]
    command = [sys.executable, "-m", "course_utils", "lab", "--no-browser", "--allow-root", f"--port={port}",
               "--IdentityProvider.token="]
    log = tmp_path / "log.txt"
    with open(log, "wb") as file:
        process = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=file, stderr=file, start_new_session=True)
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            get(f"{address}/api/status")
            break
        except OSError:
            time.sleep(0.2)
    assert process.poll() is None, log.read_bytes()
    yield address, work, home
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    assert b"Traceback" not in log.read_bytes()


def test_lab_opens_the_copy_with_the_courses_settings_beside_the_users(server):
    address, work, home = server
    names = {one["name"] for one in get(f"{address}/api/contents")["content"]}
    assert names == {"contents.md", *(path.name for path in NOTEBOOKS)}                # no conftest, nothing hidden
    settings = get(f"{address}/lab/api/settings/@jupyterlab/apputils-extension:notification")
    assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"
    workspace = get(f"{address}/lab/api/workspaces/default")
    assert workspace["data"]["layout-restorer:data"]["left"]["collapsed"] is True
    if home.is_dir():
        assert not list(home.glob(".jupyter/lab/**/*")) and not (home / ".ipython").exists()    # nothing of hers
    assert (work / ".course" / "01_mlp_forward_pass.ipynb").exists()
