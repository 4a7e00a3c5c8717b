"""Exercises of chapter 15: segmentation from the right, scores of one class, sizes, a better classifier."""

from . import Function, Open, Value

DICTIONARY = {"研究", "研究生", "生命", "起源", "大桥", "长江", "长江大桥", "南京", "南京市", "市长"}


def from_the_right(sentence, dictionary):
    words, end = [], len(sentence)
    while end > 0:
        sizes = [size for size in (4, 3, 2) if size <= end and sentence[end - size:end] in dictionary]
        size = sizes[0] if sizes else 1
        words = [sentence[end - size:end], *words]
        end -= size
    return words


def from_the_left(sentence, dictionary):
    turned = from_the_right(sentence[::-1], {word[::-1] for word in dictionary})
    return [word[::-1] for word in turned[::-1]]


FROM_THE_RIGHT = Function(
    "15.1", from_the_right,
    "look at sentence[end - size:end] for size 4, 3, 2; if none is known take one character; then end -= size.", [
        (lambda sentence, dictionary: from_the_right(sentence, dictionary)[::-1],
         "the words come out in reverse. Put each new word in front: [word, *words]."),
        (from_the_left, "this cuts from the left."),
        (lambda sentence, dictionary: list(sentence),
         "every character stands alone. Try the long pieces first: sizes 4, 3, 2, then 1."),
        (lambda sentence, dictionary: from_the_right(sentence, dictionary)[1:],
         "the first word is missing: the pieces do not join to the sentence again."),
        (lambda sentence, dictionary: [word for word in from_the_right(sentence, dictionary) if word in dictionary],
         "the pieces do not join to the sentence again: a character that is in no word is a piece of its own."),
    ], cases=[("研究生命的起源", DICTIONARY), ("南京市长江大桥", DICTIONARY), ("市长研究生", DICTIONARY)])


def second_class():
    return 6 / (2 + 6 + 4), 6 / (1 + 6 + 3)


SECOND_CLASS = Value("15.2", second_class, "the second column holds what was called so, the second row what is so.", [
    (second_class()[::-1], "the two are swapped: precision divides by the column."),
    ((20 / 30, 20 / 30), "this is the accuracy, of all classes together."),
    ((6, 6), "these are counts. Divide by the column, and by the row."),
    ((6 / 30, 6 / 30), "divide by the column (precision) and by the row (recall), not by all."),
    ((8 / 9, 0.8), "this is the first class."),
    ((6 / 9, 0.6), "this is the third class."),
])


def sizes():
    return 3000 ** 2, 3000 ** 2 * 64, 2 * 64 + 1


ROWS, EMBEDDING, FILTER = sizes()
SIZES = Value(
    "15.3", sizes,
    "every first character with every second one; the filter has a weight for each number of both characters.", [
        ((ROWS, EMBEDDING, 128), "the filter has a bias."),
        ((ROWS, EMBEDDING, 65), "the filter is two characters wide."),
        ((4_498_500, 4_498_500 * 64, FILTER),
         "银行 and 行银 are two pairs: the order counts, and a character may stand beside itself."),
        ((6000, 384_000, FILTER), "every first character with every second one: C × C, not C + C."),
    ])


def train_one(seed):
    model, _ = trained("mean, rate 0.003", seed)
    return np.mean(predict_classes(model, test_ids) == test.labels)


BEATEN = Open("15.4", train_one, "the network with the mean did a little better, within what chance gives.", [],
              beat=0.859)

EXERCISES = [FROM_THE_RIGHT, SECOND_CLASS, SIZES, BEATEN]
