"""Exercises of chapter 06: unknown words, the id convention of Keras, padding, which words to keep."""

from . import Function, Open, Value

KNOWN = {"a", "film", "and"}
RANK = {"this": 11, "film": 19, "was": 13, "just": 40, "brilliant": 527}     # of the chapter's table


def unknown_share(tokens, vocabulary):
    return sum(token not in vocabulary for token in tokens) / len(tokens)


UNKNOWN_SHARE = Function(
    "06.1", unknown_share, "the chapter computes it in the section on the size of the vocabulary, with np.mean.", [
        (lambda tokens, known: sum(token in known for token in tokens) / len(tokens),
         "this is the share of the known tokens."),
        (lambda tokens, known: len(set(tokens) - known) / len(set(tokens)),
         "every different word is counted once. "
         "Count the tokens: a word that occurs four times counts four times."),
        (lambda tokens, known: len(set(tokens) - known) / len(tokens),
         "an unknown word that occurs twice counts twice. A set holds it only once."),
        (lambda tokens, known: sum(token not in known for token in tokens),
         "this is their number. Divide it by the number of tokens."),
        (lambda tokens, known: sum(token not in known for token in tokens) / len(known),
         "divide by the number of tokens, not by the size of the vocabulary."),
    ], cases=[("a film a film a dog and a horse and a dog".split(), KNOWN), ("a dog".split(), KNOWN)])


def keras_ids(rank):
    words = "this film was truly brilliant".split()
    return [1] + [rank[word] + 3 if word in rank else 2 for word in words]


IDS = keras_ids(RANK)
KERAS_IDS = Value(
    "06.2", keras_ids,
    "start with 1; then rank + 3 for each word, or 2. rank.get(word) is None for a word without a rank.", [
        (IDS[1:], "a review begins with the id 1."),
        ([1, 11, 19, 13, 2, 527], "these are the ranks. The id is the rank + 3."),
        ([11, 19, 13, 2, 527], "these are the ranks. The id is the rank + 3, and a review begins with the id 1."),
        ([*IDS[:4], 0, IDS[5]], "0 is the padding. An unknown word has the id 2."),
        ([*IDS[:4], 2 + 3, IDS[5]], "the id of an unknown word is 2 as it stands; nothing is added to it."),
        (IDS[:4] + IDS[5:], "the unknown word must not be left out."),
    ], given=(RANK,))


def padding():
    def cells(lengths):
        return sum(abs(lengths[i] - lengths[i + 1]) for i in range(0, 6, 2))

    return cells([10, 200, 30, 190, 20, 210]), cells(sorted([10, 200, 30, 190, 20, 210]))


AS_THEY_COME, BY_LENGTH = padding()
PADDING = Value(
    "06.3", padding,
    "as they come the batches are (10, 200), (30, 190), (20, 210): the first needs 190 cells of padding.", [
        ((BY_LENGTH, AS_THEY_COME), "the two numbers are swapped."),
        ((600, 600), "this fills all six rows to 210. A batch is only as long as its own longest review."),
        ((1200, 840), "these are all cells. Padding is what is left after the words are taken off."),
        (AS_THEY_COME, "this is the first number. By length the batches are (10, 20), (30, 190), (200, 210)."),
        ((AS_THEY_COME, AS_THEY_COME), "for the second number sort the lengths first."),
    ])

def train(seed):
    def ends(review):
        words = re.findall(r"[a-z']+", review.lower())
        return " ".join(words if len(words) <= 30 else words[:10] + words[-20:])

    known_texts, new_texts = ([ends(review) for review in part] for part in everything)
    rows = np.random.default_rng(seed).permutation(len(labels))[:4000]
    answers = linear_svm([known_texts[i] for i in rows], labels[rows], new_texts)
    return np.mean(answers == test_labels)


KEPT = Open("06.4", train, "verdicts stand at the end, some at the beginning. How are 30 words best shared out?", [],
            beat=0.76)

EXERCISES = [UNKNOWN_SHARE, KERAS_IDS, PADDING, KEPT]
