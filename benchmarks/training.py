"""Accuracy against seconds: tutorials as written, the course's models, linear models. All in one run, on one machine.

    python benchmarks/training.py [--runs 3] [NAME ...]        NAME: only systems whose name contains it
"""

import argparse
import itertools
from statistics import median

from common import save, table, use_corpus, verdict

GOAL = 0.84


def to_goal(prepared, epochs):
    """Seconds until the first epoch with the accuracy GOAL, its preparation included; infinite if there is none."""
    return next((prepared + seconds for seconds, score in epochs if score >= GOAL), float("inf"))


def within(prepared, epochs, seconds):
    """The accuracy of the last epoch that is ready after so many seconds, 0 if none is."""
    return next((score for needed, score in reversed(epochs) if prepared + needed <= seconds), 0.0)


def measure(systems, count):
    """{name: its runs}, each as the system returns it."""
    found = {name: [] for name in systems}
    for seed in range(1, count + 1):
        for name, run in systems.items():
            prepared, epochs = run(seed)
            found[name].append((prepared, epochs))
            curve = "  ".join(f"{score:.4f} ({seconds:.1f} s)" for seconds, score in epochs)
            print(f"run {seed}  {name:45} {prepared:5.1f} s  {curve}", flush=True)
    return found


def row(name, runs, reference):
    """A system's row of the table.  reference: the seconds of the tutorial's LSTM."""
    scores = [epochs[-1][1] for _, epochs in runs]
    preparing, training = median([prepared for prepared, _ in runs]), median([epochs[-1][0] for _, epochs in runs])
    reached = median([to_goal(*run) for run in runs])
    early = (median([within(*run, share * reference) for run in runs]) for share in (0.2, 1))
    return [name, f"{preparing:.1f}", f"{training:.1f}", len(runs[0][1]), f"{median(scores):.3f}",
            f"{min(scores):.3f} to {max(scores):.3f}", f"{reached:.1f}".replace("inf", "never"),
            *(f"{score:.3f}".replace("0.000", "none") for score in early)]


def verdicts(found, reference):
    """The figures beside their targets; all systems they speak of must have run."""
    from systems import LSTM, RECURRENT
    last = {name: median([epochs[-1][1] for _, epochs in runs]) for name, runs in found.items()}
    reached = {name: median([to_goal(*run) for run in runs]) for name, runs in found.items()}
    networks = [name for name in found if "SVM" not in name and "tutorial" not in name]
    best = max(RECURRENT, key=last.get)
    soonest = min(reached[name] for name in networks)
    whole = median([prepared + epochs[-1][0] for prepared, epochs in found[best]])
    return "\n".join([
        verdict(f"seconds to {GOAL}, in those of the LSTM", soonest / reached[LSTM], 0.2),
        verdict("accuracy of the best network", max(last[name] for name in networks), 0.9, at_least=True),
        verdict(f"accuracy of the best recurrent network ({best})", last[best], 0.88, at_least=True),
        verdict("its seconds, in those of the LSTM's epochs", whole / reference, 1)])


def draw(found):
    """Accuracy against seconds, a line a system, a point an epoch."""
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(9, 4.8))
    markers, lines = itertools.cycle("os^Dv"), itertools.cycle(["-", "--", ":"])
    for (name, runs), marker, line in zip(found.items(), markers, lines, strict=False):
        epochs = range(len(runs[0][1]))
        seconds = [median([prepared + curve[epoch][0] for prepared, curve in runs]) for epoch in epochs]
        scores = [median([curve[epoch][1] for _, curve in runs]) for epoch in epochs]
        axes.plot(seconds, scores, marker=marker, linestyle=line, label=name)
    axes.axhline(GOAL, color="0.5", linewidth=1)
    axes.set(xlabel="seconds, preparation of the texts included", ylabel="accuracy on the test set", xscale="log")
    figure.legend(loc="outside right upper", fontsize=8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    use_corpus()
    from systems import LSTM, RECURRENT, SYSTEMS

    from course_utils import datasets
    wanted = lambda name: not arguments.names or any(part in name for part in arguments.names)
    found = measure({name: run for name, run in SYSTEMS.items() if wanted(name)}, arguments.runs)
    reference = median([epochs[-1][0] for _, epochs in found[LSTM]]) if LSTM in found else float("inf")
    head = ["system", "preparing", "training", "epochs", "accuracy", "lowest to highest", f"seconds to {GOAL}",
            f"after {reference / 5:.0f} s", f"after {reference:.0f} s"]
    parts = [f"{datasets.corpus_name('reviews')}, medians of {arguments.runs} runs; seconds on this machine",
             table(head, [row(name, runs, reference) for name, runs in found.items()])]
    if all(name in found for name in (LSTM, *RECURRENT)):
        parts.append(verdicts(found, reference))
    draw(found)
    save("training", "\n\n".join(parts))


if __name__ == "__main__":
    main()
