"""Exercises of chapter 14: tags from names, the mean loss with and without padding, entity scores."""

from . import Exercise, collect, compare, of_function

NAMES = [(1, 3, "PERSON"), (3, 4, "PLACE"), (6, 9, "TITLE")]
TAGS = "O B-PERSON I-PERSON B-PLACE O O B-TITLE I-TITLE I-TITLE O".split()


def spread(begin, inside, end=0):
    """The tags of NAMES with other letters, or with `end` words more in each name."""
    tags = ["O"] * 10
    for start, stop, kind in NAMES:
        tags[start:stop + end] = [f"{begin}-{kind}"] + [f"{inside}-{kind}"] * (stop + end - start - 1)
    return tags


@of_function
def to_bio(function):
    answer = function(10, list(NAMES))
    if answer is None:
        return "it is None. Does your function say `return`?"
    mistakes = [
        (spread("B", "B"), "every word of a name has a B-. Only the first one begins it."),
        (spread("I", "I"), "a name begins with B-, else two neighbours become one."),
        (spread("B", "I", end=1), "the end is not included: (1, 3) are the words 1 and 2."),
        ([tag[:1] for tag in TAGS], "the kind is missing: B-PERSON, not B."),
    ]
    answer = list(answer)
    if answer == TAGS:
        return None
    for wrong, line in mistakes:
        if answer == wrong:
            return line
    if len(answer) != len(TAGS):
        return f"{len(answer)} tags for 10 words."
    place = next(i for i, (one, other) in enumerate(zip(answer, TAGS, strict=True)) if one != other)
    return f"for NAMES = {NAMES} the tag of word {place} is {answer[place]!r}."


def means(answer):
    return compare(answer, (0.5, 1.125), [
        ((1.125, 0.5), "the two are swapped."),
        ((0.5, 0.5), "without a mask the filled places count as well."),
        ((3.5, 13.5), "these are the sums. Divide by the words, and by the places."),
        ((3.5 / 12, 13.5 / 12), "with a mask Keras divides by the seven words, not by the twelve places."),
        ((0.5, 13.5 / 7), "without a mask all twelve places are divided by."),
    ])


def scores(answer):
    return compare(answer, (0.25, 1 / 3, 2 / 7), [
        ((1 / 3, 0.25, 2 / 7), "precision and recall are swapped: precision divides by what the tagger said."),
        ((0.5, 2 / 3, 4 / 7), "(4, 5) has another kind, or (7, 8) another end: a name is right only as a whole."),
        ((0.75, 1, 6 / 7), "two of them overlap a true name without being it: start, end and kind must be right."),
        ((0.25, 1 / 3, 7 / 24), "F1 is the harmonic mean, 2 P R / (P + R)."),
    ])


EXERCISES = collect(
    Exercise("14.1", to_bio, 'begin with ["O"] * length; then for each name set B- at start and I- at start + 1 … end - 1.',
             'def to_bio(length, names):\n    tags = ["O"] * length\n    for start, end, kind in names:\n'
             '        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)\n    return tags'),
    Exercise("14.2", means, "seven words, five filled places.", "means = (7 * 0.5 / 7, (7 * 0.5 + 5 * 2) / 12)"),
    Exercise("14.3", scores, "one name of the tagger's four is right in start, end and kind.",
             "precision, recall = 1 / 4, 1 / 3\nscores = (precision, recall, 2 * precision * recall / (precision + recall))"),
)
