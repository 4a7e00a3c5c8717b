"""The figures of the chapters. Each is closed by `show`, whose caption says in words and numbers what it shows."""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from IPython.display import HTML

    from .experiments import Results

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]   # Okabe and Ito 2008


MARKERS = "os^Dv<>"


def set_style() -> None:
    """The style of all figures of the course."""
    plt.rcParams.update({
        "axes.prop_cycle": plt.cycler(color=COLOURS), "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False, "figure.figsize": (7, 3.5), "figure.dpi": 100,
        "figure.constrained_layout.use": True, "font.size": 10, "legend.frameon": False,
    })

FIGURE = "application/vnd.course.figure+json"      # the numbers of a figure, beside its picture


def show(caption: str) -> None:
    """Show the current figure and print its caption: for readers who cannot see it, and for the tests, which compare
    it. In a notebook the numbers of `digest` go with the picture; a script without a screen only draws it."""
    figure = plt.gcf()
    figure._repr_mimebundle_ = lambda **_: {FIGURE: digest(figure)}    # Jupyter asks for it when it shows the figure
    if plt.get_backend().lower() == "agg":
        figure.canvas.draw()
    else:
        plt.show()
    print(f"Figure: {caption}")


def digest(figure: Figure) -> list[dict]:
    """What each axes of a figure holds: {kind: {"count", "x", "y"}}; x and y are the smallest number, the mean and the
    largest of all artists of this kind, as the axis scales them (on a logarithmic one, the powers of ten). Of images
    and contours: the values. "numbers": those written on a drawing (axes that are off), in order. No other text and no
    label: their number and their room depend on the fonts of the machine."""
    found = []
    for axes in figure.axes:
        contours = [one for one in axes.collections if isinstance(one, ContourSet)]
        scatters = [one for one in axes.collections if isinstance(one, PathCollection)]
        others = [one for one in axes.collections if one not in contours + scatters and len(one.get_paths())]
        points = {
            "lines": [line.get_xydata() for line in axes.lines],
            "bars": [patch.get_patch_transform().transform(patch.get_path().vertices) for patch in axes.patches
                     if not isinstance(patch, FancyArrowPatch)],             # an arrow's outline follows the layout
            "points": [one.get_offsets() for one in scatters],
            "shapes": [np.concatenate([path.vertices for path in one.get_paths()]) for one in others],
        }
        values = {
            "images": [image.get_array() for image in axes.images],
            "contours": [[one.zmin, *one.levels, one.zmax] for one in contours],
        }
        held = {kind: {"count": len(all_of), "values": extent(joined(all_of, -1))}
                for kind, all_of in values.items() if all_of}
        for kind, all_of in points.items():
            if all_of:
                x, y = axes.transScale.transform(joined(all_of, (-1, 2))).T
                held[kind] = {"count": len(all_of), "x": extent(x), "y": extent(y)}
        written = [] if axes.axison else [text.get_text() for text in axes.texts]
        numbers = [float(number) for text in written for number in re.findall(r"-?\d+\.\d+", text)]
        found.append(held | ({"numbers": numbers} if numbers else {}))
    return found


def joined(arrays: Iterable[ArrayLike], shape: int | tuple[int, ...]) -> np.ndarray:
    """All arrays behind each other, each in this shape; nan where a number is masked."""
    return np.concatenate([np.ma.filled(np.ma.asarray(array, float), np.nan).reshape(shape) for array in arrays])


def extent(values: ArrayLike) -> list[float]:
    """The smallest, the mean and the largest of the finite numbers among these, to six digits and nine places."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    numbers = (values.min(), values.mean(), values.max()) if len(values) else ()
    return [float(f"{round(float(number), 9) + 0.0:.6g}") for number in numbers]       # + 0.0: no -0.0


def tangents(z: ArrayLike, curves: dict[str, tuple[Callable, Callable]], places: Sequence[float],
             ylabel: str = "value") -> None:
    """Functions of one number, a panel each, with pieces of straight lines that have their slopes at some places.

    z: (points,).  curves: {name: (function, its slope)}.  places: where on the axis.
    """
    _, panels = plt.subplots(1, len(curves), figsize=(max(2.7 * len(curves), 5), 3), squeeze=False)
    for axes, (name, (function, slope)) in zip(panels[0], curves.items(), strict=True):
        axes.plot(z, function(np.asarray(z)), linewidth=2)
        for place in places:
            height, rise = float(function(place)), float(slope(place))
            reach = 1.2 / np.hypot(1, rise)                                     # all pieces are equally long
            axes.plot([place - reach, place + reach], [height - reach * rise, height + reach * rise],
                      color=COLOURS[1], linewidth=2)
            axes.plot([place], [height], "o", color=COLOURS[1], markersize=4)
            axes.annotate(f"{round(rise, 2) + 0.0:.2f}", (place, height), (6, 5 if rise < 0 else -13),
                          textcoords="offset points", color=COLOURS[1])
        axes.set(xlabel="z", ylabel=ylabel if axes is panels[0, 0] else "", title=name if len(curves) > 1 else "")


def descents(function: Callable, paths: dict[str, np.ndarray], xlabel: str) -> None:
    """Walks down a function of one number, a panel each: the curve, and on it the points of the walk, joined.

    function: (points,) → (points,).  paths: {title: (steps + 1,)}, an even number of them.
    """
    _, panels = plt.subplots(len(paths) // 2, 2, figsize=(7, 2.4 * (len(paths) // 2)), sharex=True, sharey=True,
                             squeeze=False)
    points = np.concatenate(list(paths.values()))
    middle, reach = (points.max() + points.min()) / 2, 0.55 * np.ptp(points)
    axis = np.linspace(middle - reach, middle + reach, 200)
    for axes, (title, path) in zip(panels.flat, paths.items(), strict=True):
        axes.plot(axis, function(axis), color="0.6")
        axes.plot(path, function(path), "o-", color=COLOURS[1], markersize=4, linewidth=1)
        axes.plot(path[0], function(path)[0], "o", color=COLOURS[0])
        axes.annotate("start", (path[0], function(path)[0]), (6, 2), textcoords="offset points", color=COLOURS[0])
        axes.set(title=title)
    for axes in panels[-1]:
        axes.set(xlabel=xlabel)
    for axes in panels[:, 0]:
        axes.set(ylabel="loss")


def function_with_slope(z: ArrayLike, curves: dict[str, tuple[ArrayLike, ArrayLike]]) -> None:
    """Functions of one number, each in a panel of its own with its derivative.

    z: (points,).  curves: {name: (values (points,), slopes (points,))}.
    """
    _, panels = plt.subplots(1, len(curves), figsize=(3.2 * len(curves), 3), squeeze=False)
    for axes, (name, (values, slopes)) in zip(panels[0], curves.items(), strict=True):
        axes.plot(z, values, label=name)
        axes.plot(z, slopes, "--", label="its slope")
        axes.set(xlabel="z", ylabel="value")
        axes.legend(loc="upper left")
        bottom, top = axes.get_ylim()
        axes.set_ylim(bottom, top + 0.3 * (top - bottom))          # room for the legend above the curves


def lines(x: Sequence[float], curves: dict[str, ArrayLike], xlabel: str, ylabel: str,
          log_x: bool = False, log_y: bool = False, from_zero: bool = True, markers: bool = True) -> None:
    """One or more curves over x.  curves: {name: (points,)}.  from_zero: let the axis of the values begin at 0.
    markers: mark the points; without, the curves differ in their dashes."""
    _, axes = plt.subplots()
    styles = ["-", "--", "-.", ":", (0, (6, 1)), (0, (1, 1)), (0, (4, 1, 1, 1, 1, 1))]
    if len(curves) > len(styles):
        raise ValueError(f"{len(curves)} curves: nobody can tell more than {len(styles)} apart.")
    for (name, values), marker, dashes in zip(curves.items(), MARKERS, styles, strict=False):
        axes.plot(x, values, marker=marker if markers else "", linestyle="-" if markers else dashes, label=name)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if log_x else "linear", yscale="log" if log_y else "linear")
    if log_x:
        axes.set_xticks(x, [f"{value:,}" for value in x])
        axes.minorticks_off()
    if from_zero and not log_y:
        axes.set_ylim(bottom=0)
    if len(curves) > 1:                        # above the axes, where no data lie
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2 if len(curves) > 3 else len(curves))


def surface(function: Callable[[float, float], float], paths: dict[str, np.ndarray], xlabel: str, ylabel: str,
            goal: Sequence[float], equal: bool = False) -> None:
    """Paths of descents over the contour lines of a function of two numbers.

    function: (a, b) → value.  paths: {name: (points, 2)}.  goal: the best point, marked with a cross.
    equal: one scale for both axes.
    """
    corners = np.concatenate([*paths.values(), [goal]])
    margin = 0.3 * np.ptp(corners, axis=0)
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    a, b = np.linspace(low[0], high[0], 40), np.linspace(low[1], high[1], 40)
    values = np.array([[function(one, other) for one in a] for other in b])
    lowest, border = values.min(), min(values[[0, -1]].min(), values[:, [0, -1]].min())
    _, axes = plt.subplots(figsize=(7, 7 * (high - low)[1] / (high - low)[0] + 0.8 if equal else 5))
    closed = lowest + (border - lowest) * np.linspace(0, 1, 5)[1:] ** 2             # rings around the goal
    levels = np.union1d(closed, border + (values.max() - border) * np.linspace(0, 1, 9) ** 2)
    lines_drawn = axes.contour(a, b, values, levels=levels, colors="0.7", linewidths=1)
    axes.clabel(lines_drawn, fontsize=8, fmt="%.2f")
    for (name, path), marker in zip(paths.items(), itertools.cycle(MARKERS), strict=False):
        axes.plot(*path.T, marker=marker, markersize=4, linewidth=1.5, label=name)
    axes.plot(*goal, "kX", markersize=10, label="best")
    axes.set(xlabel=xlabel, ylabel=ylabel, aspect="equal" if equal else "auto")
    axes.grid(False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(paths) + 1)


def word_map(placed: dict[str, np.ndarray], names: dict[str, Sequence[str]]) -> None:
    """Words as named points on two axes, a colour and a mark for each group.

    placed: {group: (words, 2)}.  names: {group: its words}.
    """
    _, axes = plt.subplots(figsize=(7.5, 5.5))
    for (group, points), colour, marker in zip(placed.items(), COLOURS, MARKERS, strict=False):
        axes.scatter(*points.T, marker=marker, color=colour, s=18, label=group)
        corners = itertools.cycle([(4, 3, "left"), (-4, 3, "right"), (4, -10, "left"), (-4, -10, "right")])
        for point, word, (right, up, side) in zip(points, names[group], corners, strict=False):
            axes.annotate(word, point, (right, up), textcoords="offset points", ha=side, fontsize=8, color=colour)
    axes.set(xlabel="first principal axis", ylabel="second principal axis")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(placed))


def bands(x: Sequence[float], curves: dict[str, np.ndarray], xlabel: str, ylabel: str, log_x: bool = True) -> None:
    """Curves with the range of their seeds.

    curves: {name: (points, seeds)}: a line through the means, a bar from the lowest to the highest.
    """
    _, axes = plt.subplots(figsize=(7, 4))
    for number, ((name, values), marker) in enumerate(zip(curves.items(), itertools.cycle(MARKERS), strict=False)):
        aside = number - len(curves) / 2                                    # so that the bars do not hide each other
        beside = np.asarray(x) * 1.03 ** aside if log_x else np.asarray(x) + 0.06 * aside
        middle = values.mean(axis=1)
        reach = np.maximum(0, [middle - values.min(axis=1), values.max(axis=1) - middle])   # equal ones round below 0
        axes.errorbar(beside, middle, reach, marker=marker, markersize=4, capsize=2, linewidth=1.5, label=name)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if log_x else "linear")
    axes.set_xticks(x, [f"{value:,}" for value in x])
    axes.minorticks_off()
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)


def histogram(values: ArrayLike, marks: dict[str, float], xlabel: str, ylabel: str, bins: int = 40) -> None:
    """How often which values occur, with named lines at some of them.

    values: (n,).  marks: {name: value}.  bins: so many bars, up to the 99 % of the smaller values.
    """
    _, axes = plt.subplots(figsize=(7.4, 3.2))
    values = np.asarray(values)
    axes.hist(values, bins=bins, range=(0, np.quantile(values, 0.99)), color=COLOURS[0], alpha=0.6)
    for number, (name, value) in enumerate(marks.items(), start=1):
        axes.axvline(value, color=COLOURS[number], lw=2, ls=["--", ":", "-."][number % 3], label=f"{name}: {value:.0f}")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()


def heat(table: ArrayLike, columns: Sequence[str], ylabel: str, what: str,
         between: tuple[float, float] | None = None) -> None:
    """Numbers as colours, white is the middle.

    table: (rows, columns).  columns: their labels.  what: the numbers' name and unit.
    between: the ends of the scale, (0, 1) for gates; without, white is 0.
    """
    figure, axes = plt.subplots(figsize=(7, 4))
    low, high = between or (-np.abs(table).max(), np.abs(table).max())
    picture = axes.imshow(table, cmap="PuOr", vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right")
    axes.set(ylabel=ylabel)
    axes.grid(False)
    figure.colorbar(picture, label=what)


def bars(panels: dict[str, dict[str, float]], xlabel: str) -> None:
    """Horizontal bars with a label each, two panels beside each other.

    panels: {title: {label: length}}, an even number.
    """
    lines_of_panels, most = len(panels) // 2, max(map(len, panels.values()))
    _, places = plt.subplots(lines_of_panels, 2, figsize=(9, lines_of_panels * (0.8 + 0.3 * most)), squeeze=False)
    for axes, (title, rows), colour in zip(places.flat, panels.items(), itertools.cycle(COLOURS), strict=False):
        axes.barh(list(rows), list(rows.values()), color=colour)
        axes.invert_yaxis()
        axes.set(title=title, xlabel=xlabel)
        axes.grid(axis="y", visible=False)


def scores(table: dict[str, dict[str, float]], chance: float | None = 0.5,
           ylabel: str = "accuracy on the test set") -> None:
    """Shares that several models reach in several groups, a dot a score.

    table: {model: {group: share}}, the same groups for all.  chance: where the dotted line stands, if there is one.
    """
    groups = list(next(iter(table.values())))
    _, axes = plt.subplots(figsize=(7.5, 3.8))
    shifts = np.linspace(-0.2, 0.2, len(table))
    for (model, row), shift, marker in zip(table.items(), shifts, itertools.cycle(MARKERS), strict=False):
        axes.scatter(np.arange(len(groups)) + shift, [row[group] for group in groups], label=model, marker=marker, s=45)
    if chance is not None:
        axes.axhline(chance, color="0.4", linestyle=":", linewidth=1.5)
    axes.set(ylabel=ylabel, ylim=(0, 1.02))
    axes.set_xticks(range(len(groups)), groups)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.17), ncols=len(table))


def seeds(results: "Results", xlabel: str, what: str = "accuracy", controls: dict[str, float] | None = None,
          log_x: bool = False) -> None:
    """What each condition reached: a point a seed, a line at the mean.

    results: of `experiments.read`.  what: which of its scores.  controls: {name: score} of methods without a seed, a
    dotted line each.
    """
    conditions = results.conditions
    _, axes = plt.subplots(figsize=(7, 1.1 + 0.42 * len(conditions)))
    for row, condition in enumerate(conditions):
        values = results.values(condition, what)
        beside = row + np.linspace(-0.18, 0.18, len(values))               # so that equal ones are seen
        axes.scatter(values, beside, s=30, color=COLOURS[0], zorder=2)
        axes.plot([values.mean()] * 2, [row - 0.32, row + 0.32], color=COLOURS[1], linewidth=2, zorder=3)
    for (name, score), dashes in zip((controls or {}).items(), itertools.cycle([":", "--"]), strict=False):
        axes.axvline(score, color="0.3", linestyle=dashes, linewidth=1.5, label=name)
    axes.set_yticks(range(len(conditions)), conditions)
    axes.set(xlabel=f"{xlabel} (line: mean)", ylim=(len(conditions) - 0.4, -0.6), xscale="log" if log_x else "linear")
    axes.grid(axis="y", visible=False)
    if controls:
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(controls))


def tagged(sentences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> "HTML":
    """Sentences with their names in colour and the kind behind each, as HTML.  sentences: pairs (tokens, BIO tags)."""
    from html import escape

    from IPython.display import HTML
    kinds, lines_of_html = [], []
    for tokens, tags in sentences:
        line, before = [], "O"
        for token, tag in zip(tokens, tags, strict=True):
            goes_on = tag[:1] == "I" and before[2:] == tag[2:]
            if before != "O" and not goes_on:
                line.append(f"<sub>{before[2:]}</sub></span> ")
            if tag != "O" and not goes_on:
                if tag[2:] not in kinds:
                    kinds.append(tag[2:])
                line.append(f'<span style="border-bottom: 3px solid {COLOURS[kinds.index(tag[2:]) % len(COLOURS)]}">')
            line.append(escape(token) + " ")
            before = tag
        line.append(f"<sub>{before[2:]}</sub></span>" if before != "O" else "")
        lines_of_html.append("".join(line).replace(" <sub>", "<sub>").rstrip())
    return HTML("<br>".join(lines_of_html))


def confusion(shares: np.ndarray, names: Sequence[str]) -> None:
    """A confusion matrix as shades, the shares written in.

    shares: (classes, classes), rows the truth.  names: of the classes.
    """
    from sklearn.metrics import ConfusionMatrixDisplay  # here, since only one chapter needs it
    figure, axes = plt.subplots(figsize=(6, 4.8))
    display = ConfusionMatrixDisplay(shares, display_labels=names)
    display.plot(ax=axes, cmap="Blues", values_format=".2f", xticks_rotation=45, colorbar=False,
                 im_kw={"vmin": 0, "vmax": 1}, text_kw={"fontsize": 8})
    axes.set(xlabel="answer", ylabel="truth")
    axes.grid(False)
    figure.colorbar(display.im_, label="share of the class")


def weights(values: Sequence[float], names: Sequence[str], what: str) -> None:
    """Weights that sum to 1, a horizontal bar each, the first one on top.

    values: (n,).  names: n labels.  what: the labels' name.
    """
    _, axes = plt.subplots(figsize=(7, 0.8 + 0.28 * len(values)))
    axes.barh(range(len(values)), values)
    axes.set_yticks(range(len(values)), names)
    axes.invert_yaxis()
    axes.axvline(1 / len(values), color="0.3", linestyle=":", linewidth=1.5)
    axes.set(xlabel="weight (dotted: an equal share)", ylabel=what)
    axes.grid(axis="y", visible=False)
