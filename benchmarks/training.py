"""Accuracy against seconds on real reviews: published networks, the course's models, linear models, in one run.

    python benchmarks/training.py [--runs 3] [NAME ...]        NAME: only systems whose name contains it
"""

import argparse
import itertools
import time

from common import Store, use_corpus


def measure(system, name, seed):
    """{"NAME, epoch 2": {"seconds": since the raw text, "accuracy": on the test set}, …}"""
    begun = time.monotonic()
    run = system(seed)
    curve = "  ".join(f"{score:.4f} ({seconds:.1f} s)" for seconds, score in run.epochs)
    whole = time.monotonic() - begun
    print(f"seed {seed}  {name:48} {run.prepared:5.1f} s  {curve}  in all {whole:.0f} s", flush=True)
    return {f"{name}, epoch {epoch}": {"prepared": run.prepared, "seconds": run.prepared + seconds, "accuracy": score}
            for epoch, (seconds, score) in enumerate(run.epochs, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    corpus = use_corpus()
    from systems import SYSTEMS

    store = Store("training", corpus)
    wanted = [name for name in SYSTEMS if not arguments.names or any(part in name for part in arguments.names)]
    for seed, name in itertools.product(range(1, arguments.runs + 1), wanted):
        if not store.has(f"{name}, epoch 1", seed):
            store.add(seed, measure(SYSTEMS[name], name, seed))
    if not arguments.names:
        store.keep()


if __name__ == "__main__":
    main()
