"""Schematics, drawn from a cell's own arrays, with their numbers on them. Close each with `plots.show`.

One visual language: words and inputs are blue, states orange, gates green, gradients purple, padding grey. A circle is
a number: a gate is filled as far as it is open, any other number has a bar to the right or, if it is negative, to the
left. A grid is a matrix: one field a number, shaded by its size.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle, Wedge
from numpy.typing import ArrayLike

WORD, STATE, GATE, GRADIENT, PADDING = "#0072B2", "#D55E00", "#009E73", "#AA4499", "0.88"
LIGHT = "#DCEBF5"                 # behind words
RADIUS = 0.36
Place = tuple[float, float]


def canvas(left: float, right: float, bottom: float, top: float, inch: float = 1.0) -> Axes:
    """An empty sheet, `inch` inches a unit, on which a circle is a circle."""
    _, axes = plt.subplots(figsize=((right - left) * inch, (top - bottom) * inch))
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.axis("off")
    return axes


def bead(axes: Axes, place: Place, value: float, name: str = "", colour: str = STATE, scale: float = 1.0,
         gate: bool = False, places: int = 3) -> None:
    """A number in a circle, its name below; NaN leaves it empty.  scale: the number whose bar reaches the edge.
    gate: fill it instead.  places: decimal places."""
    x, y = place
    axes.add_patch(Circle(place, RADIUS, fc="white", ec=colour, lw=2, zorder=3))
    axes.text(x, y - RADIUS - 0.17, name, ha="center", va="center", color=colour)
    if np.isnan(value):
        return
    if gate:
        axes.add_patch(Wedge(place, RADIUS, 90 - 360 * value, 90, fc=colour, alpha=0.3, zorder=3))
    else:
        bar(axes, (x, y - 0.2), 0.7 * value / scale, colour)
    axes.text(x, y + 0.02, f"{value:.{places}f}", ha="center", va="center", zorder=4)


def bar(axes: Axes, place: Place, share: float, colour: str) -> None:
    """A bar that begins at a place: to the right, or to the left if its share of the largest (-1 to 1) is negative."""
    axes.add_patch(Rectangle(place, 0.36 * share, 0.07, fc=colour, zorder=3))


def arrow(axes: Axes, start: Place, end: Place, colour: str = "0.4", width: float = 1.3, text: str = "",
          bend: float = 0.0) -> None:
    """From one bead to another, straight or in a bow; `text` beside its middle."""
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, color=colour, lw=width,
                                   shrinkA=27, shrinkB=28, connectionstyle=f"arc3,rad={bend}", zorder=2))
    axes.text((start[0] + end[0]) / 2 + 0.08, (start[1] + end[1]) / 2, text, color=colour, va="center")


def scale_of(*values: float) -> float:
    """The number that a full bar stands for: 1, 2 or 5 times a power of ten, no smaller than any of these."""
    most = float(np.nanmax(np.abs(values))) or 1.0
    power = 10.0 ** np.floor(np.log10(most))
    return next(step * power for step in (1, 2, 5, 10) if most <= step * power * (1 + 1e-9))


def lstm_cell(x: float, h_old: float, c_old: float, gates: Sequence[float], candidate: float, stage: int = 3) -> None:
    """One step of an LSTM with one unit.

    x: the input.  h_old, c_old: the states before.  gates: (forget, input, output), each 0 to 1.
    candidate: after its tanh.  The new states are computed.
    stage: 1 draws what stays of the cell state, 2 also what is taken in, 3 also what is given out.
    """
    f, i, o = gates
    c = f * c_old + i * candidate
    scale = scale_of(x, h_old, c_old, candidate, c)
    axes = canvas(-0.6, 6.9, -0.5, 4.0)
    right = (2, 4, 4)[stage - 1]
    axes.plot([0, right], [3.5, 3.5], color=STATE, alpha=0.15, lw=28, solid_capstyle="round", zorder=1)   # c's path
    axes.plot([0, 0, (2, 4.7, 6.4)[stage - 1]], [2.05, 0.7, 0.7], color="0.92", lw=20, solid_capstyle="round", zorder=0)
    beads = [
        (1, (0, 3.5), c_old, "$c_{t-1}$", STATE), (1, (2, 3.5), f * c_old, r"$f \odot c_{t-1}$", STATE),
        (1, (0, 2.05), h_old, "$h_{t-1}$", STATE), (1, (0, 0.7), x, "$x_t$", WORD),
        (1, (2, 0.7), f, "forget $f$", GATE), (2, (3.3, 0.7), i, "input $i$", GATE),
        (2, (4.7, 0.7), candidate, "candidate $g$", WORD), (2, (4, 2.05), i * candidate, "", STATE),
        (2, (4, 3.5), c, "$c_t$", STATE), (3, (5.2, 3.5), np.tanh(c), r"$\tanh(c_t)$", STATE),
        (3, (6.4, 3.5), o * np.tanh(c), "$h_t$", STATE), (3, (6.4, 0.7), o, "output $o$", GATE)]
    arrows = [
        (1, (0, 3.5), (2, 3.5), STATE, ""), (1, (2, 0.7), (2, 3.25), GATE, "×"), (2, (2, 3.5), (4, 3.5), STATE, ""),
        (2, (3.3, 0.7), (4, 2.05), GATE, ""), (2, (4.7, 0.7), (4, 2.05), WORD, ""),
        (2, (4, 2.05), (4, 3.25), STATE, "+"), (3, (4, 3.5), (5.2, 3.5), STATE, ""),
        (3, (5.2, 3.5), (6.4, 3.5), STATE, ""), (3, (6.4, 0.7), (6.4, 3.25), GATE, "×")]
    for since, place, value, name, colour in beads:
        if since <= stage:
            bead(axes, place, value, name, colour, scale, gate=colour == GATE)
    for since, start, end, colour, text in arrows:
        if since <= stage:
            arrow(axes, start, end, colour, 2 if start[1] == end[1] else 1.3, text)
    if stage > 1:
        axes.text(3.55, 2.05, r"$i \odot g$", color=STATE, ha="right", va="center")
    axes.text(0.5, -0.25, "grey: the gates and $g$ read $x_t$ and $h_{t-1}$", color="0.4", fontsize=9, va="center")


def gru_cell(x: float, h_old: float, update: float, reset: float, candidate: float) -> None:
    """One step of a GRU with one unit.

    x: the input.  h_old: the state before.  update, reset: the gates, 0 to 1.  candidate: after its tanh.
    The new state is computed.
    """
    h = update * h_old + (1 - update) * candidate
    scale = scale_of(x, h_old, candidate, h)
    axes = canvas(-0.6, 6.9, -0.95, 4.0)
    axes.plot([0, 5], [3.5, 3.5], color=STATE, alpha=0.15, lw=28, solid_capstyle="round", zorder=1)
    for place, value, name in (((0, 3.5), h_old, "$h_{t-1}$"), ((2.6, 3.5), update * h_old, r"$u \odot h_{t-1}$"),
                               ((5, 3.5), h, "$h_t$"), ((1.3, 0.7), reset * h_old, r"$r \odot h_{t-1}$"),
                               ((5, 2.05), (1 - update) * candidate, "")):
        bead(axes, place, value, name, STATE, scale)
    axes.plot([0, 0, 5.8], [2.05, 0.7, 0.7], color="0.92", lw=20, solid_capstyle="round", zorder=0)
    bead(axes, (0, 0.7), x, "$x_t$", WORD, scale)
    for place, value, name in (((0, 2.05), reset, "reset $r$"), ((2.6, 0.7), update, "update $u$"),
                               ((4.2, 0.7), 1 - update, "$1 - u$")):
        bead(axes, place, value, name, GATE, gate=True)
    bead(axes, (5.8, 0.7), candidate, "candidate $g$", WORD, scale)
    arrow(axes, (0, 3.5), (2.6, 3.5), STATE, 2)
    arrow(axes, (2.6, 3.5), (5, 3.5), STATE, 2)
    arrow(axes, (0, 2.05), (1.3, 0.7), GATE)
    arrow(axes, (0, 3.5), (1.3, 0.7), STATE)
    arrow(axes, (1.3, 0.6), (5.8, 0.6), STATE, bend=0.38)
    arrow(axes, (2.6, 0.7), (4.2, 0.7))
    arrow(axes, (2.6, 0.7), (2.6, 3.25), GATE, text="×")
    arrow(axes, (4.2, 0.7), (5, 2.05), GATE)
    arrow(axes, (5.8, 0.7), (5, 2.05), WORD)
    arrow(axes, (5, 2.05), (5, 3.25), STATE, text="+")
    axes.text(4.55, 2.05, r"$(1-u) \odot g$", color=STATE, ha="right", va="center")
    axes.text(-0.45, -0.75, "grey: $x_t$ is read by both gates, with $h_{t-1}$, and by $g$, with $r \\odot h_{t-1}$",
              color="0.4", fontsize=9, va="center")


def network(layers: Sequence[ArrayLike], weights: Sequence[ArrayLike], names: Sequence[str],
            deltas: Sequence[ArrayLike] | None = None) -> None:
    """A fully connected network with the values of its neurons, and below each its error signal, if any are given.

    layers: (neurons,) arrays, the input first; NaN is a neuron that has not been computed.
    weights: (neurons, inputs) arrays, one for each layer but the input; a thicker line is a larger weight.
    names: a label for each layer.
    deltas: (neurons,) arrays, one for each layer but the input.
    """
    pitch = 1.25 if deltas else 1.0                                  # room for a line below each neuron
    top = pitch * max(map(len, layers)) / 2
    axes = canvas(-0.6, 2 * len(layers) - 1.4, -top - 0.1, top + 0.5, 0.95)
    places = [[(2 * column, pitch * ((len(values) - 1) / 2 - row)) for row in range(len(values))]
              for column, values in enumerate(layers)]
    heaviest = scale_of(*(np.max(np.abs(matrix)) for matrix in weights))
    for column, matrix in enumerate(weights):
        for row, line in enumerate(matrix):
            for source, weight in enumerate(line):
                ends = np.array([places[column][source], places[column + 1][row]])
                axes.plot(*ends.T, color="0.7", linewidth=3.5 * abs(weight) / heaviest,
                          linestyle="-" if weight >= 0 else ":", zorder=1)
    errors = [None, *(deltas or [None] * len(weights))]
    scale, scale_of_errors = scale_of(*np.concatenate(layers)), scale_of(*np.concatenate(deltas)) if deltas else 1
    for column, (values, error, name) in enumerate(zip(layers, errors, names, strict=True)):
        for row, (place, value) in enumerate(zip(places[column], values, strict=True)):
            bead(axes, place, value, colour=WORD if column == 0 else STATE, scale=scale)
            if error is not None:
                x, y = place[0], place[1] - RADIUS - 0.1
                bar(axes, (x, y), error[row] / scale_of_errors, GRADIENT)
                axes.text(x, y - 0.13, f"{error[row]:.5f}", color=GRADIENT, ha="center", va="center",
                          zorder=5, bbox={"fc": "white", "ec": "none", "pad": 0.5, "alpha": 0.8})
        axes.text(2 * column, top + 0.2, name, ha="center", va="center")


def gathered(signals: ArrayLike, weights: ArrayLike, slope: float) -> None:
    """How a neuron gathers its error signal: from each neuron of the next layer, over its weight to it.

    signals: (neurons,), of the next layer.  weights: (neurons,), from this neuron to each of them.
    slope: of the neuron's activation.
    """
    shares = np.asarray(signals) * np.asarray(weights)
    scale, top = scale_of(*signals, *shares), 0.65 * (len(shares) - 1)
    axes = canvas(-0.6, 6.7, -top - 0.75, top + 0.55)
    for row, (signal, weight, share) in enumerate(zip(signals, weights, shares, strict=True)):
        y = top - 1.3 * row
        bead(axes, (6.2, y), signal, f"$\\delta_{{{row + 1}}}$ of the next layer", GRADIENT, scale, places=4)
        arrow(axes, (6.2, y), (2.4, 0), GRADIENT)
        axes.text(4.55, 0.62 * y + 0.2, f"× {weight:.1f} = {share:.5f}", color=GRADIENT, ha="center", va="center",
                  bbox={"fc": "white", "ec": "none", "pad": 1})
        bar(axes, (4.55, 0.62 * y - 0.07), share / scale, GRADIENT)
    bead(axes, (2.4, 0), shares.sum(), "sum", GRADIENT, scale, places=4)
    bead(axes, (0, 0), shares.sum() * slope, r"$\delta_i$", GRADIENT, scale, places=4)
    arrow(axes, (2.4, 0), (0, 0), GRADIENT)
    axes.text(1.2, 0.15, f"× {slope:.4f}", color=STATE, ha="center", va="center")
    bar(axes, (1.2, -0.1), slope / scale_of(slope), STATE)


def unrolled(x: Sequence[float], h: Sequence[float], factors: Sequence[float] | None = None) -> None:
    """A recurrent network of one unit, a column a step; above it the way of the gradient back, if factors are given.

    x: (steps,), the inputs.  h: (steps + 1,), the states, the first one before the first step.
    factors: (steps,), ∂h_t/∂h_(t−1) for t = 1 … steps.
    """
    steps = len(x)
    axes = canvas(-0.5, 1.5 * steps + 0.5, -0.65, 3.0 if factors is not None else 2.1,
                  min(7.3 / (1.5 * steps + 1), 1.0))
    scale = scale_of(*x, *h)
    for t in range(steps + 1):
        bead(axes, (1.5 * t, 1.5), h[t], f"$h_{{{t}}}$", STATE, scale)
        if t:
            bead(axes, (1.5 * t, 0), x[t - 1], f"$x_{{{t}}}$", WORD, scale)
            arrow(axes, (1.5 * t - 1.5, 1.5), (1.5 * t, 1.5), STATE, 2)
            arrow(axes, (1.5 * t, 0), (1.5 * t, 1.2), WORD, text="$w_x$")
            axes.text(1.5 * t - 0.75, 1.68, "$w_h$", color=STATE, ha="center")
            if factors is not None:
                way = (1.5 * t - 0.2, 2.15), (1.5 * t - 1.3, 2.15)
                width = 3.5 * abs(factors[t - 1]) / scale_of(*factors) + 0.3
                axes.add_patch(FancyArrowPatch(*way, arrowstyle="-|>", mutation_scale=10, color=GRADIENT, lw=width))
                axes.text(1.5 * t - 0.75, 2.6, f"× {factors[t - 1]:.3f}", color=GRADIENT, ha="center")
                bar(axes, (1.5 * t - 0.75, 2.42), factors[t - 1] / scale_of(*factors), GRADIENT)


def field(axes: Axes, place: Place, value: float, scale: float, colour: str = STATE, places: int = 3) -> None:
    """A number in a square whose lower left corner is at `place`, shaded by its size, with its bar."""
    x, y = place
    shade = colour if value >= 0 else "0.35"
    axes.add_patch(Rectangle(place, 0.94, 0.9, fc=shade, alpha=0.45 * min(abs(value) / scale, 1), ec="none"))
    axes.add_patch(Rectangle(place, 0.94, 0.9, fc="none", ec="0.8"))
    axes.add_patch(Rectangle((x + 0.47, y + 0.07), 0.42 * value / scale, 0.08, fc=shade))
    axes.text(x + 0.47, y + 0.5, f"{value:.{places}f}", ha="center", va="center", fontsize=9)


def matrix(values: ArrayLike, rows: Sequence[str], columns: Sequence[str], colour: str = STATE,
           groups: dict[str, int] | None = None, places: int = 3) -> None:
    """A matrix as a grid, a number a field, with its bar: the larger, the darker; negative ones in grey.

    values: (rows, columns).  rows, columns: their labels.  groups: {name: columns}, blocks set apart from left to
    right.  places: decimal places of the numbers.
    """
    values = np.asarray(values, float)
    scale = scale_of(*values.ravel())
    sizes = list((groups or {"": len(columns)}).values())
    block = np.repeat(range(len(sizes)), sizes)                      # (columns,)  which block a column is in
    width = values.shape[1] + 0.3 * (len(sizes) - 1)
    axes = canvas(-1.4, width + 0.1, -len(values) - 0.1, 1.1 if groups else 0.6, min(7.3 / (width + 1.5), 0.9))
    for (row, column), value in np.ndenumerate(values):
        field(axes, (column + 0.3 * block[column], -row - 1), value, scale, colour, places)
    for row, name in enumerate(rows):
        axes.text(-0.12, -row - 0.55, name, ha="right", va="center")
    for column, name in enumerate(columns):
        axes.text(column + 0.3 * block[column] + 0.47, 0.12, name, ha="center", va="center")
    for number, name in enumerate(groups or ()):
        members = np.flatnonzero(block == number)
        axes.text(members.mean() + 0.3 * number + 0.47, 0.7, name, ha="center", va="center", color=GATE)


def batch(ids: ArrayLike, words: Sequence[Sequence[str]]) -> None:
    """A batch as the network gets it: a row a text, a column a step; padding is grey and holds 0.

    ids: (texts, steps) int, 0 for padding.  words: the words of each text, as many as it has.
    """
    ids = np.asarray(ids)
    rows, steps = ids.shape
    scale = scale_of(*ids.ravel())
    axes = canvas(-0.1, 1.5 * steps + 0.1, -rows - 0.05, 0.5, min(7.3 / (1.5 * steps + 0.2), 0.8))
    for (row, step), number in np.ndenumerate(ids):
        x, y = 1.5 * step, -row - 0.95
        axes.add_patch(Rectangle((x, y), 1.42, 0.88, fc=PADDING if number == 0 else LIGHT, ec="white"))
        axes.add_patch(Rectangle((x + 0.1, y + 0.06), 1.2 * number / scale, 0.06, fc=WORD))
        axes.text(x + 0.71, y + 0.3, f"{number}", ha="center", va="center", fontsize=8, color="0.4")
        if step < len(words[row]):
            axes.text(x + 0.71, y + 0.63, words[row][step], ha="center", va="center", fontsize=9, color=WORD)
    share = f"padding: {(ids == 0).mean():.2f} of the fields"
    axes.text(1.5 * steps, 0.25, share, ha="right", color="0.35", fontsize=9)


def look_up(table: ArrayLike, names: Sequence[str], chosen: Sequence[int]) -> None:
    """Word vectors as rows of a table, and the rows that a sentence takes out of it, in its order.

    table: (words, numbers).  names: of its rows.  chosen: the ids of the sentence.
    """
    table = np.asarray(table, float)
    rows, width, scale = max(len(table), len(chosen)), table.shape[1], scale_of(*np.ravel(table))
    axes = canvas(-1.5, 2 * width + 3.6, -rows - 0.1, 0.6, 7.4 / (2 * width + 5.1))
    for row, name in enumerate(names):
        axes.text(-0.15, -row - 0.55, f"{name}  {row}", ha="right", va="center", color=WORD)
        for column, value in enumerate(table[row]):
            field(axes, (column, -row - 1), value, scale, WORD, places=2)
    start = width + 2.6
    for row, number in enumerate(chosen):
        axes.text(start - 0.15, -row - 0.55, names[number], ha="right", va="center", color=WORD)
        axes.plot([width, start - 1.25], [-number - 0.55, -row - 0.55], color=WORD, alpha=0.4, lw=2)
        for column, value in enumerate(table[number]):
            field(axes, (start + column, -row - 1), value, scale, WORD, places=2)
    axes.text(0, 0.25, "the table", color="0.4")
    axes.text(start, 0.25, "the sentence", color="0.4")


def window(words: Sequence[str], place: int, size: int) -> None:
    """A word of a sentence and its neighbours: which words stand within its window.

    words: of the sentence.  place: of the word in the middle.  size: how many words to each side.
    """
    axes = canvas(-0.2, 1.5 * len(words) + 0.2, -0.75, 1.5, 7.4 / (1.5 * len(words) + 0.4))
    for step, word in enumerate(words):
        near = 0 < abs(step - place) <= size
        axes.add_patch(Rectangle((1.5 * step, 0), 1.42, 0.8, ec=STATE if step == place else "white", lw=2.5,
                                 fc=LIGHT if near or step == place else PADDING))
        axes.text(1.5 * step + 0.71, 0.4, word, ha="center", va="center", color=WORD if near else "0.2")
        axes.text(1.5 * step + 0.71, -0.35, f"{step - place:+d}" if step != place else "0", ha="center", color="0.4")
        if near:
            axes.add_patch(FancyArrowPatch((1.5 * place + 0.71, 0.85), (1.5 * step + 0.71, 0.85), arrowstyle="-|>",
                                           mutation_scale=12, color=STATE, shrinkA=4, shrinkB=4,
                                           connectionstyle=f"arc3,rad={-0.35 if step > place else 0.35}"))


def sliding_filter(words: Sequence[str], outputs: ArrayLike, width: int) -> None:
    """A filter that slides over a sentence: what it gives at each place; its place of the largest output is framed.

    words: of the sentence.  outputs: (len(words) - width + 1,).  width: of the filter, in words.
    """
    outputs = np.asarray(outputs, float)
    best, scale = int(np.argmax(outputs)), scale_of(*outputs)
    axes = canvas(-0.2, 1.5 * len(words) + 0.2, -2.0, 1.3, 7.4 / (1.5 * len(words) + 0.4))
    for step, word in enumerate(words):
        axes.add_patch(Rectangle((1.5 * step, 0.2), 1.42, 0.8, fc=LIGHT, ec="white"))
        axes.text(1.5 * step + 0.71, 0.6, word, ha="center", va="center", color=WORD)
    axes.add_patch(Rectangle((1.5 * best - 0.05, 0.1), 1.5 * width, 1.0, fc="none", ec=GATE, lw=2.5))
    for place, value in enumerate(outputs):
        middle = 1.5 * (place + width / 2)
        axes.plot([1.5 * place + 0.2, middle, 1.5 * (place + width) - 0.25], [0.1, -0.75, 0.1],
                  color=GATE if place == best else "0.8", lw=2 if place == best else 1, zorder=1)
        bead(axes, (middle, -1.1), value, "largest" if place == best else "", GATE if place == best else "0.5", scale)


def lattice(scores: ArrayLike, pairs: ArrayLike, rows: Sequence[str], columns: Sequence[str],
            path: Sequence[int]) -> None:
    """A lattice of states: a column a step, a row a state, and the best path through it.

    scores: (steps, states), the best score of a path that ends there.  pairs: (states, states), from and to; what has
    -inf in either is left out.  rows: the states.  columns: the steps.  path: (steps,), the best path's states.
    """
    scores = np.asarray(scores, float)
    steps, states = scores.shape
    finite = scores[np.isfinite(scores)]
    scale = scale_of(*finite)
    axes = canvas(-1.2, 1.7 * steps - 0.9, -1.15 * states + 0.35, 1.2, min(7.3 / (1.7 * steps + 0.3), 0.9))
    for step in range(steps):
        axes.text(1.7 * step, 0.8, columns[step], ha="center", va="center", color=WORD)
        for state in range(states):
            for before in range(states if step else 0):
                best = path[step - 1] == before and path[step] == state
                if not np.isfinite(scores[step - 1, before] + pairs[before][state] + scores[step, state]):
                    continue
                axes.plot([1.7 * step - 1.7, 1.7 * step], [-1.15 * before, -1.15 * state], zorder=1,
                          color=STATE if best else "0.85", lw=3 if best else 0.8)
            if np.isfinite(scores[step, state]):
                colour = STATE if path[step] == state else "0.6"
                bead(axes, (1.7 * step, -1.15 * state), scores[step, state], "", colour, scale, places=2)
    for state, name in enumerate(rows):
        axes.text(-0.55, -1.15 * state, name, ha="right", va="center")


def ring(sizes: ArrayLike, what: str) -> None:
    """Workers in a ring, each of which sends to the next one.

    sizes: (workers,), how much each sends in a turn.  what: its name and unit.
    """
    sizes = np.asarray(sizes, float)
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(sizes)) / len(sizes)
    axes, scale = canvas(-3.6, 3.6, -2.5, 2.6, 0.9), scale_of(*sizes)
    places = [(1.7 * np.cos(angle), 1.7 * np.sin(angle)) for angle in angles]
    for number, (place, size) in enumerate(zip(places, sizes, strict=True)):
        following = places[(number + 1) % len(places)]
        arrow(axes, place, following, GRADIENT, 2, bend=-0.25)
        bead(axes, place, size, "", GRADIENT, scale, places=2)
        x, y = 1.6 * place[0], 1.32 * place[1]
        axes.text(x, y, f"worker {number + 1}", ha="center", va="center", color=GRADIENT)
    axes.text(0, 0, what, ha="center", va="center", color=GRADIENT, fontsize=9)


def journey(stages: dict[str, Sequence[str | int]]) -> None:
    """A text on its way to the network, a row a stage: a box for each of its parts, those that are 0 in grey.

    stages: {name: parts}, from top to bottom; a part is a piece of text or an id.
    """
    widest = max(sum(len(str(part)) + 2 for part in parts) for parts in stages.values())
    axes = canvas(-0.42 * widest, widest, -2.2 * len(stages) + 0.6, 1.5, 7.4 / (1.42 * widest))
    for row, (name, parts) in enumerate(stages.items()):
        x, y = 0.0, -2.2 * row
        axes.text(-0.6, y + 0.6, name, ha="right", va="center", color="0.35")
        for part in parts:
            width = len(str(part)) + 1.6 if len(parts) > 1 else widest
            is_id = not isinstance(part, str)
            axes.add_patch(Rectangle((x, y), width, 1.2, fc=PADDING if is_id and part == 0 else LIGHT, ec="white"))
            axes.text(x + width / 2, y + 0.6, str(part), ha="center", va="center", color=STATE if is_id else WORD,
                      fontsize=9)
            x += width + 0.4
        if row:
            axes.add_patch(FancyArrowPatch((1.2, y + 2.2), (1.2, y + 1.2), arrowstyle="-|>", mutation_scale=12,
                                           color="0.4"))


def text_cnn(words: Sequence[str], maps: ArrayLike, weights: ArrayLike, output: float) -> None:
    """A network with filters and pooling over time: a feature map a column, its largest answer, one output.

    words: of the sentence, at which the answers end.  maps: (words, filters), after ReLU.  weights: (filters,), of the
    maxima in the output.  output: its net input.
    """
    maps, weights = np.asarray(maps, float), np.asarray(weights, float)
    steps, filters = maps.shape
    scale, most = scale_of(*maps.ravel()), np.abs(weights).max()
    axes = canvas(-1.9, 1.6 * filters + 0.2, -steps - 3.7, 0.7, 0.75)
    end = 0.8 * filters - 0.3, -steps - 3.0
    for step, word in enumerate(words):
        axes.text(-0.15, -step - 0.55, word, ha="right", va="center", color=WORD)
    for column in range(filters):
        axes.text(1.6 * column + 0.47, 0.25, f"filter {column + 1}", ha="center", color="0.35", fontsize=9)
        best = int(maps[:, column].argmax())
        for step in range(steps):
            field(axes, (1.6 * column, -step - 1), maps[step, column], scale, places=2)
        axes.add_patch(Rectangle((1.6 * column, -best - 1), 0.94, 0.9, fc="none", ec=GATE, lw=2.5, zorder=3))
        place = 1.6 * column + 0.47, -steps - 1.1
        axes.add_patch(FancyArrowPatch((place[0], -steps), (place[0], place[1] + 0.38), arrowstyle="-|>",
                                       mutation_scale=10, color=GATE))
        bead(axes, place, maps[best, column], "", GATE, scale, places=2)
        arrow(axes, place, end, STATE, 0.5 + 2.5 * abs(weights[column]) / most)
        beside = place[0] + (-1.0 if 2 * column < filters - 1 else 0.45)
        axes.text(beside, place[1] - 0.55, f"× {weights[column]:.2f}", color=STATE, fontsize=9)
        bar(axes, (beside, place[1] - 0.75), weights[column] / scale_of(*weights), STATE)
    axes.text(-0.15, -steps - 1.1, "largest", ha="right", va="center", color=GATE)
    bead(axes, end, output, "", STATE, scale_of(output), places=2)
    axes.text(end[0] - 0.5, end[1], "output", ha="right", va="center", color=STATE)


def mask_way(stages: dict[str, ArrayLike | None]) -> None:
    """A mask on its way through layers, a row a layer: green is a word, grey is padding; an empty row has lost it.

    stages: {layer: mask (steps,) bool, or None where there is none}.
    """
    steps = max(len(np.ravel(mask)) for mask in stages.values() if mask is not None)
    axes = canvas(-4.6, 1.2 * steps + 2.4, -1.5 * len(stages) + 0.5, 1.1, 7.4 / (1.2 * steps + 7.0))
    for row, (name, mask) in enumerate(stages.items()):
        y = -1.5 * row
        axes.text(-0.3, y + 0.4, name, ha="right", va="center")
        for step in range(steps):
            known = mask is not None
            shade = (GATE if np.ravel(mask)[step] else PADDING) if known else "white"
            axes.add_patch(Rectangle((1.2 * step, y), 1.1, 0.8, fc=shade, ec="white" if known else "0.6",
                                     alpha=0.7 if known else 1, ls="-" if known else ":"))
        if mask is None:
            axes.text(1.2 * steps + 0.1, y + 0.4, "no mask", va="center", color="0.35")
        if row:
            axes.add_patch(FancyArrowPatch((0.6 * steps, y + 1.5), (0.6 * steps, y + 0.8), arrowstyle="-|>",
                                           mutation_scale=12, color="0.4", zorder=3))


def two_directions(words: Sequence[str], forward: ArrayLike, backward: ArrayLike) -> None:
    """A network of one unit in each direction, a column a word.

    words: of the sentence.  forward, backward: (words,), the states at each word.
    """
    steps, scale = len(words), scale_of(*forward, *backward)
    axes = canvas(-2.1, 1.8 * steps - 0.7, -0.6, 3.9, 7.4 / (1.8 * steps + 1.4))
    for y, name, colour in ((0, "words", WORD), (1.6, "forward", STATE), (3.2, "backward", GRADIENT)):
        axes.text(-0.75, y, name, ha="right", va="center", color=colour)
    for step, word in enumerate(words):
        x = 1.8 * step
        axes.text(x, 0, word, ha="center", va="center", color=WORD)
        arrow(axes, (x, -0.2), (x, 1.5), WORD)
        arrow(axes, (x, -0.1), (x, 3.2), WORD, 0.8, bend=-0.35)
        bead(axes, (x, 1.6), forward[step], "", STATE, scale)
        bead(axes, (x, 3.2), backward[step], "", GRADIENT, scale)
        if step:
            arrow(axes, (x - 1.8, 1.6), (x, 1.6), STATE, 2)
            arrow(axes, (x, 3.2), (x - 1.8, 3.2), GRADIENT, 2)


def dropped(states: ArrayLike, kept: ArrayLike) -> None:
    """Units that hand a number on from step to step; a connection that is dropped is dotted and grey.

    states: (steps + 1, units), the first row before the first step.  kept: (steps, units) bool.
    """
    states, kept = np.asarray(states, float), np.asarray(kept, bool)
    steps, units = kept.shape
    scale = scale_of(*states.ravel())
    axes = canvas(-1.6, 1.5 * steps + 0.5, 0.5 - 1.05 * units, 0.95, 7.3 / (1.5 * steps + 2.1))
    for (t, unit), value in np.ndenumerate(states):
        x, y = 1.5 * t, -1.05 * unit
        bead(axes, (x, y), value, colour=STATE, scale=scale, places=2)
        if t and kept[t - 1, unit]:
            arrow(axes, (x - 1.5, y), (x, y), STATE, 2)
        elif t:
            axes.plot([x - 1.05, x - 0.45], [y, y], color="0.55", ls=":", lw=2)
    for t in range(steps + 1):
        axes.text(1.5 * t, 0.68, f"$h_{{{t}}}$", color=STATE, ha="center")
    for unit in range(units):
        axes.text(-0.6, -1.05 * unit, f"unit {unit + 1}", color=STATE, ha="right", va="center")


def spans(words: Sequence[str], tags: Sequence[str], truth: Sequence[tuple[int, int, str]]) -> None:
    """A sentence in boxes, the tag of each word below it, and a bracket with its kind over each name.

    truth: the names, as (start, end, kind), the end not included.
    """
    axes = canvas(-0.1, 1.5 * len(words) + 0.1, -0.55, 1.75, 7.4 / (1.5 * len(words) + 0.2))
    for step, (word, tag) in enumerate(zip(words, tags, strict=True)):
        colour = PADDING if tag == "O" else LIGHT
        axes.add_patch(Rectangle((1.5 * step, 0), 1.42, 0.7, fc=colour, ec="white"))
        axes.text(1.5 * step + 0.71, 0.35, word, ha="center", va="center", color=WORD, fontsize=8)
        axes.text(1.5 * step + 0.71, -0.25, tag, ha="center", va="center", fontsize=8,
                  color="0.5" if tag == "O" else GATE)
    for start, end, kind in truth:
        left, right = 1.5 * start + 0.06, 1.5 * end - 0.14
        axes.plot([left, left, right, right], [0.8, 0.95, 0.95, 0.8], color=GATE, lw=2)
        axes.text((left + right) / 2, 1.25, kind, ha="center", va="center", color=GATE, fontsize=9)


def cuts(signs: Sequence[str], costs: dict[tuple[int, int], float], best: Sequence[tuple[int, int]]) -> None:
    """The words that a dictionary knows in a sentence without blanks, each below its signs; the best cut is framed.

    signs: of the sentence; give a pronunciation, since a machine may have no font for Chinese ones.
    costs: {(begin, end): cost} of each word, the end not included.  best: those of the best cut.
    """
    filled, rows = [], {}                                            # up to where each row is; the row of each word
    for begin, end in sorted(costs, key=lambda word: (word[1] - word[0], word)):
        rows[begin, end] = next((row for row, last in enumerate(filled) if last <= begin), len(filled))
        filled[rows[begin, end]:rows[begin, end] + 1] = [end]
    width, scale = 1.6, scale_of(*costs.values())
    axes = canvas(-0.1, width * len(signs) + 0.1, -len(filled) - 0.05, 1.1, 7.4 / (width * len(signs) + 0.2))
    for step, sign in enumerate(signs):
        axes.add_patch(Rectangle((width * step, 0.15), width - 0.1, 0.8, fc=LIGHT, ec="white"))
        axes.text(width * step + 0.75, 0.55, sign, ha="center", va="center", color=WORD)
    for (begin, end), row in rows.items():
        cost, chosen, x = costs[begin, end], (begin, end) in best, width * begin
        colour = STATE if chosen else "0.6"
        axes.add_patch(Rectangle((x, -row - 0.9), width * (end - begin) - 0.1, 0.8, fc="white", ec=colour,
                                 lw=2.5 if chosen else 1, zorder=2 + chosen))
        axes.text(x + 0.15, -row - 0.42, f"{cost:.2f}", va="center", zorder=4, fontsize=9, color=colour)
        axes.add_patch(Rectangle((x + 0.15, -row - 0.8), 1.2 * cost / scale, 0.09, fc=colour, zorder=4))


def attention(words: Sequence[str], weights: ArrayLike, chosen: int) -> None:
    """Who is listened to by one word: an arrow from each, as thick as its weight.

    words: of the sentence.  weights: (words,), sum 1.  chosen: the place of the word that gets a new vector.
    """
    axes = canvas(-0.9, 1.5 * len(words) + 0.2, -0.95, 2.75, 7.4 / (1.5 * len(words) + 1.1))
    for place, (word, weight) in enumerate(zip(words, weights, strict=True)):
        arrow(axes, (1.5 * place, -0.4), (1.5 * chosen, 2.6), STATE, 9 * weight + 0.3)
        axes.text(1.5 * place, -0.3, word, ha="center", va="center", color=WORD)
        axes.text(1.5 * place, -0.7, f"{weight:.3f}", ha="center", va="center", color=STATE)
    axes.text(1.5 * chosen, 2.55, f"new vector of {words[chosen]!r}", ha="center", va="center", color=STATE)


def encoder_block(stages: dict[str, ArrayLike], past: Sequence[tuple[int, int]]) -> None:
    """What becomes of the vector of one word, a row a stage.

    stages: {name: (n,)}.  past: pairs (from, to) of rows, between which the vector also goes past the rows between.
    """
    values = np.asarray(list(stages.values()))
    width, scale = values.shape[1], scale_of(*values.ravel())
    axes = canvas(-3.6, width + 1.6, -1.5 * len(stages) + 0.4, 1.1, 7.4 / (width + 5.2))
    for row, (name, vector) in enumerate(stages.items()):
        axes.text(-0.2, 0.45 - 1.5 * row, name, ha="right", va="center")
        for column, value in enumerate(vector):
            field(axes, (column, -1.5 * row), value, scale, places=2)
        if row:
            axes.add_patch(FancyArrowPatch((width / 2, 1.5 - 1.5 * row), (width / 2, 0.9 - 1.5 * row),
                                           arrowstyle="-|>", mutation_scale=12, color="0.4"))
    for start, end in past:
        axes.plot([width + 0.1, width + 0.8, width + 0.8], [0.45 - 1.5 * start] * 2 + [0.45 - 1.5 * end], color=GATE)
        axes.add_patch(FancyArrowPatch((width + 0.8, 0.45 - 1.5 * end), (width, 0.45 - 1.5 * end), arrowstyle="-|>",
                                       mutation_scale=12, color=GATE))
