"""The drawings: each number that is shown moves an artist of its own, and nothing lies outside the sheet."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch
from test_notebooks import comparison

from course_utils import drawings, plots

rng = np.random.default_rng(1)
LAYERS = [rng.random(4), rng.random(3), rng.random(1)]
WEIGHTS = [rng.normal(size=(3, 4)), rng.normal(size=(1, 3))]
DRAWINGS = {
    "lstm_cell": (drawings.lstm_cell, {"x": 1.0, "h_old": 0.5, "c_old": 2.0, "gates": [0.881, 0.731, 0.5],
                                       "candidate": -0.905}),
    "lstm_cell, what stays": (drawings.lstm_cell, {"x": 1.0, "h_old": 0.5, "c_old": 2.0, "gates": (0.881, 0.731, 0.5),
                                                   "candidate": -0.905, "stage": 1}),
    "lstm_cell, what is taken in": (drawings.lstm_cell, {"x": 1.0, "h_old": 0.5, "c_old": 2.0, "candidate": -0.905,
                                                         "gates": (0.881, 0.731, 0.5), "stage": 2}),
    "gru_cell": (drawings.gru_cell, {"x": 1.0, "h_old": 0.5, "update": 0.7, "reset": 0.3, "candidate": -0.9}),
    "network": (drawings.network, {"layers": LAYERS, "weights": WEIGHTS, "names": ["x", "h", "y"]}),
    "network, not yet computed": (drawings.network, {"layers": [LAYERS[0], np.full(3, np.nan), np.full(1, np.nan)],
                                                     "weights": WEIGHTS, "names": ["x", "h", "y"]}),
    "network with errors": (drawings.network, {"layers": LAYERS, "weights": WEIGHTS, "names": ["x", "h", "y"],
                                               "deltas": [rng.normal(size=3), rng.normal(size=1)]}),
    "gathered": (drawings.gathered, {"signals": [-0.0109, -0.01699, -0.00481], "weights": [0.4, 0.2, 0.6],
                                     "slope": 0.2232}),
    "batch": (drawings.batch, {"ids": np.array([[11, 47, 9, 64, 0], [3, 209, 12, 0, 0]]),
                               "words": [["this", "film", "was", "dull"], ["i", "liked", "it"]]}),
    "journey": (drawings.journey, {"stages": {"raw text": ["A lovely film."], "words": ["a", "lovely", "film"],
                                              "ids": [1, 6, 2], "row": [1, 6, 2, 0]}}),
    "look_up": (drawings.look_up, {"table": rng.normal(size=(4, 3)), "names": ["<pad>", "the", "good", "film"],
                                   "chosen": [1, 2, 3, 2]}),
    "sliding_filter": (drawings.sliding_filter, {"words": "the film was not very good".split(),
                                                 "outputs": np.array([-0.7, 0.25, 1.03, 0.16, -0.59]), "width": 2}),
    "text_cnn": (drawings.text_cnn, {"words": ["I", "like", "it"], "maps": rng.random((3, 2)), "weights": [1.5, -2.0],
                                     "output": 0.7}),
    "two_directions": (drawings.two_directions, {"words": ["not", "bad"], "forward": [0.9, -0.4],
                                                 "backward": [0.2, 0.7]}),
    "window": (drawings.window, {"words": "a dull plot and a dull cast".split(), "place": 2, "size": 2}),
    "lattice": (drawings.lattice, {"scores": np.append(rng.normal(size=(3, 3)), [[1.5, -np.inf, -2.0]], axis=0),
                                   "pairs": [[0, 0, -np.inf], [0, 0, 0], [0, 0, 0]],
                                   "rows": ["O", "B", "I"], "columns": ["Mary", "Poppins", "was", "here"],
                                   "path": [1, 2, 0, 0]}),
    "ring": (drawings.ring, {"sizes": [1.5, 2.0, 1.5, 1.0, 0.5], "what": "MB in a turn"}),
    "unrolled": (drawings.unrolled, {"x": rng.normal(size=4), "h": rng.normal(size=5), "factors": rng.random(4)}),
    "spans": (drawings.spans, {"words": ["in", "Lisbon", "Ann", "Lee"], "tags": "O B-PLACE B-PERSON I-PERSON".split(),
                               "truth": [(1, 2, "PLACE"), (2, 4, "PERSON")]}),
    "cuts": (drawings.cuts, {"signs": ["yan", "jiu", "sheng"], "best": [(0, 2), (2, 3)],
                             "costs": {(0, 1): 8.65, (0, 2): 2.94, (0, 3): 4.55, (1, 2): 8.1, (2, 3): 5.25}}),
    "dropped": (drawings.dropped, {"states": 1 + rng.random((4, 3)), "kept": rng.random((3, 3)) > 0.4}),
    "matrix": (drawings.matrix, {"values": rng.normal(size=(2, 4)), "rows": ["a", "b"], "columns": list("1212"),
                                 "groups": {"first": 2, "second": 2}}),
}
FIXED = ("pairs stages signs best tags truth kept names rows columns groups weights stage words chosen width path what "
         "ids place size").split()
HIDES = {"gates": (1, 2), "candidate": (1,)}           # in these stages not all of these are drawn yet
NUMBER = re.compile(r"^[× \d.=]*-?\d+\.\d{2,}$")


@pytest.fixture(autouse=True)
def closed():
    plots.set_style()
    yield
    plt.close("all")


def drawn(draw, arguments):
    """Every number that is shown: its text, with the outlines of the bars and fillings beside it."""
    plt.close("all")
    draw(**arguments)
    axes = plt.gca()
    shapes = [patch for patch in axes.patches if not isinstance(patch, Circle | FancyArrowPatch)]
    outlines = [patch.get_patch_transform().transform(patch.get_path().vertices) for patch in shapes]
    found = {}
    for text in axes.texts:
        if NUMBER.match(text.get_text()):
            place = np.array(text.get_position())
            beside = [outline for outline in outlines if np.abs(outline - place).max(axis=1).min() < 0.6]
            found[tuple(place.round(6))] = text.get_text(), np.concatenate(beside)
    return found


def places(arguments):
    """Each number among the arguments: (name, index or None)."""
    for name, value in arguments.items():
        late = arguments.get("stage") in HIDES.get(name, ())
        if late or name in FIXED:
            continue
        if np.isscalar(value):
            yield name, ()
        elif isinstance(value, dict):
            yield from ((name, key) for key in value)
        elif name in ("layers", "deltas"):
            yield from ((name, (row, number)) for row, numbers in enumerate(value) for number, one in enumerate(numbers)
                        if np.isfinite(one))
        else:
            yield from ((name, index) for index in np.ndindex(np.shape(value)) if np.isfinite(np.asarray(value)[index]))


def nudged(arguments, name, index):
    """The arguments with one number a little smaller."""
    if not index:
        return arguments | {name: arguments[name] * 0.9}
    if name in ("layers", "deltas"):
        lists = [np.array(one) for one in arguments[name]]
        lists[index[0]][index[1]] *= 0.9
        return arguments | {name: lists}
    if isinstance(arguments[name], dict):
        return arguments | {name: arguments[name] | {index: arguments[name][index] * 0.9}}
    values = np.array(arguments[name])
    values[index] *= 0.9
    return arguments | {name: values}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_number_that_is_shown_moves_an_artist_of_its_own(name):
    draw, arguments = DRAWINGS[name]
    before = drawn(draw, arguments)
    shown = list(places(arguments))
    assert len(before) >= len(shown)
    for place in shown:
        after, changed = drawn(draw, nudged(arguments, *place)), 0
        for where, (text, outline) in before.items():
            if after[where][0] != text:
                changed += 1
                moved = after[where][1]
                assert outline.shape != moved.shape or not np.allclose(outline, moved), (place, text)
        assert changed, place


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_changed_number_changes_what_the_comparison_sees(name):
    draw, arguments = DRAWINGS[name]
    draw(**arguments)
    before = plots.digest(plt.gcf())
    for place in places(arguments):
        draw(**nudged(arguments, *place))
        assert comparison.compare_figure(before, plots.digest(plt.gcf())), place


@pytest.mark.parametrize("name", DRAWINGS)
def test_it_fits_a_narrow_page_and_nothing_lies_outside(name):
    draw, arguments = DRAWINGS[name]
    draw(**arguments)
    figure = plt.gcf()
    figure.canvas.draw()
    assert figure.get_size_inches()[0] * figure.dpi <= 760
    sheet = figure.bbox
    for artist in [*plt.gca().texts, *plt.gca().patches]:
        box = artist.get_window_extent()
        if box.width and not (hasattr(artist, "get_text") and not artist.get_text()):
            assert box.x0 >= sheet.x0 - 1 and box.x1 <= sheet.x1 + 1, artist
            assert box.y0 >= sheet.y0 - 1 and box.y1 <= sheet.y1 + 1, artist


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_two_texts_lie_over_each_other(name):
    draw, arguments = DRAWINGS[name]
    draw(**arguments)
    plt.gcf().canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in plt.gca().texts if text.get_text().strip()]
    for number, (one, box) in enumerate(boxes):
        for other, beside in boxes[number + 1:]:
            assert not box.shrunk(0.9, 0.8).overlaps(beside.shrunk(0.9, 0.8)), (one, other)


def test_in_a_batch_padding_is_grey_and_its_share_is_written():
    draw, arguments = DRAWINGS["batch"]
    draw(**arguments)
    grey = [patch for patch in plt.gca().patches if patch.get_facecolor()[:3] == pytest.approx((0.88, 0.88, 0.88))]
    assert len(grey) == 3 and "padding: 0.30 of the fields" in [text.get_text() for text in plt.gca().texts]
    before = plots.digest(plt.gcf())
    draw(np.where(arguments["ids"] == 209, 208, arguments["ids"]), arguments["words"])
    assert plots.digest(plt.gcf()) != before


def test_a_filter_is_framed_where_it_gives_most():
    draw, arguments = DRAWINGS["sliding_filter"]
    draw(**arguments)
    [frame] = [patch for patch in plt.gca().patches if patch.get_linewidth() == 2.5]
    assert frame.get_x() == pytest.approx(1.5 * 2 - 0.05) and frame.get_width() == pytest.approx(3)


def test_the_best_path_is_thick_and_what_cannot_be_is_left_out():
    draw, arguments = DRAWINGS["lattice"]
    draw(**arguments)
    thick = [tuple(line.get_ydata().round(2)) for line in plt.gca().lines if line.get_linewidth() == 3]
    assert thick == [(-1.15, -2.3), (-2.3, 0), (0, 0)]
    assert sum(isinstance(patch, Circle) for patch in plt.gca().patches) == 11
    ways = [tuple(line.get_ydata().round(2)) for line in plt.gca().lines]
    assert len(ways) == 2 * 8 + 5 and (0, -2.3) not in ways        # from O to I no line, at "here" none to B


def test_a_gate_is_filled_as_far_as_it_is_open():
    axes = drawings.canvas(0, 2, 0, 2)
    drawings.bead(axes, (1, 1), 0.25, gate=True)
    wedge = axes.patches[-1]
    assert wedge.theta2 - wedge.theta1 == pytest.approx(90)


@pytest.mark.parametrize(("most", "scale"), [(1, 1), (1.01, 2), (2.0, 2), (-4, 5), (0.0051, 0.01), (0, 1), (70, 100)])
def test_a_full_bar_stands_for_a_round_number(most, scale):
    assert drawings.scale_of(0, most) == pytest.approx(scale)


def test_a_bar_points_to_the_left_if_its_number_is_negative():
    axes = drawings.canvas(0, 2, 0, 2)
    for value in 0.5, -0.5:
        drawings.bead(axes, (1, 1), value, scale=1)
        assert np.sign(axes.patches[-1].get_width()) == np.sign(value)


def test_the_state_after_a_step_is_the_layers():
    """The numbers drawn are those of the packages's own cells."""
    from course_utils import by_hand
    x, h, c = np.ones((1, 1)), np.full((1, 1), 0.5), np.full((1, 1), 2.0)
    W_x, W_h, b = np.array([[0.5, 1.0, -2.0, 0.0]]), np.array([[1.0, 0.0, 1.0, 2.0]]), np.array([0.0, 1.0, 0.0, -1.0])
    h_new, c_new = by_hand.lstm_step(x, h, c, W_x, W_h, b)
    i, f, g, o = (x @ W_x + h @ W_h + b)[0]
    gates = by_hand.sigmoid([f, i, o])
    shown = [text for text, _ in drawn(drawings.lstm_cell, {
        "x": 1.0, "h_old": 0.5, "c_old": 2.0, "gates": gates, "candidate": np.tanh(g)}).values()]
    assert f"{c_new.item():.3f}" in shown and f"{h_new.item():.3f}" in shown


def colours(kind):
    """The colours of all lines or arrows of the drawing."""
    of_arrows = (patch.get_edgecolor() for patch in plt.gca().patches if isinstance(patch, FancyArrowPatch))
    return list(map(to_hex, of_arrows if kind == "arrows" else (line.get_color() for line in plt.gca().lines)))


def test_a_cell_gains_arrows_from_stage_to_stage_and_its_gates_are_marked():
    stages = []
    for name in "lstm_cell, what stays", "lstm_cell, what is taken in", "lstm_cell":
        draw, arguments = DRAWINGS[name]
        draw(**arguments)
        stages.append(len(colours("arrows")))
    assert 0 < stages[0] < stages[1] < stages[2]
    assert to_hex(drawings.GATE) in colours("arrows") and to_hex(drawings.STATE) in colours("arrows")


def test_a_look_up_draws_the_table_and_a_row_for_each_word_of_the_sentence():
    draw, arguments = DRAWINGS["look_up"]
    assert len(drawn(draw, arguments)) == arguments["table"].size + len(arguments["chosen"]) * 3
    places = [text.get_position() for text in plt.gca().texts if NUMBER.match(text.get_text())]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(("place", "size", "neighbours"), [(2, 2, 4), (0, 2, 2), (6, 3, 3), (3, 1, 2)])
def test_an_arrow_leads_to_each_word_of_the_window(place, size, neighbours):
    drawings.window("a dull plot and a dull cast".split(), place, size)
    assert sum(isinstance(patch, FancyArrowPatch) for patch in plt.gca().patches) == neighbours


def test_what_is_best_is_drawn_in_the_colour_of_gates():
    draw, arguments = DRAWINGS["sliding_filter"]
    draw(**arguments)
    assert colours("lines") == [to_hex(drawings.GATE) if value == arguments["outputs"].max() else to_hex("0.8")
                                for value in arguments["outputs"]]


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_name_that_is_given_is_written(name):
    draw, arguments = DRAWINGS[name]
    draw(**arguments)
    given = [one for key in ("names", "rows", "columns", "words", "groups") for one in arguments.get(key, ())]
    words = {word for one in given for word in ([one] if isinstance(one, str) else one)}
    written = "\n".join(text.get_text() for text in plt.gca().texts)
    assert [word for word in words if word not in written] == []


def test_the_best_path_through_a_lattice_has_the_colour_of_states():
    draw, arguments = DRAWINGS["lattice"]
    draw(**arguments)
    edges = [to_hex(patch.get_edgecolor()) for patch in plt.gca().patches if isinstance(patch, Circle)]
    assert edges.count(to_hex(drawings.STATE)) == len(arguments["path"])


def test_a_network_has_a_line_for_each_weight_and_the_larger_is_thicker():
    drawings.network(LAYERS, WEIGHTS, ["x", "h", "y"])
    widths = [line.get_linewidth() for line in plt.gca().lines]
    sizes = [abs(weight) for matrix in WEIGHTS for weight in np.ravel(matrix)]
    assert len(widths) == len(sizes) and np.argsort(widths).tolist() == np.argsort(sizes).tolist()


def test_two_directions_are_named():
    drawings.two_directions(["not", "bad"], [0.9, -0.4], [0.2, 0.7])
    names = {text.get_text() for text in plt.gca().texts}
    assert {"words", "forward", "backward", "not", "bad"} <= names


def test_the_workers_of_a_ring_are_counted_from_one():
    drawings.ring([1.0, 2.0, 3.0], "MB")
    names = [text.get_text() for text in plt.gca().texts]
    assert [name for name in names if "worker" in name] == ["worker 1", "worker 2", "worker 3"] and "MB" in names


def test_a_journey_has_a_box_for_each_part_and_greys_the_padding():
    drawings.journey({"raw": ["a film"], "row": [1, 0, 0]})
    assert [text.get_text() for text in plt.gca().texts] == ["raw", "a film", "row", "1", "0", "0"]
    boxes = [patch for patch in plt.gca().patches if not isinstance(patch, FancyArrowPatch)]
    assert [to_hex(box.get_facecolor()) == to_hex(drawings.PADDING) for box in boxes] == [False, False, True, True]


def test_a_mask_on_its_way_is_lost_where_it_is_lost():
    drawings.mask_way({"Embedding": np.array([True, True, False]), "h * 2": None})
    boxes = [patch for patch in plt.gca().patches if not isinstance(patch, FancyArrowPatch)]
    assert [to_hex(box.get_facecolor()) for box in boxes] == [
        *map(to_hex, (drawings.GATE, drawings.GATE, drawings.PADDING)), *["#ffffff"] * 3]
    assert [text.get_text() for text in plt.gca().texts] == ["Embedding", "h * 2", "no mask"]


def test_the_largest_answer_of_a_filter_is_framed():
    drawings.text_cnn(["a", "b"], np.array([[0.1, 0.9], [0.4, 0.2]]), [1.0, 1.0], 1.3)
    framed = [patch.get_xy() for patch in plt.gca().patches
              if not isinstance(patch, Circle | FancyArrowPatch) and patch.get_linewidth() == 2.5]
    assert framed == [(0, -2), (1.6, -1)]                  # of filter 1 at "b", of filter 2 at "a"


def test_a_dropped_connection_has_no_arrow():
    kept = np.array([[True, False], [True, True]])
    drawings.dropped(np.ones((3, 2)), kept)
    arrows = [patch for patch in plt.gca().patches if isinstance(patch, FancyArrowPatch)]
    assert (len(arrows), len(plt.gca().lines)) == (3, 1)
    assert list(plt.gca().lines[0].get_ydata()) == [-1.05, -1.05]      # of unit 2


def test_a_name_is_bracketed_with_its_kind_and_only_its_words_are_in_colour():
    drawings.spans(["in", "Ann", "Lee"], ["O", "B-PERSON", "I-PERSON"], [(1, 3, "PERSON")])
    grey = [to_hex(box.get_facecolor()) == to_hex(drawings.PADDING) for box in plt.gca().patches]
    assert grey == [True, False, False]
    [bracket] = plt.gca().lines
    assert bracket.get_xdata()[0] > 1.5 and bracket.get_xdata()[-1] < 4.5
    assert "PERSON" in [text.get_text() for text in plt.gca().texts]


def test_the_best_cut_is_framed_in_the_colour_of_states():
    drawings.cuts(["a", "b"], {(0, 1): 3.0, (1, 2): 4.0, (0, 2): 5.0}, [(0, 2)])
    framed = [patch.get_width() for patch in plt.gca().patches
              if patch.get_linewidth() == 2.5 and to_hex(patch.get_edgecolor()) == to_hex(drawings.STATE)]
    assert framed == [pytest.approx(2 * 1.6 - 0.1)]


def test_the_more_a_word_is_heard_the_thicker_its_arrow():
    drawings.attention(["a", "b", "c"], [0.1, 0.6, 0.3], chosen=2)
    arrows = [patch for patch in plt.gca().patches if isinstance(patch, FancyArrowPatch)]
    widths = [arrow.get_linewidth() for arrow in arrows]
    assert widths == pytest.approx([9 * 0.1 + 0.3, 9 * 0.6 + 0.3, 9 * 0.3 + 0.3])
    assert {"0.100", "0.600", "0.300", "new vector of 'c'"} <= {text.get_text() for text in plt.gca().texts}


def test_an_encoder_block_shows_each_stage_and_the_way_past_it():
    stages = {"x": [1.0, -2.0], "attention": [0.5, 3.0], "x + attention": [1.5, 1.0]}
    drawings.encoder_block(stages, past=[(0, 2)])
    written = [text.get_text() for text in plt.gca().texts]
    assert written == ["x", "1.00", "-2.00", "attention", "0.50", "3.00", "x + attention", "1.50", "1.00"]
    [way] = plt.gca().lines
    assert way.get_ydata()[0] - way.get_ydata()[-1] == pytest.approx(2 * 1.5)
