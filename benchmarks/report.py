"""Writes benchmarks/README.md and its figures from the stored scores, data/results/benchmark_*.csv.

    python benchmarks/report.py
"""

from statistics import median

import matplotlib
import numpy as np
from common import HERE, fingerprint

from course_utils import experiments

GOAL, BUDGETS = 0.84, (5, 30, 120)               # an accuracy; seconds
LSTM = "LSTM, fifth source"
PAIRS, TRIPLES = "a number for each word and pair (07)", "a number for each word, pair and triple (07)"
RECURRENT = "stacked GRU (11)", "bidirectional GRU (12)", "convolution, then a GRU in both directions"
MIXTURE = "mixture of the last two"
LEGEND = ("Accuracy against seconds, a point for each epoch: published networks dotted and grey, what counts or "
          "averages words blue, what reads their order orange, the mixture black.")
SIZES = "scale", "length", "workers"


def table(head, rows):
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [head, ["---"] * len(head), *rows])


def target(what, value, bound, at_least=False, places=3):
    """A row of a table of targets: a figure, its bound, whether it is met."""
    met = value >= bound if at_least else value <= bound
    return [what, f"{value:.{places}f}", f"at {'least' if at_least else 'most'} {bound:.3g}: "
            + ("met" if met else "**missed**")]


def read(name):
    """The stored scores of a benchmark, or None, and a line on where they are from."""
    try:
        found = experiments.read(f"benchmark_{name}")
    except experiments.DataError:
        return None, f"Not measured yet: `python benchmarks/{'sizes' if name in SIZES else name}.py`."
    old = "" if found.head["fingerprint"] == fingerprint(name) else " **The code has changed since.**"
    runs = len({run for _, run in found.rows})
    many = f"Medians of {runs} runs" if runs > 1 else "One run"
    return found, f"{many} on {found.head['processor']}; {found.head['versions']}.{old}"



# Training.

def curves(found):
    """{system: (seconds, accuracy)}, each of shape (runs, epochs)."""
    systems = {}
    for condition in found.conditions:
        systems.setdefault(condition.rsplit(", epoch ", 1)[0], []).append(condition)
    return {name: [np.stack([found.values(one, what) for one in epochs], axis=1) for what in ("seconds", "accuracy")]
            for name, epochs in systems.items()}


def to_goal(seconds, accuracy):
    """Seconds until the first epoch that reaches GOAL, the median of the runs; infinite if most never do."""
    reached = [next((taken for taken, score in zip(*run, strict=True) if score >= GOAL), np.inf)
               for run in zip(seconds, accuracy, strict=True)]
    return median(reached)


def within(seconds, accuracy, budget):
    """The accuracy that is there after so many seconds, the median of the runs; 0 if most have none."""
    return median([max([0.0, *score[taken <= budget][-1:]]) for taken, score in zip(seconds, accuracy, strict=True)])


def training_rows(systems, prepared):
    rows = []
    for name, (seconds, accuracy) in systems.items():
        last, goal = accuracy[:, -1], to_goal(seconds, accuracy)
        early = [within(seconds, accuracy, budget) for budget in BUDGETS]
        rows.append([name, f"{median(prepared[name]):.1f}", f"{median(seconds[:, -1]) - median(prepared[name]):.1f}",
                     seconds.shape[1], f"{median(last):.3f}", f"{last.min():.3f} to {last.max():.3f}",
                     f"{goal:.1f}" if np.isfinite(goal) else "never",
                     *(f"{score:.3f}" if score else "none" for score in early)])
    return rows


def training_targets(systems):
    last = {name: median(accuracy[:, -1]) for name, (_, accuracy) in systems.items()}
    whole = {name: median(seconds[:, -1]) for name, (seconds, _) in systems.items()}
    best = max(RECURRENT, key=last.get)
    soonest = min(to_goal(*one) for name, one in systems.items() if not is_published(name))
    return table(["what", "measured", "target"], [
        target(f"accuracy of {TRIPLES}", last[TRIPLES], 0.917, True),
        target("its seconds from raw text, in those of the LSTM's five epochs", whole[TRIPLES] / whole[LSTM], 1 / 3),
        target(f"accuracy of {PAIRS}", last[PAIRS], 0.907, True),
        target("its seconds, in those of the LSTM's five epochs", whole[PAIRS] / whole[LSTM], 1 / 20),
        target(f"accuracy of the best recurrent network ({best})", last[best], 0.9, True),
        target("accuracy of the mixture", last[MIXTURE], 0.923, True),
        target(f"seconds to {GOAL}, in those of the LSTM", soonest / to_goal(*systems[LSTM]), 1 / 20)])


def winners(systems):
    """A row for each budget: what is most accurate after so many seconds, the texts' preparation included; the first
    one that is ready, if none is yet."""
    first, quickest = min((median(seconds[:, 0]), name) for name, (seconds, _) in systems.items())
    rows = []
    for budget in BUDGETS:
        score, name = max((within(*one, budget), name) for name, one in systems.items())
        late = f"nothing is ready; the first is {quickest}, after {first:.1f} seconds"
        rows.append([f"{budget} seconds", name if score else late, f"{score:.3f}" if score else ""])
    return rows


def is_published(name):
    """Whether a system is a tutorial's or an example's, not the course's."""
    return "source" in name or "keras-io" in name


def draw(systems, path):
    """Accuracy against seconds, a point an epoch: published networks grey, what counts or averages words blue, what
    reads their order orange. The best accuracy after each budget stands in the figure."""
    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(8, 5.2), layout="constrained")
    for number, (name, (seconds, accuracy)) in enumerate(systems.items()):
        published = is_published(name)
        counts = any(part in name for part in ("number", "TF-IDF", "averaged", "hashed"))
        colour = "0.55" if published else "black" if "mixture" in name else "#0072B2" if counts else "#D55E00"
        axes.plot(np.median(seconds, axis=0), np.median(accuracy, axis=0), linewidth=1.2, markersize=6,
                  marker="osD^vP*X<>phd8s"[number % 15], linestyle=":" if published else "-",
                  color=colour, label=name)
    for budget, (*_, score) in zip(BUDGETS, winners(systems), strict=True):
        axes.axvline(budget, color="0.8", zorder=0)
        axes.annotate(f"{budget} s: {score or 'nothing'}", (budget, 0.702), rotation=90, fontsize=9, ha="right")
    axes.set(xscale="log", xlabel="seconds, preparation of the texts included (logarithmic)", ylim=(0.7, 0.94),
             ylabel="accuracy on the test set", xticks=[2, 5, 10, 30, 60, 120, 300])
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    figure.legend(loc="outside lower center", fontsize=8, ncols=2)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def training(found):
    systems = curves(found)
    prepared = {name: found.values(f"{name}, epoch 1", "prepared") for name in systems}
    head = ["system", "preparing", "training", "epochs", "accuracy", "lowest to highest", f"seconds to {GOAL}",
            *(f"after {budget} s" for budget in BUDGETS)]
    return "\n\n".join([
        table(["with", "use", "accuracy"], winners(systems)), f"![{LEGEND}](training.png)",
        table(head, training_rows(systems, prepared)), training_targets(systems)])


def road(found):
    rows = [[one, f"{values.mean():.4f}", f"{values.min():.4f} to {values.max():.4f}"]
            for one in found.conditions for values in [found.values(one)]]
    return table(["what was tried", "accuracy, mean", "lowest to highest"], rows)


# Input.

def input_(found):
    middle = lambda condition, what: median(found.values(condition, what))
    epochs = [f"epoch {number}" for number in (1, 2, 3)]
    rows = [[*condition.split(", "), *(f"{middle(condition, epoch):.2f}" for epoch in epochs),
             f"{middle(condition, 'padding'):.3f}", f"{middle(condition, 'peak'):,.0f}"]
            for condition in found.conditions]
    ratio = lambda what, cut: middle(f"tutorial, {cut}", what) / middle(f"course, {cut}", what)
    cuts = "first 300 bytes", "whole"
    targets = [target(f"{epoch}, {cut}: times as fast as the tutorial", ratio(epoch, cut), bound, True, 2)
               for epoch, bound in (("epoch 1", 1), ("epoch 2", 10)) for cut in cuts]
    targets += [target(f"padding, {cut}", middle(f"course, {cut}", "padding"), 0.01) for cut in cuts]
    targets += [target(f"peak of memory, {cut}, in the tutorial's", 1 / ratio("peak", cut), 1) for cut in cuts]
    head = ["pipeline", "reviews", *(f"{epoch}, seconds" for epoch in epochs), "padding", "peak, MB"]
    return "\n\n".join([table(head, rows), table(["what", "measured", "target"], targets)])


# Sizes.

def exponent(sizes, values):
    """p of values ~ sizes^p, by least squares of the logarithms."""
    return np.polyfit(np.log(sizes), np.log(values), 1)[0]


def scale(found):
    counts = [int(condition.split()[0]) for condition in found.conditions]
    columns = {what: [median(found.values(one, what)) for one in found.conditions]
               for what in ("seconds", "peak", "steps")}
    rows = [[f"{count:,}", f"{seconds:.1f}", f"{peak:,.0f}", f"{steps:.1f}"]
            for count, seconds, peak, steps in zip(counts, *columns.values(), strict=True)]
    rows.append(["exponent", *(f"{exponent(counts, values):.2f}" for values in columns.values())])
    return table(["reviews", "seconds of a pass", "peak, MB", "steps a second"], rows)


def length(found):
    kinds = list(dict.fromkeys(condition.split(", ")[0] for condition in found.conditions))
    lengths = sorted({int(condition.split(", ")[1]) for condition in found.conditions})
    taken = {kind: [median(found.values(f"{kind}, {words}", "milliseconds")) for words in lengths] for kind in kinds}
    rows = [[kind, *(f"{one:.1f}" for one in values), f"{exponent(lengths[-3:], values[-3:]):.2f}"]
            for kind, values in taken.items()]
    return table(["milliseconds at", *map(str, lengths), "exponent of the last three"], rows)


def workers(found):
    rows = [[one, f"{median(found.values(one, 'seconds')):.1f}",
             "" if "killed" in one else f"{1000 * median(found.values(one, 'step')):.0f}"] for one in found.conditions]
    return table(["workers", "seconds for 120 steps", "milliseconds a step"], rows)


def suite(found):
    middle = {one: median(found.values(one, "seconds")) for one in found.conditions}
    whole = [name for name in middle if not name.startswith(("notebooks", "tests."))]
    slowest = sorted((name for name in middle if name not in whole), key=middle.get, reverse=True)[:15]
    rows = [[name, f"{middle[name]:.0f}"] for name in [*whole, *slowest]]
    chapters, others = middle["compare all chapters"], middle["all other quick tests"]
    longest = max(seconds for name, seconds in middle.items() if name.startswith("notebooks"))
    targets = [target("comparison, in times of the floor", chapters / middle["floor"], 3),
               target("all chapters, seconds", chapters, 200, places=0),
               target("the longest chapter, seconds", longest, 20, places=0),
               target("everything except the chapters, seconds", others, 120, places=0),
               target("`make test`, seconds", chapters + others, 300, places=0)]
    return "\n\n".join([table(["what", "seconds"], rows), table(["what", "measured", "target"], targets)])


def page():
    """README.md as text: its words from report.md, each {name} filled from the stored scores."""
    parts = {"training": training, "road": road, "input": input_, "scale": scale, "length": length,
             "workers": workers, "suite": suite}
    text = (HERE / "report.md").read_text("utf-8")
    for name, part in parts.items():
        found, line = read(name)
        text = text.replace(f"{{{name}}}", f"{line}\n\n{part(found)}" if found else line)
    return text


if __name__ == "__main__":
    scores, _ = read("training")
    if scores:
        draw(curves(scores), HERE / "training.png")
    (HERE / "README.md").write_text(page(), encoding="utf-8")
    print("benchmarks/README.md")
