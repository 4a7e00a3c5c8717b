"""Exercises of chapter 06: unknown words, the id convention of Keras, padding."""

from . import Exercise, collect, compare, of_function

TOKENS = "a film a film a dog and a horse".split()
KNOWN = {"a", "film", "and"}


@of_function
def unknown_share(function):
    return compare(function(list(TOKENS), set(KNOWN)), 2 / 9, [
        (7 / 9, "this is the share of the known tokens."),
        (2 / 5, "every different word is counted once. Count the tokens: a word that occurs four times counts four times."),
        (2, "this is their number. Divide it by the number of tokens."),
        (2 / 3, "divide by the number of tokens, not by the size of the vocabulary."),
    ])


def keras_ids(ids):
    return compare(ids, [1, 14, 22, 16, 2, 530], [
        ([14, 22, 16, 2, 530], "a review begins with the id 1."),
        ([1, 11, 19, 13, 2, 527], "these are the ranks. The id is the rank + 3."),
        ([11, 19, 13, 2, 527], "these are the ranks. The id is the rank + 3, and a review begins with the id 1."),
        ([1, 14, 22, 16, 0, 530], "0 is the padding. An unknown word has the id 2."),
        ([1, 14, 22, 16, 5, 530], "the id of an unknown word is 2 as it stands; nothing is added to it."),
        ([1, 14, 22, 16, 530], "the unknown word must not be left out."),
    ])


def padding(answer):
    return compare(answer, (190 + 160 + 190, 10 + 160 + 10), [
        ((180, 540), "the two numbers are swapped."),
        ((600, 600), "this fills all six rows to 210. A batch is only as long as its own longest review."),
        ((1200, 840), "these are all cells. Padding is what is left after the words are taken off."),
        (540, "this is the first number. By length the batches are (10, 20), (30, 190), (200, 210)."),
        ((540, 540), "for the second number sort the lengths first."),
    ])


EXERCISES = collect(
    Exercise("06.1", unknown_share, "the chapter computes it in the section on the size of the vocabulary, with np.mean.",
             "def unknown_share(tokens, vocabulary):\n"
             "    return sum(token not in vocabulary for token in tokens) / len(tokens)"),
    Exercise("06.2", keras_ids, "start with 1; then rank + 3 for each word, or 2. rank.get(word) is None for a word without a rank.",
             "words = \"this film was truly brilliant\".split()\n"
             "keras_ids = [1] + [rank[word] + 3 if word in rank else 2 for word in words]"),
    Exercise("06.3", padding, "as they come the batches are (10, 200), (30, 190), (20, 210): the first needs 190 cells of padding.",
             "def cells(lengths):\n"
             "    return sum(abs(lengths[i] - lengths[i + 1]) for i in range(0, 6, 2))\n\n"
             "padding = (cells([10, 200, 30, 190, 20, 210]), cells(sorted([10, 200, 30, 190, 20, 210])))"),
)
