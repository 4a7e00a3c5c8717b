"""From raw text to batches: a tutorial's pipeline, the course's, and tf.data's buckets, each in a process of its own.

    python benchmarks/input.py [--runs 3]
"""

import argparse
import itertools
import json
import subprocess
import sys
from pathlib import Path

from common import BUILD, Store, use_corpus

PIPELINES, CUTS = ("tutorial", "course", "buckets"), {"first 300 bytes": 300, "whole": 0}


def vocabulary(cut):
    """A file with the 10,000 most frequent words of the training texts."""
    from course_utils import datasets, text
    path = BUILD / f"words_{cut}.txt"
    words = text.split_words(datasets.load_reviews("train").texts, max_bytes=cut or None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(text.Vocabulary.of(words, 10_000).words[1:]), encoding="utf-8")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    store = Store("input", use_corpus())
    files = {cut: vocabulary(cut) for cut in CUTS.values()}
    for run, (what, cut), name in itertools.product(range(1, runs + 1), CUTS.items(), PIPELINES):
        if not store.has(f"{name}, {what}", run):
            command = [sys.executable, Path(__file__).with_name("pipelines.py"), name, str(cut), files[cut]]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            row = json.loads(done.stdout.splitlines()[-1])
            print(f"run {run}  {name}, {what}  {row}", flush=True)
            store.add(run, {f"{name}, {what}": row})
    store.keep()


if __name__ == "__main__":
    main()
