"""Chapter 17's comparison in full: every system on several splits, with spread and seconds.

    python benchmarks/documents.py              five seeds on all documents (COURSE_NEWS chooses the corpus)
    python benchmarks/documents.py --folds      five folds instead: every document is tested once

The systems are the chapter's own: its definitions are taken from the notebook, not written again.
"""

import argparse
import functools
import re
import time
from dataclasses import dataclass

import numpy as np
from common import save, table

from course_utils.commands.notebooks import FOLDER, definitions
from course_utils.runtime import start

SYSTEMS = [("TF-IDF", "LSTM"), ("word2vec", "LSTM"), ("word2vec", "BiLSTM"), ("BERT", "BiLSTM"),
           ("BERT", "BiLSTM + attention")]
TAUGHT = "sentences_of AttentionPooling in_boxes build_reader train_reader".split()
PARTS = 25                         # a document's twenty-fifths: 16 to train on, 4 to stop by, 5 to test
SIZES = {"course_news": (30, 30, 1500), "news_articles": (16, 48, 1500)}   # sentences, their characters, BERT's steps


@dataclass
class Split:
    """The documents in one order, cut in three.

    documents: lists of sentences, at most `rows` of each.  y: (n,) labels.
    counts: (n,) sentences of each document.  lines: the sentences of all, one after the other.
    """

    documents: list
    y: np.ndarray

    def __post_init__(self):
        n = len(self.documents)
        self.train = slice(0, n * 16 // PARTS)
        self.validation = slice(n * 16 // PARTS, n * 20 // PARTS)
        self.test = slice(n * 20 // PARTS, n)
        self.counts = np.array([len(one) for one in self.documents])
        self.lines = [line for one in self.documents for line in one]
        self.train_lines = self.counts[self.train].sum()
        self.free = self.lines[:self.counts[:self.validation.stop].sum()]   # nothing is learnt from the test documents

    @functools.cached_property
    def words(self):
        """The words of each line."""
        import rjieba
        return [rjieba.cut(line) for line in self.lines]


def taught(**known):
    """The chapter's own definitions by their names; they read the variables that are `known`."""
    import keras
    import tensorflow as tf

    from course_utils import text, training
    modules = {"keras": keras, "tf": tf, "np": np, "text": text, "Progress": training.Progress, "re": re}
    return definitions(next(FOLDER.glob("17_*.ipynb")), TAUGHT, modules | known)


def svm_answers(split, seed):
    """(name, answers for the test documents, seconds) of each linear model; it reads a document as one text."""
    import rjieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    whole = ["".join(one) for one in split.documents]
    known = slice(0, split.validation.stop)
    for name, vectorizer in {
        "TF-IDF + SVM": TfidfVectorizer(analyzer=rjieba.cut, max_features=6000),
        "character pairs + SVM": TfidfVectorizer(analyzer="char", ngram_range=(2, 2), min_df=2, sublinear_tf=True),
    }.items():
        begun = time.monotonic()
        model = LinearSVC(random_state=seed).fit(vectorizer.fit_transform(whole[known]), split.y[known])
        yield name, model.predict(vectorizer.transform(whole[split.test])), time.monotonic() - begun


def tfidf_vectors(split):
    """A vector of word counts for each sentence."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    tfidf = TfidfVectorizer(analyzer=lambda one: one, max_features=1000).fit(split.words[:split.train_lines])
    return tfidf.transform(split.words).toarray()


def word2vec_vectors(split, seed):
    """The mean of its words' vectors for each sentence."""
    import tensorflow as tf

    from course_utils import embeddings, text
    free = len(split.free)
    known = text.Vocabulary.of(tf.ragged.constant(split.words[:free]), 6000)
    ids = text.to_arrays(known.encode(tf.ragged.constant(split.words)))
    vectors = embeddings.skip_gram(ids[:free], len(known), embedding_dim=64, window_size=5, epochs=3, seed=seed)
    return np.stack([vectors[row].mean(axis=0) for row in ids])


def bert_vectors(split, width, steps, seed):
    """The sentence vectors of chapter 16's BERT."""
    from course_utils.encoder import CharacterBert
    bert = CharacterBert(split.free, 3500, width, seed)
    bert.pretrain(split.free, steps, seed)
    return bert.sentence_vectors(split.lines)


def network_answers(split, classes, rows, width, steps, seed):
    """(name, answers for the test documents, seconds) of each network."""
    chapter = taught(classes=classes, ROWS=rows, y=split.y, train=split.train, validation=split.validation)
    boxes, seconds = {}, {}
    for name, make in {"TF-IDF": lambda: tfidf_vectors(split), "word2vec": lambda: word2vec_vectors(split, seed),
                       "BERT": lambda: bert_vectors(split, width, steps, seed)}.items():
        begun = time.monotonic()
        boxes[name] = chapter["in_boxes"](make(), split.counts, split.train_lines)
        seconds[name] = time.monotonic() - begun
    for vectors, kind in SYSTEMS:
        begun = time.monotonic()
        reader = chapter["train_reader"](boxes[vectors], kind, seed)
        answers = reader(boxes[vectors][split.test]).numpy().argmax(axis=-1)
        yield f"{vectors} + {kind}", answers, seconds[vectors] + time.monotonic() - begun


def compare(texts, labels, order, classes, sizes, seed):
    """{system: (macro F1, accuracy, seconds)} with the documents in this order."""
    from sklearn.metrics import f1_score
    sentences_of = taught()["sentences_of"]
    split = Split([sentences_of(texts[i])[:sizes[0]] for i in order], labels[order])
    truth = split.y[split.test]
    return {name: (f1_score(truth, answers, average="macro"), (answers == truth).mean(), seconds)
            for answering in (svm_answers(split, seed), network_answers(split, classes, *sizes, seed))
            for name, answers, seconds in answering}


def draw(spread):
    """The mean F1 of each system, and a line from the lowest to the highest.  spread: {system: (runs,)}."""
    import matplotlib.pyplot as plt
    _, axes = plt.subplots(figsize=(7, 3.8))
    for place, f1 in enumerate(spread.values()):
        axes.plot([f1.min(), f1.max()], [place, place], color="0.6")
        axes.plot(f1.mean(), place, "o")
    axes.set(xlabel="macro F1: mean, lowest to highest", yticks=range(len(spread)), yticklabels=list(spread))
    axes.invert_yaxis()


def summary(runs):
    """The table of all systems, and {system: its F1 in each run}."""
    rows, spread = [], {}
    for name in runs[0]:
        f1, accuracy, seconds = np.array([run[name] for run in runs]).T
        rows.append([name, f"{f1.mean():.3f}", f"{f1.min():.3f} to {f1.max():.3f}", f"{accuracy.mean():.3f}",
                     f"{np.median(seconds):.0f}"])
        spread[name] = f1
    return table(["system", "macro F1: mean", "lowest to highest", "accuracy", "seconds"], rows), spread


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folds", action="store_true", help="five folds instead of five seeds")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    start()
    import tensorflow as tf

    from course_utils import datasets

    tf.get_logger().setLevel("ERROR")          # it cannot show the source of what is from a notebook, and says so
    parts = [datasets.load_news(split) for split in ("train", "test")]
    texts = [text for part in parts for text in part.texts]
    labels = np.concatenate([part.labels for part in parts])
    name, classes = datasets.corpus_name("news"), datasets.class_names("news")
    runs = []
    for run in range(arguments.runs):
        order = np.random.default_rng(0 if arguments.folds else run).permutation(len(texts))
        order = np.roll(order, run * len(texts) // 5) if arguments.folds else order
        runs.append(compare(texts, labels, order, classes, SIZES[name], seed=run + 1))
        scores = "  ".join(f"{system} {f1:.3f}" for system, (f1, _, _) in runs[-1].items())
        print(f"run {run + 1}: {scores}", flush=True)
    rows, width, _ = SIZES[name]
    found, spread = summary(runs)
    draw(spread)
    save("documents", f"{name}, {len(texts):,} documents, {len(runs)} {'folds' if arguments.folds else 'seeds'}, "
         f"{rows} sentences of {width} characters\n\n{found}")


if __name__ == "__main__":
    main()
