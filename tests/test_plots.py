"""What `plots.show` says of a figure in numbers, so that the comparison sees a point that has moved."""

import json

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from test_notebooks import comparison

from course_utils import plots
from course_utils.experiments import Results

X = np.arange(20)
CURVES = {"square": X ** 2.0, "falling": 400 - 15.0 * X, "flat": np.full(20, 100.0)}


@pytest.fixture(autouse=True)
def drawn_only():
    with matplotlib.rc_context({"backend": "agg"}):
        yield
    plt.close("all")


def digest(draw, *arguments, **options):
    """The numbers of the figure that this draws; they must outlive being stored."""
    draw(*arguments, **options)
    held = plots.digest(plt.gcf())
    plt.close()
    assert json.loads(json.dumps(held, allow_nan=False)) == held and len(json.dumps(held)) < 500
    return held


def test_what_curves_hold():
    held = digest(plots.lines, X, {"square": X ** 2.0, "falling": 400 - 15.0 * X}, "x", "y")
    assert held == [{"lines": {"count": 2, "x": [0.0, 9.5, 19.0], "y": [0.0, 190.5, 400.0]}}]


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("place", range(20))
def test_a_point_that_moves_by_a_fiftieth_of_the_height_is_seen(name, place):
    moved = {key: values + 8 * (X == place) * (key == name) for key, values in CURVES.items()}
    assert comparison.compare_figure(digest(plots.lines, X, CURVES, "x", "y"), digest(plots.lines, X, moved, "x", "y"))


@pytest.mark.parametrize("count", [1, 5, 7])
def test_every_curve_is_drawn(count):
    curves = {str(number): X + number for number in range(count)}
    assert digest(plots.lines, X, curves, "x", "y")[0]["lines"]["count"] == count
    assert digest(plots.scores, {name: {"a": 0.5} for name in curves})[0]["points"]["count"] == count


def test_a_tangent_touches_its_curve_and_has_its_slope():
    plots.tangents(X, {"square": (np.square, lambda z: 2 * z)}, (1.0, 3.0))
    _, first, point, second, _ = plt.gca().lines
    for (one, other), place in ((first.get_xydata(), 1.0), (second.get_xydata(), 3.0)):
        assert (other - one)[1] / (other - one)[0] == pytest.approx(2 * place)
        assert (one + other) / 2 == pytest.approx([place, place ** 2])
    assert point.get_xydata().tolist() == [[1.0, 1.0]]
    assert [text.get_text() for text in plt.gca().texts] == ["2.00", "6.00"]


def test_contours_close_around_the_goal():
    plots.surface(lambda a, b: a ** 2 + b ** 2, {"walk": np.array([[3.0, 4.0], [1.0, 1.0]])}, "a", "b", (0, 0))
    [contours] = [one for one in plt.gca().collections if isinstance(one, matplotlib.contour.ContourSet)]
    (left, right), (bottom, top) = plt.xlim(), plt.ylim()
    whole = [np.concatenate(level) for level in contours.allsegs if level]
    inside = [line for line in whole if left < line[:, 0].min() < 0 < line[:, 0].max() < right
              and bottom < line[:, 1].min() < 0 < line[:, 1].max() < top]
    assert len(inside) >= 3


def test_a_descent_stands_on_its_curve():
    paths = {str(rate): np.array([3.0, 3.0 - 6 * rate]) for rate in (0.1, 0.2)}
    plots.descents(np.square, paths, "w")
    for axes, path in zip(plt.gcf().axes, paths.values(), strict=True):
        assert axes.lines[1].get_xydata() == pytest.approx(np.column_stack([path, path ** 2]))


def test_every_word_stands_at_its_point():
    placed = {"days": np.array([[0.0, 1.0], [2.0, 3.0]]), "praise": np.array([[4.0, 5.0]])}
    plots.word_map(placed, {"days": ["monday", "friday"], "praise": ["great"]})
    assert {text.get_text(): text.xy for text in plt.gca().texts} == {
        "monday": pytest.approx([0, 1]), "friday": pytest.approx([2, 3]), "great": pytest.approx([4, 5])}


def test_a_band_reaches_from_the_lowest_to_the_highest_seed():
    plots.bands([10, 100], {"a": np.array([[0.5, 0.7, 0.6], [0.8, 0.9, 0.7]])}, "x", "y")
    [line, *_], [bars] = plt.gca().lines, plt.gca().collections
    assert line.get_ydata() == pytest.approx([0.6, 0.8])
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [
        pytest.approx([0.5, 0.7]), pytest.approx([0.7, 0.9])]


def test_a_histogram_counts_and_marks():
    plots.histogram([1, 1, 1, 9, 10], {"median": 1}, "words", "texts", bins=2)
    assert [bar.get_height() for bar in plt.gca().patches] == [3, 1]       # 10 is beyond the 99 %
    assert list(plt.gca().lines[0].get_xdata()) == [1, 1]


def test_every_control_is_drawn():
    results = Results("77", {}, {("a", seed): {"accuracy": 0.5} for seed in (1, 2)})
    [held] = digest(plots.seeds, results, "accuracy", controls={"one": 0.1, "two": 0.2, "three": 0.3})
    assert held["lines"]["count"] == 4 and held["points"]["count"] == 1            # one line is the mean


def test_more_curves_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="8 curves: nobody can tell more than 7 apart"):
        plots.lines(X, {str(number): X for number in range(8)}, "x", "y")


def test_on_a_logarithmic_axis_a_small_value_counts_as_well():
    values = 10.0 ** -X
    halved = np.where(X == 18, values / 2, values)
    of = lambda numbers: digest(plots.lines, X, {"a": numbers}, "x", "y", log_y=True)
    assert of(values)[0]["lines"]["y"] == [-19.0, -9.5, 0.0]
    assert comparison.compare_figure(of(values), of(halved))


def test_what_bars_points_images_and_contours_hold():
    [left, right] = digest(plots.bars, {"a": {"one": 1, "two": 4}, "b": {"three": 2}}, "x")
    assert left["bars"]["count"] == 2 and left["bars"]["x"][::2] == [0.0, 4.0] and right["bars"]["x"][::2] == [0.0, 2.0]
    [held] = digest(plots.scores, {"model": {"a": 0.5, "b": 0.7}, "other": {"a": 0.2, "b": 0.4}})
    assert held["points"] == {"count": 2, "x": [-0.2, 0.5, 1.2], "y": [0.2, 0.45, 0.7]} and held["lines"]["count"] == 1
    held = digest(plots.heat, np.array([[1, 2], [3, -6]]), ["a", "b"], "y", "what")
    assert held[0]["images"] == {"count": 1, "values": [-6.0, 0.0, 3.0]} and len(held) == 2
    [held] = digest(plots.surface, lambda a, b: a + b, {"path": np.array([[0, 0], [1, 1]])}, "a", "b", (1, 1))
    assert held["contours"]["values"][::2] == [-0.6, 2.6] and held["lines"]["count"] == 2


def test_what_is_missing_or_endless_is_left_out():
    def draw():
        plt.plot([1, 2, 3], [np.nan, np.inf, 5])
        plt.scatter(np.ma.masked_equal([1, 2], 2), [3, 4])
        plt.twinx().plot([])
    assert digest(draw) == [{"lines": {"count": 1, "x": [3.0, 3.0, 3.0], "y": [5.0, 5.0, 5.0]},
                             "points": {"count": 1, "x": [1.0, 1.0, 1.0], "y": [3.0, 3.0, 3.0]}},
                            {"lines": {"count": 1, "x": [], "y": []}}]


def test_in_a_script_a_figure_is_drawn_and_its_caption_printed(capsys, recwarn):
    plots.weights([0.25, 0.75], ["a", "b"], "word")
    plots.show("two weights.")
    assert capsys.readouterr().out == "Figure: two weights.\n" and not recwarn.list
    assert np.ptp(np.asarray(plt.gcf().canvas.buffer_rgba())) > 0


def test_the_package_and_the_comparison_use_one_name():
    """The comparison and the package agree on the name under which a notebook keeps them."""
    assert comparison.FIGURE == plots.FIGURE


def test_seeds_that_are_all_equal_have_no_band():
    """The mean of equal numbers may lie a rounding below them."""
    plots.bands([1, 3], {"same": np.full((2, 3), np.log(595.74)), "one": np.full((2, 7), 0.1)}, "x", "y")
    plt.gcf().canvas.draw()
    assert len(plt.gca().containers) == 2
