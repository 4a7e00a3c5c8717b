"""Exercises of chapter 05: inverse document frequency, precision and recall, a bag of words."""

import numpy as np

from . import Exercise, collect, compare, of_function

TEXT, WORDS = "The good the bad and THE ugly good-bye", ["the", "good", "film", "ugly"]


def idf(answer):
    return compare(answer, np.log(1001 / 100) + 1, [
        (np.log(1001 / 100), "the + 1 at the end is missing: without it a word in every text would weigh nothing."),
        (np.log(1000 / 99) + 1, "scikit-learn adds 1 to both numbers, as if one more text held every word."),
        (np.log10(1001 / 100) + 1, "this is the logarithm to the base 10. ln is np.log."),
        (np.log(100 / 1001) + 1, "the fraction is turned round: rare words must weigh more."),
        (1001 / 100 + 1, "the logarithm is missing."),
    ])


def measures(answer):
    return compare(answer, (30 / 50, 30 / 40, 2 / 3), [
        ((30 / 40, 30 / 50, 2 / 3), "precision and recall are swapped. Precision looks at what was called positive: 30 + 20 reviews."),
        ((30 / 50, 30 / 40, (30 / 50 + 30 / 40) / 2), "F1 is the harmonic mean, 2 p r / (p + r), not the ordinary one."),
        ((30 / 50, 30 / 40, (30 / 50) * (30 / 40)), "F1 is 2 p r / (p + r)."),
        ((30 / 60, 30 / 40, 0.6), "30 + 20 reviews were called positive, not 40 + 20."),
        ((60, 75, 200 / 3), "as shares of 1, please, not in per cent."),
    ])


@of_function
def bag(function):
    return compare(function(TEXT, list(WORDS)), [3, 1, 0, 1], [
        ([1, 1, 0, 1], "upper and lower case are different letters to Python: text.lower() first. Or did you only ask whether a word is there?"),
        ([3, 2, 0, 1], "you count letters in a row, so that good-bye counts as good: split the text first."),
        ([1, 2, 0, 1], "you count letters in a row; split the text first, and make it lower case."),
        ([3 / 8, 1 / 8, 0, 1 / 8], "these are shares. The counts are asked for."),
    ], tolerance=1e-9)


EXERCISES = collect(
    Exercise("05.1", idf, "n is 1,000 and d is 99. np.log is the natural logarithm.", "idf_word = np.log((1 + 1000) / (1 + 99)) + 1"),
    Exercise("05.2", measures, "tp is 30, fp is 20, and fn is what was not found of the 40.",
             "measures = (30 / (30 + 20), 30 / (30 + 10), 2 * 0.6 * 0.75 / (0.6 + 0.75))"),
    Exercise("05.3", bag, "text.lower().split() gives a list, and a list has .count(word).",
             "def bag(text, words):\n    tokens = text.lower().split()\n    return np.array([tokens.count(word) for word in words])"),
)
