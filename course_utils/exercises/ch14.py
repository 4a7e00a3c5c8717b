"""Exercises of chapter 14: tags from names, the mean loss with and without padding, entity scores."""

from . import Function, Value


def to_bio(length, names):
    tags = ["O"] * length
    for start, end, kind in names:
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


TO_BIO = Function(
    "14.1", to_bio, 'begin with ["O"] * length; then for each name set B- at start and I- at start + 1 … end - 1.', [
        (lambda length, names: [tag.replace("I-", "B-") for tag in to_bio(length, names)],
         "every word of a name has a B-. Only the first one begins it."),
        (lambda length, names: [tag.replace("B-", "I-") for tag in to_bio(length, names)],
         "a name begins with B-, else two neighbours become one."),
        (lambda length, names: to_bio(length, [(start, end + 1, kind) for start, end, kind in names]),
         "the end is not included: (1, 3) are the words 1 and 2."),
        (lambda length, names: [tag[:1] for tag in to_bio(length, names)], "the kind is missing: B-PERSON, not B."),
        (lambda length, names: to_bio(length, names)[:-1],
         "the last tag is missing: as many tags as words are wanted, such as 10 tags for 10 words."),
        (lambda length, names: to_bio(max(end for _, end, _ in names), names),
         "the words behind the last name are missing: so many tags as `length` says are wanted."),
        (lambda length, names: to_bio(10, names), "the length is ignored: so many tags as `length` says are wanted."),
    ], cases=[(10, [(1, 3, "PERSON"), (3, 4, "PLACE"), (6, 9, "TITLE")]), (4, [(0, 2, "PLACE")]),
              (6, [(2, 3, "PERSON"), (3, 5, "PERSON")])])


def means():
    return 7 * 0.5 / 7, (7 * 0.5 + 5 * 2) / 12


WITH_MASK, WITHOUT = means()
MEANS = Value("14.2", means, "seven words, five filled places.", [
    ((WITHOUT, WITH_MASK), "the two are swapped."),
    ((WITH_MASK, 0.5), "without a mask the filled places count as well."),
    ((3.5, 13.5), "these are the sums. Divide by the words, and by the places."),
    ((3.5 / 12, WITHOUT), "with a mask Keras divides by the seven words, not by the twelve places."),
    ((WITH_MASK, 13.5 / 7), "without a mask all twelve places are divided by."),
])


def scores():
    precision, recall = 1 / 4, 1 / 3
    return precision, recall, 2 * precision * recall / (precision + recall)


PRECISION, RECALL, F1 = scores()
SCORES = Value("14.3", scores, "one name of the tagger's four is right in start, end and kind.", [
    ((RECALL, PRECISION, F1), "precision and recall are swapped: precision divides by what the tagger said."),
    ((0.5, 2 / 3, 4 / 7), "(4, 5) has another kind, or (7, 8) another end: a name is right only as a whole."),
    ((0.75, 1, 6 / 7), "two of them overlap a true name without being it: start, end and kind must be right."),
    ((PRECISION, RECALL, (PRECISION + RECALL) / 2), "F1 is the harmonic mean, 2 P R / (P + R)."),
])

EXERCISES = [TO_BIO, MEANS, SCORES]
