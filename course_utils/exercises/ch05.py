"""Exercises of chapter 05: inverse document frequency, precision and recall, a bag of words."""

import numpy as np

from . import Function, Open, Value


def idf_word():
    return np.log((1 + 1000) / (1 + 99)) + 1


IDF_WORD = Value("05.1", idf_word, "n is 1,000 and d is 99. np.log is the natural logarithm.", [
    (np.log(1001 / 100), "the + 1 at the end is missing: without it a word in every text would weigh nothing."),
    (np.log(1000 / 99) + 1, "scikit-learn adds 1 to both numbers, as if one more text held every word."),
    (np.log10(1001 / 100) + 1, "this is the logarithm to the base 10. ln is np.log."),
    (np.log(100 / 1001) + 1, "the fraction is turned round: rare words must weigh more."),
    (1001 / 100 + 1, "the logarithm is missing."),
], places=3)


def measures():
    return 30 / (30 + 20), 30 / (30 + 10), 2 * 0.6 * 0.75 / (0.6 + 0.75)


PRECISION, RECALL, F1 = measures()
MEASURES = Value("05.2", measures, "tp is 30, fp is 20, and fn is what was not found of the 40.", [
    ((RECALL, PRECISION, F1),
     "precision and recall are swapped. Precision looks at what was called positive: 30 + 20 reviews."),
    ((PRECISION, RECALL, (PRECISION + RECALL) / 2), "F1 is the harmonic mean, 2 p r / (p + r), not the ordinary one."),
    ((PRECISION, RECALL, PRECISION * RECALL), "F1 is 2 p r / (p + r)."),
    ((30 / 60, RECALL, 0.6), "30 + 20 reviews were called positive, not 40 + 20."),
    ((60, 75, 200 / 3), "as shares of 1, please, not in per cent."),
])


def bag(text, words):
    tokens = text.lower().split()
    return np.array([tokens.count(word) for word in words])


BAG = Function("05.3", bag, "text.lower().split() gives a list, and a list has .count(word).", [
    (lambda text, words: [text.split().count(word) for word in words],
     "upper and lower case are different letters to Python: text.lower() first."),
    (lambda text, words: [word in text.lower().split() for word in words],
     "you only ask whether a word is there. How often it occurs is asked for."),
    (lambda text, words: [text.lower().count(word) for word in words],
     "you count letters in a row, so that good-bye counts as good: split the text first."),
    (lambda text, words: [text.count(word) for word in words],
     "you count letters in a row; split the text first, and make it lower case."),
    (lambda text, words: bag(text, words) / len(text.split()), "these are shares. The counts are asked for."),
], cases=[("The good the bad and the ugly good-bye", ["the", "good", "film", "ugly"]),
          ("A film a film", ["film", "a"])])

def train(seed):
    rows = np.random.default_rng(seed).permutation(cut)[:1000]
    pairs = CountVectorizer(ngram_range=(1, 2), binary=True)
    model = MultinomialNB().fit(pairs.fit_transform([reviews[i] for i in rows]), labels[rows])
    return model.score(pairs.transform(tests), test_labels)


FEWER = Open("05.4", train, "a model that only counts cannot learn its few reviews by heart. What may it count?", [],
             beat=0.76)

EXERCISES = [IDF_WORD, MEASURES, BAG, FEWER]
