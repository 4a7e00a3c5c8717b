"""`python -m course_utils run | refresh | doctor | fetch`."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m course_utils", description="Commands of the course.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="execute the chapters and write them as HTML to build/")
    refresh = commands.add_parser("refresh", help="execute the chapters and store their outputs in notebooks/")
    for command in run, refresh:
        command.add_argument("chapters", nargs="*", help="chapters, by number or file; all if none is given")
    commands.add_parser("doctor", help="look at this machine and say what to mend")
    fetch = commands.add_parser("fetch", help="get a real data set (calls the network unless --archive is given)")
    fetch.add_argument("dataset", choices=["imdb", "thucnews_titles", "news_articles", "conll2003_english"])
    source = fetch.add_mutually_exclusive_group()
    source.add_argument("--archive", type=Path, help="a file or folder you have; all but imdb need it")
    source.add_argument("--url", help="where to download imdb instead of the official host")
    arguments = parser.parse_args()

    try:
        if arguments.command == "doctor":
            from .doctor import examine
            return examine()
        if arguments.command == "fetch":
            if arguments.dataset == "imdb":
                from .fetch import fetch_imdb
                fetch_imdb(arguments.archive, arguments.url)
            elif arguments.archive is None:
                return complain(f"{arguments.dataset} cannot be downloaded by the course: its owners give it out. Get it from them "
                                "(data/README.md says where) and give its path after --archive.")
            else:
                from .bring import bring
                bring(arguments.dataset, arguments.archive)
            return 0
        from .notebooks import refresh, run
        return (run if arguments.command == "run" else refresh)(arguments.chapters)
    except ModuleNotFoundError as error:
        return complain(f"{error.name} is missing in this Python ({sys.executable}). Use the course's own: .venv/bin/python, on Windows "
                        r".venv\Scripts\python. If there is no .venv yet, follow 'Start' in README.md.")
    except KeyboardInterrupt:
        return complain("Interrupted. Nothing half-made was kept. Run the same command again; a download goes on where it stopped.")
    except Exception as error:
        if type(error).__name__ != "DataError":            # not imported here: it must not cost the doctor a package
            raise
        return complain(str(error))


def complain(line: str) -> int:
    print(f"\n{line}" if sys.stderr.isatty() else line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
