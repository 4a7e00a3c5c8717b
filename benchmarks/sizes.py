"""How cost grows: with the number of reviews (scale), with their length (length), with the workers (workers).

    python benchmarks/sizes.py [--runs 3]

What is measured stands in the chapters: the reading of chapter 18, the layers of chapter 16, worker.py.
"""

import argparse
import inspect
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import BUILD, Store, peak_memory

from course_utils.commands.experiments import function_of
from course_utils.files import PROJECT
from course_utils.runtime import start

COUNTS = 10_000, 100_000, 1_000_000
LENGTHS = 50, 100, 200, 400, 800, 1600, 3200
STEPS = 100


def of_chapter(number, function):
    """A function of a chapter, and what it is defined beside."""
    path = next((PROJECT / "notebooks").glob(f"{number}_*.ipynb"))
    return function_of(path, function)


def write_reviews(path, count):
    """So many reviews of the generator, once; a million take half an hour."""
    if not path.exists():
        chapter = of_chapter(18, "measure_memory").__globals__
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        chapter["write_records"](chapter["generated"](count, 1), unfinished)
        unfinished.rename(path)


def stream(path):
    """In a process of its own: one pass of chapter 18's reading, then steps of training; printed as JSON."""
    chapter = of_chapter(18, "measure_memory").__globals__
    begun = time.monotonic()
    for _ in chapter["streamed"](path):
        pass
    prepared = time.monotonic() - begun
    print(json.dumps({"seconds": prepared, "peak": peak_memory(),
                      "steps": steps_a_second(chapter, path)}))


def steps_a_second(chapter, path):
    """Of a GRU of 32 units on batches of 128, streamed, after ten steps that are not counted."""
    keras, tf = chapter["keras"], chapter["tf"]
    model = keras.Sequential([
        keras.layers.Embedding(len(chapter["vocabulary"]), 32, mask_zero=True), keras.layers.GRU(32),
        keras.layers.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    batches = chapter["streamed"](path).map(lambda ids: (ids, tf.zeros(tf.shape(ids)[0])))
    for step, (ids, labels) in enumerate(batches.take(10 + STEPS)):
        if step == 10:
            begun = time.monotonic()
        model.train_on_batch(ids, labels)
    return (step - 9) / (time.monotonic() - begun)


def scale(runs):
    """Seconds of a streamed pass, its peak of memory in MB, steps a second."""
    store = Store("scale", "generated")
    for run, count in itertools.product(range(1, runs + 1), COUNTS):
        if not store.has(f"{count} reviews", run):
            path = BUILD / f"{count}.tfrecord"
            write_reviews(path, count)
            done = subprocess.run([sys.executable, __file__, "--stream", path], capture_output=True, text=True,
                                  check=True)
            store.add(run, {f"{count} reviews": json.loads(done.stdout.splitlines()[-1])})
            print(run, count, done.stdout.splitlines()[-1], flush=True)
    store.keep()


def length(runs):
    """Milliseconds of a training step on 4 sequences, as chapter 16 measures it."""
    store, measure = Store("length", "none"), of_chapter(16, "measure_seconds")
    for run, words, kind in itertools.product(range(1, runs + 1), LENGTHS, ("GRU", "convolution", "attention")):
        if not store.has(f"{kind}, {words}", run):
            store.add(run, {f"{kind}, {words}": {"milliseconds": 1000 * measure(f"{kind}, {words}", run)["step"]}})
            print(run, kind, words, flush=True)
    store.keep()


def seconds_of_workers(count, steps, killed=False):
    """Until all have ended; a killed one, and so all, are started again from the last checkpoint."""
    from course_utils import worker
    from course_utils.workers import run_workers
    source, rng = inspect.getsource(worker), np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        x, y = rng.integers(1, 5000, (steps, 256, 200)), rng.integers(0, 2, (steps, 256, 1)).astype("float32")
        np.savez(Path(folder) / "data.npz", x=x.astype("int32"), y=y, size=5000)
        begun = time.monotonic()
        if killed:
            run_workers(source, count, folder, steps // 2 + 1, seconds=600)
        ended = run_workers(source, count, folder, seconds=600)
        taken = time.monotonic() - begun
    if any(one.code for one in ended):
        raise SystemExit(f"A worker did not end well: {[one.error for one in ended]}")
    return taken


def workers(runs):
    """Seconds in all, and of a step: the difference of two runs, over the difference of their steps."""
    store = Store("workers", "none")
    for run, (what, count, killed) in itertools.product(range(1, runs + 1), (
            ("1 worker", 1, False), ("2 workers", 2, False), ("2 workers, one killed half-way", 2, True))):
        if not store.has(what, run):
            few, many = (seconds_of_workers(count, steps, killed) for steps in (20, 20 + STEPS))
            store.add(run, {what: {"seconds": many, "step": (many - few) / STEPS}})
            print(run, what, store.results.rows[what, run], flush=True)
    store.keep()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--stream", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    start()
    if arguments.stream:
        stream(arguments.stream)
    else:
        length(arguments.runs)
        workers(arguments.runs)
        scale(arguments.runs)


if __name__ == "__main__":
    main()
