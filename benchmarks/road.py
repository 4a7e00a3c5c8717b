"""The road to the best systems: what was tried, judged on 5,000 of the training reviews, never on the test set.

    python benchmarks/road.py [--runs 3]
"""

import argparse
import functools

import numpy as np
from common import Store, use_corpus

PASSES, WEIGHTS = 3, (0.25, 0.5, 1.0, 2.0)


def hold_out():
    """From here on "train" is 20,000 of the training reviews, and "test" the other 5,000."""
    import judging

    from course_utils import datasets

    @functools.cache
    def reviews(split):
        texts, labels, _ = datasets.load_reviews("train")
        order = np.random.default_rng(0).permutation(len(texts))
        cut = len(texts) * 4 // 5
        chosen = order[:cut] if split == "train" else order[cut:]
        return datasets.Reviews([texts[i] for i in chosen], labels[chosen], None)

    judging.reviews = reviews                    # before systems and published take it from there


def linear(longest):
    """A linear SVM on the network's columns, each times its log-ratio: Wang and Manning (2012)."""
    from counting import Counted, words_and_signs
    from judging import reviews
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC
    counted = Counted(words_and_signs(reviews("train").texts), reviews("train").labels, longest)
    test_ids = counted.encode(words_and_signs(reviews("test").texts))
    X, X_test = (csr_matrix((counted.ratios[ids.flat_values], ids.flat_values, ids.row_splits),
                            (ids.nrows().numpy(), counted.size)) for ids in (counted.ids, test_ids))
    return LinearSVC(C=0.01, random_state=1).fit(X, reviews("train").labels).score(X_test, reviews("test").labels)


def measure(seed):
    """{what was tried: {"accuracy": on the reviews held out}}"""
    import systems
    from judging import reviews
    truth, found = reviews("test").labels, {}
    if seed == 1:
        found["linear SVM on the same columns"] = linear(3)
    found["number for each word and pair, one pass"] = systems.one_number_each(2)(seed).epochs[-1][1]
    counted = systems.one_number_each(3, PASSES)(seed)
    for number, (_, score) in enumerate(counted.epochs, 1):
        found[f"number for each word, pair and triple, pass {number}"] = score
    counted = systems.one_number_each(3)(seed)
    without = systems.course(systems.of_words(20_000, last=400), systems.every_fourth_step_of_words, 3e-3, 3,
                             falling=True)(seed)
    found["convolution and GRU, words alone"] = without.epochs[-1][1]
    fourth = systems.COURSE[systems.FOURTH](seed)
    found["convolution and GRU, words and pairs"] = fourth.epochs[-1][1]
    for weight in WEIGHTS:
        found[f"triples + {weight} times the GRU's answer"] = np.mean(
            (counted.answers + weight * fourth.answers > 0) == truth)
    return {what: {"accuracy": float(score)} for what, score in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    store = Store("road", use_corpus())
    hold_out()
    for seed in range(1, parser.parse_args().runs + 1):
        if not store.has("number for each word and pair, one pass", seed):
            store.add(seed, measure(seed))
            print(f"seed {seed}", {what: row["accuracy"] for (what, run), row in store.results.rows.items()
                                   if run == seed}, flush=True)
    store.keep()


if __name__ == "__main__":
    main()
