"""Exercises of chapter 15: segmentation from the right, scores of one class, sizes of embeddings and filters."""

from . import Exercise, collect, compare, of_function

DICTIONARY = {"研究", "研究生", "生命", "起源", "大桥", "长江", "长江大桥", "南京", "南京市", "市长"}
CASES = {"研究生命的起源": ["研究", "生命", "的", "起源"], "南京市长江大桥": ["南京市", "长江大桥"], "市长研究生": ["市长", "研究生"]}


def match(sentence, longest=4):
    """The longest match from the left, which is not what is asked."""
    words, i = [], 0
    while i < len(sentence):
        size = next((size for size in range(longest, 1, -1) if sentence[i:i + size] in DICTIONARY), 1)
        words.append(sentence[i:i + size])
        i += size
    return words


@of_function
def from_the_right(function):
    for sentence, right in CASES.items():
        answer = function(sentence, set(DICTIONARY))
        if answer is None:
            return "it is None. Does your function say `return`?"
        answer = list(answer)
        if answer == right:
            continue
        if answer == right[::-1]:
            return "the words come out in reverse. Put each new word in front: [word, *words]."
        if answer == match(sentence):
            return "this cuts from the left."
        if answer == list(sentence):
            return "every character stands alone. Try the long pieces first: sizes 4, 3, 2, then 1."
        if "".join(answer) != sentence:
            return f"the pieces of {sentence} do not join to the sentence again: {answer}."
        return f"{sentence} becomes {answer}; wanted is {right}."


def second_class(answer):
    return compare(answer, (0.5, 0.6), [
        ((0.6, 0.5), "the two are swapped: precision divides by the column."),
        ((20 / 30, 20 / 30), "this is the accuracy, of all classes together."),
        ((6, 6), "these are counts. Divide by the column, and by the row."),
        ((6 / 30, 6 / 30), "divide by the column (precision) and by the row (recall), not by all."),
        ((8 / 9, 0.8), "this is the first class."), ((6 / 9, 0.6), "this is the third class."),
    ])


def sizes(answer):
    return compare(answer, (9_000_000, 576_000_000, 129), [
        ((9_000_000, 576_000_000, 128), "the filter has a bias."),
        ((9_000_000, 576_000_000, 65), "the filter is two characters wide."),
        ((4_498_500, 4_498_500 * 64, 129), "银行 and 行银 are two pairs: the order counts, and a character may stand beside itself."),
        ((6000, 384_000, 129), "every first character with every second one: C × C, not C + C."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("15.1", from_the_right, "look at sentence[end - size:end] for size 4, 3, 2; if none is known take one character; then end -= size.",
             "def from_the_right(sentence, dictionary):\n    words, end = [], len(sentence)\n    while end > 0:\n"
             "        size = next((size for size in range(4, 1, -1) if size <= end and sentence[end - size:end] in dictionary), 1)\n"
             "        words, end = [sentence[end - size:end], *words], end - size\n    return words"),
    Exercise("15.2", second_class, "the second column holds what was called so, the second row what is so.",
             "second_class = (6 / (2 + 6 + 4), 6 / (1 + 6 + 3))"),
    Exercise("15.3", sizes, "every first character with every second one; the filter has a weight for each number of both characters.",
             "sizes = (3000 ** 2, 3000 ** 2 * 64, 2 * 64 + 1)"),
)
