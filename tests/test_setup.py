"""The set-up, done for real with wheels of a few lines.

Every state a user's folder may be in ends in a course that works, or in one line.
"""

import ast
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import PureWindowsPath

import pytest
from conftest import PROJECT, pythons, users_environment

from course_utils import __version__
from course_utils.commands import setup, steps
from course_utils.files import typed

posix = pytest.mark.skipif(os.name == "nt", reason="signals and mounts are POSIX's")
LOCK = "pytest==0.0.1\nappnope==0.0.1 ; sys_platform == 'none'\n"
SPEAKS = ("import sys\nfrom course_utils import __version__\n"
          "print(sys.executable, *sys.argv[1:], __version__)\nsys.exit(7)\n")


def add_wheel(folder, version, megabytes=0):
    """A pytest that only says which Python it was started with."""
    info = f"pytest-{version}.dist-info"
    files = {"pytest/__init__.py": "", "pytest/__main__.py": SPEAKS, "pytest/weight": "0" * (megabytes * 10**6),
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: pytest\nVersion: {version}\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"pytest-{version}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)


def make_course(root):
    shutil.copytree(PROJECT / "course_utils", root / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "requirements.txt").write_text(LOCK)
    add_wheel(root / "wheels", "0.0.1")
    return root


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """A Python with no packages."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=os.name != "nt")
    return setup.python_of(folder)


def environment(root, **more):
    """What a user without a network sets: pip's own variables."""
    kept = {name: value for name, value in users_environment().items() if not name.startswith(("PIP_", "PYTHONPATH"))}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (root / "wheels").as_uri(),
                   "PYTHONUTF8": "1"} | more


def begin(python, root, *words, **more):
    command = [python, "-m", "course_utils", *(words or ["setup"])]
    return subprocess.Popen(command, cwd=root, env=environment(root, **more), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True)


def finish(process):
    out, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess([], process.returncode, out, errors)


def call(python, root, *words, **more):
    return finish(begin(python, root, *words, **more))


def works(python, root):
    """Whether the course's pytest is that of `.venv`, with the course beside it."""
    done = call(python, root, "test", "-k", "one thing")
    expected = f"{setup.python_of(root / '.venv')} -k one thing {__version__}"
    assert (done.returncode, done.stdout.splitlines()[-1:], done.stderr) == (7, [expected], "")
    return done.stdout.splitlines()[:-1]


def refused(done, *parts):
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done
    assert all(part in done.stderr for part in parts), done.stderr


@pytest.fixture(scope="session")
def made(tmp_path_factory, bare):
    root = make_course(tmp_path_factory.mktemp("made") / "课程 一")
    done = call(bare, root)
    assert done.returncode == 0, done
    return root, done.stdout.splitlines()


@pytest.fixture
def course(made, tmp_path):
    """A course that was set up, and moved since."""
    return shutil.copytree(made[0], tmp_path / "课程 二", symlinks=True)


@pytest.fixture
def silent():
    """The address of a host that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as host:
        yield f"http://127.0.0.1:{host.getsockname()[1]}/simple"


def test_the_first_command_sets_up_and_the_next_finds_it_ready(made, bare):
    root, lines = made
    assert [line[:5] for line in lines if line[0] == "["] == sorted(line[:5] for line in lines if line[0] == "[")
    assert lines[0] == "[1/3] making .venv" and lines[-1] == "Ready: .venv has all packages."
    assert lines[-2].startswith("The course is set up (")
    assert any(line.startswith("[2/3] packages: ") for line in lines)
    assert "Successfully installed pytest-0.0.1" in (root / "build" / "setup.log").read_text("utf-8")
    assert works(bare, root) == []
    begun = time.perf_counter()
    assert all(setup.ready(root) for _ in range(100)) and time.perf_counter() - begun < 1


def test_a_moved_course_is_mended_without_making_it_anew(course, bare):
    (course / ".venv" / "kept").touch()
    shutil.rmtree(course / "wheels")                       # and without the host or folder the packages came from
    assert any("packages" in line for line in works(bare, course)) and (course / ".venv" / "kept").exists()


def test_a_changed_lock_installs_the_difference(course, bare):
    (course / "requirements.txt").write_text("pytest==0.0.2\n")
    refused(call(bare, course),
            "The set-up failed: ERROR: No matching distribution found for pytest==0.0.2", "setup.log")
    add_wheel(course / "wheels", "0.0.2")
    works(bare, course)
    assert "Successfully installed pytest-0.0.2" in (course / "build" / "setup.log").read_text("utf-8")


def test_a_package_taken_away_by_hand_comes_back(course, bare):
    works(bare, course)
    shutil.rmtree(setup.site_packages(course / ".venv") / "pytest-0.0.1.dist-info")
    works(bare, course)


@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, getattr(signal, "SIGKILL", None)], ids=["Ctrl-C", "killed"])
def test_an_interrupted_set_up_goes_on(course, bare, silent, sign):
    """Ended while pip waits for its host.

    The lock of a dead process does not count, a package half there is installed anew.
    """
    info = setup.site_packages(course / ".venv") / "pytest-0.0.1.dist-info"
    (course / "requirements.txt").write_text("pytest==0.0.2\n")
    process = begin(bare, course, PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=silent,
                    PIP_RETRIES="0", PIP_DEFAULT_TIMEOUT="4")
    deadline = time.monotonic() + 90
    while b"Looking in indexes" not in (course / "build" / "setup.log").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.05)
    if sign == signal.SIGINT:                              # a terminal gives Ctrl-C to all processes of the command
        os.killpg(process.pid, sign)
        refused(finish(process), "Interrupted. Run the same command again")
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    else:
        process.kill()
        finish(process)
    (course / "requirements.txt").write_text(LOCK)
    (info / "INSTALLER").unlink()
    (info.parent / "pytest" / "__main__.py").unlink()
    works(bare, course)


def test_a_silent_host_is_one_line_that_names_the_mirror(course, bare, silent):
    (course / "requirements.txt").write_text("pytest==0.0.2\n")
    done = call(bare, course, PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=silent,
                PIP_RETRIES="1", PIP_DEFAULT_TIMEOUT="0.5")
    refused(done, "The package host does not answer", "PIP_INDEX_URL", "README.md")
    assert "**If the package host is slow or does not answer**" in (PROJECT / "README.md").read_text("utf-8")


def spoil_python(environment):
    python = setup.python_of(environment)
    python.unlink()
    python.symlink_to(environment / "gone")


OTHERS = pythons(8, 10, 14)                                # which the course cannot use


@posix
def test_a_broken_venv_is_made_anew(course, bare):
    spoil_python(course / ".venv")
    assert "[1/3] making .venv" in works(bare, course)


@pytest.mark.parametrize("python", [sys.executable, *OTHERS], ids=["no pip", "3.8", "3.10", "3.14"])
def test_a_venv_of_another_python_is_made_anew(course, bare, python):
    """Up to where the old one is gone; a disk that is said to be too small ends it there."""
    if python is None:
        pytest.skip("no such Python on this machine")
    shutil.rmtree(course / ".venv")
    subprocess.run([python, "-m", "venv", "--without-pip", course / ".venv"], check=True)
    if python != sys.executable:                           # with a pip, so that only its version is wrong
        pip = setup.site_packages(course / ".venv") / "pip"
        pip.mkdir()
        (pip / "__init__.py").touch()
        (pip.parent / "pip-1.0.dist-info").mkdir()
        (pip.parent / "pip-1.0.dist-info" / "METADATA").write_text("Name: pip\nVersion: 1.0\n")
    too_much = as_main("from course_utils.commands import setup; setup.NEEDED = 1e18")
    refused(execute(bare, course, too_much), "GB are needed")
    assert not (course / ".venv").exists()


@pytest.mark.parametrize("python", OTHERS, ids=["3.8", "3.10", "3.14"])
def test_a_python_that_is_too_old_gets_one_line(tmp_path, python):
    if python is None:
        pytest.skip("no such Python on this machine")
    root = make_course(tmp_path / "course")
    refused(call(python, root, "run", "01"), "the course needs 3.11, 3.12 or 3.13. ")
    assert not (root / ".venv").exists()
    done = call(python, root, "doctor")
    assert done.returncode == 1 and "Keras and TensorFlow need" in done.stdout and done.stderr == ""


def test_a_python_that_is_too_new_gets_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(setup.SetupError, match="is too new: the course needs"):
        setup.refuse(tmp_path)


@pytest.mark.skipif(not shutil.which("make"), reason="make is not on this machine")
def test_make_says_that_a_python_is_not_there(tmp_path):
    shutil.copy(PROJECT / "Makefile", tmp_path)
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}      # under `make test` an inner make would say which folder it enters
    env = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(["make", "PYTHON=/no such/python", "run"],
                          cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode and done.stdout == ("There is no Python at /no such/python. "
                                               "Name one that is there: make PYTHON=/path/to/python\n")


def test_what_is_read_before_the_set_up_is_python_3_8():
    commands = [f"commands/{name}" for name in ("__init__", "setup", "steps", "doctor")]
    for name in ["__init__", "__main__", "files", *commands]:
        ast.parse((PROJECT / "course_utils" / f"{name}.py").read_text("utf-8"), feature_version=(3, 8))


def test_two_at_once_wait_for_each_other(course, bare):
    done = [finish(process) for process in [begin(bare, course), begin(bare, course)]]
    assert [one.returncode for one in done] == [0, 0], done
    assert sorted("Another set-up of this folder is under way" in one.stdout for one in done) == [False, True]
    works(bare, course)


def as_main(before):
    return (f"import sys\n{before}\nsys.argv = ['course_utils', 'setup']\n"
            "from course_utils.__main__ import main\nsys.exit(main())")


def execute(python, root, code):
    return subprocess.run([python, "-c", code], cwd=root, env=environment(root),
                          capture_output=True, text=True, encoding="utf-8")


def test_a_python_without_ensurepip_says_what_to_install(tmp_path, bare):
    root = make_course(tmp_path / "course")
    refused(execute(bare, root, as_main("sys.modules['ensurepip'] = None")), "sudo apt install python3-venv")
    assert not (root / ".venv").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path, bare):
    root = make_course(tmp_path / "course")
    (root / "build").write_text("in the way")
    refused(call(bare, root), "Cannot write to", "Copy the course to a folder of your own")


@contextlib.contextmanager
def disk(folder, megabytes):
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_too_little_space_is_said_first(tmp_path, bare):
    with disk(tmp_path / "disk", 8) as folder:
        root = make_course(folder / "course")
        refused(call(bare, root), "GB are free in", "3.2 GB are needed")
        assert not (root / ".venv").exists()


@pytest.mark.parametrize("megabytes", [8, 40])
def test_a_disk_that_fills_up_is_one_line(tmp_path, bare, megabytes):
    """While .venv is made, and while packages are installed."""
    with disk(tmp_path / "disk", megabytes) as folder:
        root = make_course(folder / "course")
        add_wheel(root / "wheels", "0.0.1", megabytes=50)
        done = execute(bare, root, as_main("from course_utils.commands import setup, steps; setup.NEEDED = 0"))
        refused(done, "The disk is full", "Free some space")
        assert ("[2/3]" in done.stdout) == (megabytes == 40)


def test_a_python_that_has_everything_is_used_as_it_is(run, copied_project):
    for lock in None, "tensorflow==1.0\n":
        if lock:
            (copied_project / "requirements.txt").write_text(lock)
        code = "from course_utils.commands import setup; print(setup.differing())"
        found = run("-c", code, cwd=copied_project).stdout.strip()
        assert (found == "[]") == (lock is None) and ("(wanted 1.0)" in found) == (lock is not None)
    (copied_project / "requirements.txt").write_text((PROJECT / "requirements.txt").read_text("utf-8"))
    done = run("-m", "course_utils", "setup", cwd=copied_project)
    assert done.stdout == "Ready: this Python has all packages.\n" and not (copied_project / ".venv").exists()


def test_test_passes_its_arguments_on_and_makes_no_venv(run, copied_project):
    (copied_project / "test_small.py").write_text("def test_one(): pass\ndef test_two(): assert False\n")
    done = run("-m", "course_utils", "test", "--numprocesses=0", "-k", "test_one", "test_small.py", cwd=copied_project)
    assert done.returncode == 0 and "1 passed, 1 deselected" in done.stdout and not (copied_project / ".venv").exists()


CHILD = """import time
try:
    print('ready', flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print('said once', flush=True)
    raise SystemExit(5)
"""


@posix
@pytest.mark.parametrize("system", ["posix", "nt"])
def test_ctrl_c_after_handing_over_is_said_once(system):
    code = ("import sys; from course_utils.commands.setup import hand_over; "
            f"sys.exit(hand_over(sys.executable, ['-c', {CHILD!r}], {system!r}))")
    process = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)                  # what a terminal does: the whole group gets it
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (5, "said once\n", "")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_windows_paths_and_commands():
    folder = PureWindowsPath(r"C:\课程 一")
    assert str(setup.python_of(folder / ".venv", "nt")) == r"C:\课程 一\.venv\Scripts\python.exe"
    assert typed(setup.python_of(folder, "nt"), "-m", "x", system="nt") == r'& "C:\课程 一\Scripts\python.exe" -m x'
    spaced = typed(r"C:\course\python.exe", "-m", "x", r"D:\my data", system="nt")
    assert spaced == r'C:\course\python.exe -m x "D:\my data"'
    assert typed("/a b/python", "-m", "x", system="posix") == "'/a b/python' -m x"
    assert not setup.path_too_long(PureWindowsPath(r"C:\course"), "nt", False)
    long = PureWindowsPath(r"C:\Users\somebody with a name\Documents\lectures")
    cases = ("nt", False), ("nt", True), ("posix", False)
    assert [setup.path_too_long(long, *case) for case in cases] == [True, False, False]
    better = setup.better_python(["run", "01"], "nt", lambda words: words == ["py", "-3.12"])
    assert better == "Run: py -3.12 -m course_utils run 01"
    assert setup.better_python(["run"], "posix", lambda words: False) == "Install one from python.org."


def test_a_terminal_sees_one_line_redrawn(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    line = steps.Line()
    for text in ("[1/3] making .venv", "[2/3] packages: 57 of 176, a name that is much too long",
                 "[3/3] the course itself"):
        line.show(text)
    line.show("Done", last=True)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1 and {len(part) for part in printed.rstrip("\n").split("\r")[1:]} == {39}
    assert printed.split("\r")[2] == "[2/3] packages: 57 of 176, a name that "
