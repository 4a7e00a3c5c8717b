"""The way from raw text to batches: a tutorial's pipeline, which maps the text anew in every epoch, and the course's.

    python benchmarks/input.py [--runs 3]
"""

import argparse
from statistics import median

from common import save, table, use_corpus, verdict

CUTS = (300, None)                 # bytes of each review, or all of them


def measure_speeds(runs, count):
    """{(pipeline, cut): reviews a second in each epoch}, medians of the runs."""
    from pipelines import EPOCHS, PIPELINES, speed
    rates = {(name, cut): [] for cut in CUTS for name in PIPELINES}
    for run in range(runs):
        for (name, cut), found in rates.items():
            found.append(speed(PIPELINES[name], cut, count))
            epochs = "  ".join(f"{rate:,.0f}" for rate in found[-1])
            print(f"run {run + 1}  {name:8} {cut or 'whole'}  {epochs}", flush=True)
    return {kind: [median([run[epoch] for run in found]) for epoch in range(EPOCHS)] for kind, found in rates.items()}


def pipelines_table(speeds, paddings, shares):
    """A row for each pipeline and cut; the GRUs were only trained on cut reviews."""
    from pipelines import EPOCHS
    rows = [[name, f"first {cut} bytes" if cut else "whole", *(f"{rate:,.0f}" for rate in rates),
             f"{paddings[name, cut]:.3f}", f"{shares[name]:.3f}" if cut else ""]
            for (name, cut), rates in speeds.items()]
    epochs = [f"reviews/s, epoch {epoch + 1}" for epoch in range(EPOCHS)]
    return table(["pipeline", "reviews", *epochs, "padding", "share of a GRU's epoch"], rows)


def shown(cut):
    return f"{cut} bytes" if cut else "whole reviews"


def verdicts(speeds):
    """The first two epochs: the course's speed over the tutorial's."""
    return "\n".join(
        verdict(f"{when}, {shown(cut)}: course / tutorial",
                speeds["course", cut][epoch] / speeds["tutorial", cut][epoch], target, at_least=True)
        for epoch, (when, target) in enumerate([("first epoch", 1), ("second epoch", 10)]) for cut in CUTS)


def draw(speeds):
    """Speed in each epoch, a line for each pipeline and cut."""
    import matplotlib.pyplot as plt
    _, axes = plt.subplots(figsize=(7, 3.8))
    for ((name, cut), rates), marker, line in zip(speeds.items(), "o^o^", ["-", "-", "--", "--"], strict=True):
        axes.plot(range(1, len(rates) + 1), rates, marker=marker, linestyle=line, label=f"{name}, {shown(cut)}")
    axes.set(xlabel="epoch", ylabel="reviews per second", yscale="log", xticks=range(1, len(rates) + 1))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    use_corpus()
    from pipelines import PIPELINES, padding, share_of_input, waits, warm_up

    from course_utils import datasets
    count = len(datasets.load_reviews("train").texts)
    warm_up()
    speeds = measure_speeds(runs, count)
    paddings = {(name, cut): padding(name, cut) for name, cut in speeds}
    tuned, untuned = ([wait for _ in range(runs) for wait in waits(how)] for how in (True, False))
    shares = {name: median([share_of_input(make(300)) for _ in range(runs)]) for name, make in PIPELINES.items()}
    draw(speeds)
    save("input", "\n\n".join([
        f"{datasets.corpus_name('reviews')}, {count:,} reviews, batches of 32, medians of {runs} runs",
        pipelines_table(speeds, paddings, shares),
        f"Ending an iterator after 0.7 s of computing: with autotuning {sum(wait > 0.05 for wait in tuned)} of "
        f"{len(tuned)} waited, {max(tuned):.2f} s at most, {sum(tuned) / len(tuned):.3f} s in the mean; "
        f"without {max(untuned):.3f} s at most.",
        verdicts(speeds)]))


if __name__ == "__main__":
    main()
