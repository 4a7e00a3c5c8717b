"""Exercises of chapter 14: tags from names, the best of nine paths, entity scores, a better tagger."""

from . import Function, Open, Value


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


def best_way():
    return 1, 2, 2 + 3 - 1.5


BEST_WAY = Value("14.2", best_way, "list the nine paths; a path that begins with I stands behind the O in front.", [
    ((0, 2, 4), "I behind O is forbidden: this path is worth -inf."),
    ((1, 2, 5), "the pair B I costs 1.5."),
    ((1, 0, 3), "this is worth 3. One path is worth more, though its pair costs something."),
    ((2, 2, 3), "before the first word stands an O, and no I may stand behind it."),
    ((1, 2), "what is it worth? Three numbers are wanted."),
])


def triple():
    precision, recall = 1 / 4, 1 / 3
    return precision, recall, 2 * precision * recall / (precision + recall)


PRECISION, RECALL, F1 = triple()
TRIPLE = Value("14.3", triple, "one name of the tagger's four is right in start, end and kind.", [
    ((RECALL, PRECISION, F1), "precision and recall are swapped: precision divides by what the tagger said."),
    ((0.5, 2 / 3, 4 / 7), "(4, 5) has another kind, or (7, 8) another end: a name is right only as a whole."),
    ((0.75, 1, 6 / 7), "two of them overlap a true name without being it: start, end and kind must be right."),
    ((PRECISION, RECALL, (PRECISION + RECALL) / 2), "F1 is the harmonic mean, 2 P R / (P + R)."),
])


def train_one(seed):
    tagger, A = trained("all three, CRF, rate 0.01", seed)
    scores = score_all(tagger, test, test_ids, inputs_of["all three"])
    return entity_scores(test.tags, decode(scores, A + forbidden))[2]


BEATEN = Open("14.4", train_one, "allow the legal pairs only.", [], beat=0.972)

EXERCISES = [TO_BIO, BEST_WAY, TRIPLE, BEATEN]
