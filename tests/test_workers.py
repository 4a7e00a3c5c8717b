"""Chapter 18's workers: what they are told, what is known of them afterwards, and that none is left behind."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import PROJECT, open_to_the_network, posix

from course_utils.workers import free_ports, network_of_their_own, run_workers

TELL = """
import json, os, sys
config = json.loads(os.environ["TF_CONFIG"])
print(config["task"]["index"], len(set(config["cluster"]["worker"])), *sys.argv[1:])
"""
FOR_EVER = """
import os, sys, time
from pathlib import Path
Path(sys.argv[1], str(os.getpid())).touch()
time.sleep(600)
"""
CALLER = f"import sys; from course_utils.workers import run_workers; run_workers({FOR_EVER!r}, 2, sys.argv[1])"


def is_running(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def test_each_worker_knows_all_and_its_own_number():
    ended = run_workers(TELL, 3, "学", 7)
    assert [one.lines for one in ended] == [[f"{index} 3 学 7"] for index in range(3)]
    assert [one.code for one in ended] == [0, 0, 0] and [one.error for one in ended] == ["", "", ""]


def test_a_worker_has_as_long_as_is_said():
    [ended] = run_workers("import time; time.sleep(2); print('done')", 1, seconds=30)
    assert (ended.code, ended.lines) == (0, ["done"])


def test_of_an_error_the_last_line_and_the_code_are_known():
    noisy = "import sys; print('E0000 00:00:1.5 a line of the log', file=sys.stderr, flush=True); "
    [ended] = run_workers(noisy + "sys.exit('no such file')", 1)
    assert (ended.code, ended.error) == (1, "no such file")
    [ended] = run_workers("import os; " + noisy + "os._exit(3)", 1)
    assert (ended.code, ended.error) == (3, "")


def test_proxies_do_not_stand_between_the_workers(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://10.255.255.1:3128")
    monkeypatch.setenv("https_proxy", "http://10.255.255.1:3128")
    [ended] = run_workers("import os; print([name for name in os.environ if 'proxy' in name.lower()])", 1)
    assert ended.lines == ["[]"]


def test_ports_are_free_and_different():
    taken = free_ports(1)[0]
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken))
        ports = free_ports(8)
    assert len(set(ports)) == 8 and taken not in ports and all(20_000 <= port < 32_000 for port in ports)


@posix
def test_workers_that_hang_are_stopped_in_time(tmp_path):
    with pytest.raises(TimeoutError, match="stopped after 2 seconds") as caught:
        run_workers(FOR_EVER, 2, tmp_path, seconds=2)
    assert "\n" not in str(caught.value)
    pids = list(os.listdir(tmp_path))
    assert len(pids) == 2 and not any(map(is_running, pids))


@posix
@pytest.mark.parametrize("blow", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_no_worker_outlives_its_caller(tmp_path, blow):
    caller = subprocess.Popen([sys.executable, "-c", CALLER, tmp_path], cwd=PROJECT, stderr=subprocess.DEVNULL,
                              env=os.environ | {"PYTHONPATH": str(PROJECT)})
    wait_for(lambda: len(os.listdir(tmp_path)) == 2)
    assert all(map(is_running, os.listdir(tmp_path)))
    caller.send_signal(getattr(signal, blow))
    caller.wait(20)
    wait_for(lambda: not any(map(is_running, os.listdir(tmp_path))))


def test_one_that_dies_leaves_the_others_to_end_by_themselves():
    source = ("import json, os, sys\nif json.loads(os.environ['TF_CONFIG'])['task']['index']: os._exit(9)\n"
              "print('went on')")
    ended = run_workers(source, 2)
    assert [(one.code, one.lines) for one in ended] == [(0, ["went on"]), (9, [])]


ADDED = """
import json, os
import tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy()
me = strategy.cluster_resolver.task_id
add = lambda: tf.distribute.get_replica_context().all_reduce("sum", tf.constant(10.0 ** me))
print(strategy.run(tf.function(add)).numpy())
"""


@pytest.mark.slow
def test_two_clusters_at_once_do_not_meet():
    """Four processes, two and two, each pair with TensorFlow's own way of adding up."""
    caller = ("from course_utils.workers import run_workers; "
              f"print([(one.code, one.lines) for one in run_workers({ADDED!r}, 2)])")
    callers = [subprocess.Popen([sys.executable, "-c", caller], cwd=PROJECT, stdout=subprocess.PIPE, text=True,
                                env=os.environ | {"PYTHONPATH": str(PROJECT)}) for _ in range(2)]
    for one in callers:
        assert one.communicate(timeout=150)[0] == "[(0, ['11.0']), (0, ['11.0'])]\n"


def test_the_workers_ports_are_closed_to_the_network(monkeypatch, capsys):
    """Where users may make a network of their own; where not, the workers run all the same."""
    with network_of_their_own() as inside:
        possible = bool(inside)
    source = "import os; print(os.readlink('/proc/self/ns/net'))"
    if possible:
        [one, other] = run_workers(source, 2)
        assert one.lines == other.lines != [os.readlink("/proc/self/ns/net")] and one.code == 0
    monkeypatch.setattr("course_utils.workers.shutil.which", lambda name: None)
    monkeypatch.setattr("course_utils.training.watched", lambda: True)
    capsys.readouterr()
    [alone] = run_workers("print('here')", 1)
    assert alone.lines == ["here"] and "set COURSE_WORKERS=off" in capsys.readouterr().err
    if not possible:
        pytest.skip("users may not make a network of their own here")


@posix
@pytest.mark.slow
def test_the_chapters_workers_open_no_port_to_the_network():
    """TensorFlow's servers listen on all addresses; in a network of their own nobody sees them. (The watch of the whole
    session is in conftest.)"""
    with network_of_their_own() as inside:
        if not inside:
            pytest.skip("users may not make a network of their own here")
    code = ("from course_utils.commands.experiments import function_of, planned; one = planned()['18_workers']; "
            "print(function_of(one.notebook, one.function)('worker 1 dies', 1))")
    chapter = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    seen = set()
    while chapter.poll() is None:
        seen |= open_to_the_network(chapter.pid)
        time.sleep(0.2)
    assert chapter.returncode == 0 and "'again': 0" in chapter.stdout.read() and not seen


def test_the_watch_sees_a_port_that_is_open_to_the_network(no_port_is_open):
    for address, open_ in (("127.0.0.1", False), ("0.0.0.0", True)):
        code = (f"import socket, time; s = socket.socket(); s.bind(({address!r}, 0)); s.listen(); "
                "print('listening', flush=True); time.sleep(60)")
        listener = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert listener.stdout.readline() == "listening\n"
        assert bool(open_to_the_network(os.getpid())) == open_
        if open_:
            wait_for(lambda: no_port_is_open)              # the watch over all tests sees it, too
        listener.kill()
        listener.wait()
    time.sleep(1)
    no_port_is_open.clear()                                # this one was meant
