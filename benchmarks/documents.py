"""Chapter 16's comparison in full: every system on several splits, with spread and seconds.

    python benchmarks/documents.py              five seeds on all documents (COURSE_NEWS chooses the corpus)
    python benchmarks/documents.py --folds      five folds instead: every document is tested once

The systems are the chapter's own: its definitions are taken from the notebook, not written again.
"""

import argparse
import re
import time

from common import save, table

from course_utils.notebooks import FOLDER, definitions
from course_utils.runtime import start

SYSTEMS = [("TF-IDF", "LSTM"), ("word2vec", "LSTM"), ("word2vec", "BiLSTM"), ("BERT", "BiLSTM"), ("BERT", "BiLSTM + attention")]
TAUGHT = ("sentences_of encode is_character build_bert hide Bias mean_state states_of build_guesser pretrain vectors_of sentence_vectors "
          "AttentionPooling in_boxes build_reader train_reader").split()
PARTS = 25                         # a document's twenty-fifths: 16 to train on, 4 to stop by, 5 to test


def compare(texts, labels, classes, order, rows, width, steps, seed):
    """{system: (macro F1, accuracy, seconds)} with the documents in this order: the first 64 % train, the last 20 % test."""
    import keras
    import keras_hub
    import numpy as np
    import rjieba
    import tensorflow as tf
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import f1_score
    from sklearn.svm import LinearSVC

    from course_utils import text, training

    ns = {"keras": keras, "keras_hub": keras_hub, "tf": tf, "np": np, "text": text, "Progress": training.Progress, "re": re,
          "classes": classes, "ROWS": rows, "WIDTH": width, "LENGTH": width + 2, "GUESSES": max(1, round(0.15 * width))}
    definitions(next(FOLDER.glob("16_*.ipynb")), TAUGHT, ns)
    y, texts = labels[order], [texts[i] for i in order]
    documents = [ns["sentences_of"](one)[:rows] for one in texts]
    n = len(documents)
    train, validation, test = slice(0, n * 16 // PARTS), slice(n * 16 // PARTS, n * 20 // PARTS), slice(n * 20 // PARTS, n)
    counts = np.array([len(one) for one in documents])
    lines = [line for one in documents for line in one]
    free = lines[:counts[:validation.stop].sum()]                                          # nothing is learnt from the test documents
    ns |= {"y": y, "train": train, "validation": validation}
    scores = {}

    def note(name, answers, seconds):
        scores[name] = f1_score(y[test], answers, average="macro"), (answers == y[test]).mean(), seconds

    boxed = lambda vectors: ns["in_boxes"](vectors, counts, counts[train].sum())
    whole = ["".join(one) for one in documents]
    for name, vectorizer in {"TF-IDF + SVM": TfidfVectorizer(analyzer=rjieba.cut, max_features=6000),
                             "character pairs + SVM": TfidfVectorizer(analyzer="char", ngram_range=(2, 2), min_df=2, sublinear_tf=True)}.items():
        begun = time.monotonic()
        X = vectorizer.fit_transform(whole[:validation.stop])
        note(name, LinearSVC(random_state=seed).fit(X, y[:validation.stop]).predict(vectorizer.transform(whole[test])), time.monotonic() - begun)

    seconds = {}
    begun = time.monotonic()
    words = [rjieba.cut(line) for line in lines]
    tfidf = TfidfVectorizer(analyzer=lambda one: one, max_features=1000).fit(words[:counts[train].sum()])
    boxes = {"TF-IDF": boxed(tfidf.transform(words).toarray())}
    seconds["TF-IDF"] = time.monotonic() - begun
    begun = time.monotonic()
    known = text.Vocabulary.of(tf.ragged.constant(words[:len(free)]), 6000)
    ids = text.rows(known.encode(tf.ragged.constant(words)))
    table = training.skip_gram(ids[:len(free)], len(known), size=64, window=5, epochs=3, seed=seed)
    boxes["word2vec"] = boxed(np.stack([table[row].mean(axis=0) for row in ids]))
    seconds["word2vec"] = time.monotonic() - begun
    begun = time.monotonic()
    vocabulary = text.Vocabulary.of(tf.strings.unicode_split(free, "UTF-8"), 3500, oov_buckets=1)
    size = len(vocabulary)
    ns |= {"vocabulary": vocabulary, "CLS": size, "SEP": size + 1, "MASK": size + 2, "SIZE": size + 3}
    free_ids = ns["encode"](free)
    shares = np.bincount(free_ids[ns["is_character"](free_ids)], minlength=size + 3) + 0.5
    ns["shares"] = shares / shares.sum()
    keras.utils.set_random_seed(seed)
    bert = ns["build_bert"]()
    ns["pretrain"](bert, free_ids, steps, np.random.default_rng(seed))
    boxes["BERT"] = boxed(ns["sentence_vectors"](bert, lines))
    seconds["BERT"] = time.monotonic() - begun
    for vectors, kind in SYSTEMS:
        begun = time.monotonic()
        reader = ns["train_reader"](boxes[vectors], kind, seed)
        note(f"{vectors} + {kind}", reader(boxes[vectors][test]).numpy().argmax(axis=-1), seconds[vectors] + time.monotonic() - begun)
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folds", action="store_true", help="five folds instead of five seeds")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    start()
    import matplotlib.pyplot as plt
    import numpy as np
    import tensorflow as tf

    from course_utils import datasets

    tf.get_logger().setLevel("ERROR")          # it cannot show the source of what was taken from a notebook, and says so each time
    texts, labels, classes = [], [], datasets.news_classes()
    for split in "train", "test":
        more, their_labels, _ = datasets.read_news(split)
        texts, labels = texts + more, np.concatenate([labels, their_labels]).astype(int)
    rows, width, steps = {"course_news": (30, 30, 1500), "news_articles": (16, 48, 1500)}[datasets.news()]
    runs = []
    for run in range(arguments.runs):
        order = np.random.default_rng(0 if arguments.folds else run).permutation(len(texts))
        order = np.roll(order, run * len(texts) // 5) if arguments.folds else order
        runs.append(compare(texts, labels, classes, order, rows, width, steps, seed=run + 1))
        print(f"run {run + 1}: " + "  ".join(f"{name} {scores[0]:.3f}" for name, scores in runs[-1].items()), flush=True)
    lines, spread = [], {}
    for name in runs[0]:
        f1, accuracy, seconds = np.array([run[name] for run in runs]).T
        lines.append([name, f"{f1.mean():.3f}", f"{f1.min():.3f} to {f1.max():.3f}", f"{accuracy.mean():.3f}", f"{np.median(seconds):.0f}"])
        spread[name] = f1
    _, axes = plt.subplots(figsize=(7, 3.8))
    for place, f1 in enumerate(spread.values()):
        axes.plot([f1.min(), f1.max()], [place, place], color="0.6")
        axes.plot(f1.mean(), place, "o")
    axes.set(xlabel="macro F1: mean, lowest to highest", yticks=range(len(spread)), yticklabels=list(spread))
    axes.invert_yaxis()
    save("documents", f"{datasets.news()}, {len(texts):,} documents, {len(runs)} {'folds' if arguments.folds else 'seeds'}, "
         f"{rows} sentences of {width} characters\n\n" + table(["system", "macro F1: mean", "lowest to highest", "accuracy", "seconds"], lines))


if __name__ == "__main__":
    main()
