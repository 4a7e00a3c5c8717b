"""`python -m course_utils run | book | test | lab | refresh | …`, read by Python 3.8."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .commands import setup
from .files import typed


def read_arguments(words: list[str]) -> argparse.Namespace:
    """The command and its arguments; what follows `test` is pytest's."""
    parser = argparse.ArgumentParser(prog="python -m course_utils",
                                     description="Commands of the course. The first one sets the course up.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="execute the chapters and write them as a book to build/book/")
    commands.add_parser("book", help="write the book of the stored outputs, without executing anything")
    commands.add_parser("test", help="compare every output and run all other tests; takes pytest's arguments")
    commands.add_parser("lab", help="open your own copy of the chapters in JupyterLab; takes its options")
    reset = commands.add_parser("reset", help="begin chapters of your copy anew; the old files are kept")
    commands.add_parser("progress", help="count the exercises of your copy that are right, tried and open")
    export = commands.add_parser("export", help="write an edition of the chapters to hand out")
    export.add_argument("target", type=Path, metavar="FOLDER", help="a new folder, or a zip")
    edition = export.add_mutually_exclusive_group()
    edition.add_argument("--without-outputs", dest="kind", action="store_const", const="without outputs")
    edition.add_argument("--solutions", dest="kind", action="store_const", const="solutions")
    export.add_argument("--chapters", nargs="+", default=[], metavar="NN")
    report = commands.add_parser("class", help="report on the copies that students handed in: who has what right")
    report.add_argument("folder", type=Path, metavar="FOLDER", help="with a folder, zip or notebook for each student")
    commands.add_parser("setup", help="only set the course up: .venv with its packages")
    refresh = commands.add_parser("refresh", help="execute the chapters and store their outputs in notebooks/")
    normalise = commands.add_parser("normalise", help="write notebooks as refresh does, without executing them")
    for command in run, refresh, normalise:
        command.add_argument("chapters", nargs="*", help="chapters, by number or file; all if none is given")
    reset.add_argument("chapters", nargs="+", help="chapters, by number or file")
    commands.add_parser("doctor", help="look at this machine and say what to mend")
    add_fetch(commands)
    measure = commands.add_parser("experiments", help="measure the stored results anew, all that are stale or missing")
    measure.add_argument("names", nargs="*", metavar="NAME", help="experiments, such as 10_recall")
    measure.add_argument("--corpus", default="", metavar="NAME", help="on a data set that was fetched")
    if words[:1] in (["test"], ["lab"]):
        return argparse.Namespace(command=words[0], further=words[1:])
    return parser.parse_args(words)


def main() -> int:
    arguments = read_arguments(sys.argv[1:])
    try:
        if arguments.command == "doctor":
            python = setup.python_of(setup.PROJECT / ".venv")
            if setup.ready(setup.PROJECT) and not setup.inside(setup.PROJECT / ".venv"):
                return setup.hand_over(python, ["-m", "course_utils", "doctor"])
            from .commands.doctor import examine
            return examine()
        return work(arguments)
    except ModuleNotFoundError as error:
        own = setup.python_of(setup.PROJECT / ".venv")
        return complain(f"{error.name} is missing in this Python ({sys.executable}). Set the course up: "
                        f"{typed(sys.executable, '-m', 'course_utils', 'setup')} and use its own: {own}")
    except BrokenPipeError:                                # as in `progress | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return complain("Interrupted. Nothing half-made was kept. Run the same command again; "
                        "a download goes on where it stopped.")
    except Exception as error:
        if type(error).__name__ not in ("DataError", "SetupError"):
            raise
        return complain(str(error))


def add_fetch(commands: argparse._SubParsersAction) -> None:
    """The options of `fetch`; its choices are those of the registry."""
    from .datasets.registry import fetchable
    lines = "\n".join(f"  {corpus.name:18} {corpus.what}" for corpus in fetchable())
    fetch = commands.add_parser("fetch", formatter_class=argparse.RawDescriptionHelpFormatter,
                                epilog=f"data sets:\n{lines}",
                                help="get a data set (calls the network unless --archive is given)")
    fetch.add_argument("dataset", choices=[corpus.name for corpus in fetchable()], metavar="NAME")
    source = fetch.add_mutually_exclusive_group()
    source.add_argument("--archive", type=Path, metavar="PATH",
                        help="a file or folder you have; all but imdb_reviews need it")
    source.add_argument("--url", help="where to download imdb_reviews instead of the official host")
    fetch.add_argument("--text-column", metavar="NAME", help="the column of a table that holds the texts")
    fetch.add_argument("--label-column", metavar="NAME", help="the column of a table that holds the classes")


def run_fetch(arguments: argparse.Namespace) -> int:
    """Fetch a data set; 1 if it can only be had with a path."""
    from .datasets.registry import CORPORA
    corpus = CORPORA[arguments.dataset]
    if arguments.archive is None and not corpus.url:
        return complain(f"{corpus.name} cannot be downloaded by the course. Get it from its owner ({corpus.source}) "
                        "and give its path after --archive.")
    from .datasets.fetch import fetch
    fetch(corpus.name, arguments.archive, arguments.url, arguments.text_column, arguments.label_column)
    return 0


def work(arguments: argparse.Namespace) -> int:
    """What needs the packages: done by the Python that has them."""
    python = setup.prepare()
    if arguments.command == "setup":
        print(f"Ready: {'this Python' if python == Path(sys.executable) else '.venv'} has all packages.")
        return 0
    if python != Path(sys.executable):
        return setup.hand_over(python, ["-m", "course_utils", *sys.argv[1:]])
    if arguments.command == "test":
        return setup.hand_over(python, ["-m", "pytest", *arguments.further])
    if arguments.command == "lab":
        from .commands import lab
        return lab.lab(arguments.further)
    if arguments.command in ("export", "class"):
        from .commands import classroom
        if arguments.command == "class":
            return classroom.report(arguments.folder)
        return classroom.export(arguments.target, arguments.chapters, arguments.kind or "with outputs")
    if arguments.command in ("reset", "progress"):
        from .commands import copies
        return copies.reset(arguments.chapters) if arguments.command == "reset" else copies.progress()
    if arguments.command == "fetch":
        return run_fetch(arguments)
    if arguments.command == "experiments":
        from .commands import experiments
        return experiments.measure_all(arguments.names, arguments.corpus)
    from .commands import notebooks
    if arguments.command == "book":
        notebooks.require_writable(notebooks.BUILD)
        return notebooks.write_book()
    return getattr(notebooks, arguments.command)(arguments.chapters)


def complain(line: str) -> int:
    print(f"\n{line}" if sys.stderr.isatty() else line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
