"""Measure the corpora and print each number beside its target: `python data/report.py` (or `make data-report`).

With COURSE_REAL_DATA set to the folder of the real data, the transfer to real IMDB reviews is measured as well.
"""

import gzip
import json
import os
import re
import sys
import tarfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from generators.grammar import Grammar
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from course_utils.datasets import PHENOMENA

HERE = Path(__file__).parent


def read(split):
    """Labels (n,), phenomena (n,) and texts of a split of course_reviews."""
    lines = (HERE / "course_reviews" / f"{split}.tsv").read_text("utf-8").splitlines()
    labels, phenomena, texts = zip(*(line.split("\t") for line in lines), strict=True)
    return np.array(labels, int), np.array(phenomena), list(texts)


def words(text):
    return re.findall(r"[a-z']+", text.replace("<br />", " ").lower())


def ngrams(tokens, n):
    return zip(*(tokens[i:] for i in range(n)), strict=False)


def share_seen(train, test, n):
    """The share of the test's n-grams, of words or characters, that train has."""
    seen = {gram for one in train for gram in ngrams(one, n)}
    return np.mean([gram in seen for one in test for gram in ngrams(one, n)])


def real_imdb(split):
    """Labels and texts of real IMDB reviews, read as they lie in the archive; None where it is not there."""
    archive = Path(os.environ.get("COURSE_REAL_DATA", "")) / "aclImdb_rebuilt.tar.gz"
    if "COURSE_REAL_DATA" not in os.environ or not archive.exists():
        return None
    labels, texts = [], []
    with tarfile.open(archive) as members:
        for member in members:
            folder = str(Path(member.name).parent)
            if folder in (f"aclImdb/{split}/pos", f"aclImdb/{split}/neg"):
                labels.append(int(folder.endswith("pos")))
                texts.append(members.extractfile(member).read().decode("utf-8"))
    return np.array(labels), texts


def recurrent_scores(train, test):
    """Accuracy by phenomenon of a network like chapter 11's: two GRUs of 32 units, two epochs."""
    from course_utils.runtime import quiet_stderr, start
    with quiet_stderr():
        start()
        import keras

        from course_utils import text, training
        (labels, _, texts), (test_labels, phenomena, test_texts) = train, test
        vocabulary = text.Vocabulary.of(text.split_words(texts), 5000)
        encode = lambda some: vocabulary.encode(text.split_words(some))
        model = keras.Sequential([
            keras.layers.Embedding(len(vocabulary), 64, mask_zero=True), keras.layers.SpatialDropout1D(0.2),
            keras.layers.GRU(32, return_sequences=True), keras.layers.GRU(32), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(1e-2), keras.losses.BinaryCrossentropy(from_logits=True))
        model.fit(text.batches_by_length(encode(texts), labels, 64, seed=1), epochs=2, shuffle=False, verbose=0)
        right = (training.predict(model, encode(test_texts)) > 0) == test_labels
    return {name: right[phenomena == name].mean() for name in PHENOMENA}


def read_lines(corpus, split):
    return [line.split("\t") for line in (HERE / corpus / f"{split}.tsv").read_text("utf-8").splitlines()]


def names_in(tags):
    """(start, end, kind) of every name in BIO tags."""
    starts = [i for i, tag in enumerate(tags) if tag.startswith("B-")]
    ends = [next((i for i in range(start + 1, len(tags)) if not tags[i].startswith("I-")), len(tags))
            for start in starts]
    return [(start, end, tags[start][2:]) for start, end in zip(starts, ends, strict=True)]


def known_names(sentences):
    """{the tokens of a name: how often it is of which kind}."""
    known = {}
    for tags, tokens in sentences:
        for start, end, kind in names_in(tags):
            known.setdefault(tuple(tokens[start:end]), Counter())[kind] += 1
    return known


def looked_up(tokens, known):
    """(start, end, kind) of every known name in a sentence: the longest at each place, with its commonest kind."""
    found, i = set(), 0
    while i < len(tokens):
        ends = range(min(i + 8, len(tokens)), i, -1)
        end = next((end for end in ends if tuple(tokens[i:end]) in known), None)
        if end:
            found.add((i, end, known[tuple(tokens[i:end])].most_common(1)[0][0]))
        i = end or i + 1
    return found


def report_entities(row):
    train, test = ([(tags.split(" "), tokens.split(" ")) for tags, tokens in read_lines("course_entities", split)]
                   for split in ("train", "test"))
    print("\ncourse_entities")
    row("sentences", f"{len(train):,} + {len(test):,}", "8,000 + 2,000", (len(train), len(test)) == (8000, 2000))
    row("different tokens", f"{len({token for _, tokens in train for token in tokens}):,}", "", True,
        "23,600 (CoNLL-2003)")
    known = known_names(train)
    right = said = true = new = 0
    kinds = Counter()
    for tags, tokens in test:
        truth, found = set(names_in(tags)), looked_up(tokens, known)
        right, said, true = right + len(truth & found), said + len(found), true + len(truth)
        new += sum(tuple(tokens[start:end]) not in known for start, end, _ in truth)
        kinds.update(kind for _, _, kind in truth)
    row("names of the test that train does not have", f"{new / true:.3f}", "at least 0.30", new / true >= 0.3,
        "0.460 (CoNLL-2003)")
    f1 = 2 * right / (said + true)
    row("entity F1 of a dictionary of the train names", f"{f1:.3f}", "at most 0.75", f1 <= 0.75, "0.597 (CoNLL-2003)")
    row("names of each kind in the test", " ".join(str(count) for _, count in kinds.most_common()), "four kinds",
        len(kinds) == 4)


SHARED = {"finance": "财经", "education": "教育", "science": "科技", "politics": "时政", "sports": "体育",
          "entertainment": "娱乐", "IT": "科技"}
SECTIONS = "体育", "财经", "科技", "教育", "娱乐", "时政"           # topic 0, 1, …


def report_news(row):
    train, test = (Articles.read(split) for split in ("train", "test"))
    print("\ncourse_news")
    sizes = len(train.texts), len(test.texts)
    row("articles", f"{sizes[0]:,} + {sizes[1]:,}", "3,000 + 1,000", sizes == (3000, 1000))
    low, middle, high = np.percentile([len(one) for one in train.topics], [0, 50, 100])
    row("sentences in an article: fewest, median, most", f"{low:.0f} {middle:.0f} {high:.0f}", "6 to 30",
        low >= 6 and high <= 30)
    row("different characters", f"{len(set(''.join(train.texts))):,}", "", True, "4,490 (titles)")
    share = share_seen(train.texts, test.texts, 8)
    row("test 8-grams of characters seen in train", f"{share:.3f}", "", True, "0.143 (Sogou)")

    svm, reader = {}, whole_reader(train, test)
    row("a reader who knows topics and names", f"{reader:.3f}", "at least 0.93", reader >= 0.93)
    for what, size in (("characters", (1, 1)), ("pairs of characters", (2, 2)), ("both", (1, 2))):
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=size, min_df=2, sublinear_tf=True)
        svm[what] = LinearSVC(random_state=1).fit(vectorizer.fit_transform(train.texts), train.labels), vectorizer
        score = svm[what][0].score(vectorizer.transform(test.texts), test.labels)
        row(f"linear SVM on {what}", f"{score:.3f}", "0.05 below the reader", score <= reader - 0.05,
            "0.913 (titles), 0.896 (Sogou)" if size == (2, 2) else "")
    for what, rule in RULES.items():
        score = bayes([rule(one) for one in train.sentences], train.labels,
                      [rule(one) for one in test.sentences], test.labels)
        row(f"Naive Bayes on {what}", f"{score:.3f}", "0.05 below the reader", score <= reader - 0.05)
    report_real_news(row, *svm["pairs of characters"])


class Articles(NamedTuple):
    """A split of course_news: for each article its class, its sentences and the topic of each of them."""

    labels: list[str]
    topics: list[list[int]]
    texts: list[str]
    sentences: list[list[str]]

    @classmethod
    def read(cls, split):
        labels, topics, texts = zip(*read_lines("course_news", split), strict=True)
        return cls(labels, [list(map(int, one.split())) for one in topics], texts,
                   [re.findall("[^。！？]*[。！？]+”?", text) for text in texts])


def bayes(texts, labels, test_texts, test_labels):
    """Accuracy of Naive Bayes on characters and their pairs."""
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2)
    model = MultinomialNB().fit(vectorizer.fit_transform(texts), labels)
    return model.score(vectorizer.transform(test_texts), test_labels)


NEWS = {name: " ".join(lines) for path in (HERE / "generators" / "news").glob("*.txt")
        for name, _, lines in Grammar.read(path)}


def section(name):
    """The entries of a word list of the news, or the Chinese words of its templates, longest first."""
    return sorted(set(re.findall("[\u4e00-\u9fffA-Z]+", NEWS[name])), key=len, reverse=True)


def one_of(*lists):
    return "|".join(word for name in lists for word in section(name))


PERSON = f"(?:{one_of('surname')})(?:{one_of('given')})"
NAMES = re.compile(f"《.+?》|{PERSON}|" + one_of(
    "city", "abroad", "province", "club", "corp.name", "tech.name", "matter", "exam", "foreign", "device",
    "injury"))
OPENED = re.compile(r"本报|.{2,4}\d+月\d+日电|（记者|据.{2,8}报道，|【.{2,4}消息】|.{2,8}记者.{2,4}报道：")
BACK = re.compile(f"(?:{one_of('back')})，|(?:他|她|他们|有关方面|知情人)(?:还|也|又|再次)")


def with_commonest_name(sentences):
    """The sentences that hold the person who is in most of them."""
    people = Counter(name for one in sentences for name in set(re.findall(PERSON, one)))
    return "".join(one for one in sentences if people and people.most_common(1)[0][0] in one)


RULES = {
    "the lead": lambda sentences: next(filter(OPENED.match, sentences), sentences[0]),
    "all sentences that open as a lead does": lambda sentences: "".join(filter(OPENED.match, sentences)),
    **{f"sentence {place}, counted from 0": lambda sentences, place=place: sentences[place]
       for place in (0, 1, 2, 3, 4, -2, -1)},
    "the sentences with the commonest person": with_commonest_name,
    "the sentences that refer back": lambda sentences: "".join(filter(BACK.match, sentences)),
    "the whole article": "".join,
}


def whole_reader(train, test):
    """Accuracy of one who knows the topic of every sentence, and all names: of each section in an article he counts the
    sentences, those that refer back, and the names that come back, and weighs the counts as he learnt."""
    def weighed(articles):
        for label, topics, sentences in zip(articles.labels, articles.topics, articles.sentences, strict=True):
            counts, right = [], []
            for topic in sorted({*topics} - {-1}):
                own = [one for one, where in zip(sentences, topics, strict=True) if where == topic]
                names = Counter(name for one in own for name in set(NAMES.findall(one)))
                counts.append([len(own), sum(bool(BACK.match(one)) for one in own), names.total(),
                               names.total() - len(names)])
                right.append(SECTIONS[topic] == label)
            yield counts, right

    known = list(weighed(train))
    model = LogisticRegression(max_iter=2000).fit([count for counts, _ in known for count in counts],
                                                  [one for _, right in known for one in right])
    return np.mean([right[np.argmax(model.decision_function(counts))] for counts, right in weighed(test)])


def report_real_news(row, svm, vectorizer):
    """The transfer to real headlines and articles, where they are there."""
    folder = Path(os.environ.get("COURSE_REAL_DATA", ""))
    for what, file, read_real in (("titles", "thucnews_titles/test.txt.gz", real_titles),
                                  ("articles", "sogou_articles/sogouc_mini.jsonl.gz", real_articles)):
        if "COURSE_REAL_DATA" not in os.environ or not (folder / file).exists():
            print(f"transfer to real {what}: not measured, COURSE_REAL_DATA is not set or has no {file}")
            continue
        with gzip.open(folder / file, "rt", encoding="utf-8") as lines:
            real = [(SHARED.get(label, label), text) for label, text in read_real(lines, folder)]
        real = [(label, text) for label, text in real if label in SHARED.values()]
        score = svm.score(vectorizer.transform([text for _, text in real]), [label for label, _ in real])
        row(f"the same SVM on {len(real):,} real {what} of the same classes", f"{score:.3f}", "at least 0.60",
            score >= 0.60)


def real_titles(lines, folder):
    """(class, headline) of the lines of THUCNews."""
    names = (folder / "thucnews_titles" / "class.txt").read_text("utf-8").split()
    return [(names[int(label)], text) for text, label in (line.rstrip("\n").split("\t") for line in lines)]


def real_articles(lines, folder):
    """(class, text) of Sogou's articles."""
    return [(article["class"], article["text"]) for article in map(json.loads, lines)]


class Report:
    """Prints numbers beside their targets and counts those that miss them."""

    missed = 0

    def row(self, what, value, target, good, real=""):
        self.missed += not good
        print(f"{what:58} {value:>14}   {target:24} {'ok' if good else 'MISSED':7} {real}", flush=True)


def report_reviews(row):
    splits = {name: read(name) for name in ("train", "test", "unsupervised")}
    train, test = splits["train"], splits["test"]
    print("course_reviews")
    print(f"{'course_reviews':58} {'measured':>14}   {'target':24} {'':7} real IMDB, 6,000 reviews")
    for name, size in ("train", 6000), ("test", 2000), ("unsupervised", 4000):
        row(f"reviews in {name}", f"{len(splits[name][2]):,}", f"{size:,}", len(splits[name][2]) == size)
    hidden = set(splits["unsupervised"][0])
    row("labels of the unlabelled reviews", str(sorted(hidden)[0]), "-1", hidden == {-1})
    named = set(train[1]), set(test[1])
    row("phenomena named in each split", str(len(named[0] & named[1])), "6", named[0] == named[1] == set(PHENOMENA))
    tokens, test_tokens = [words(text) for text in train[2]], [words(text) for text in test[2]]
    report_words(row, tokens)
    report_repetition(row, tokens, test_tokens)
    report_habits(row, [text for _, _, some in splits.values() for text in some])
    report_difficulty(row, train, test)


def report_words(row, tokens):
    """How long the reviews are, and how many words they have."""
    low, middle, high = np.percentile([len(one) for one in tokens], [10, 50, 90])
    row("tokens in a review, median", f"{middle:.0f}", "60 to 90", 60 <= middle <= 90, "173")
    row("tokens in a review, 10th percentile", f"{low:.0f}", "at most 30", low <= 30, "90")
    row("tokens in a review, 90th percentile", f"{high:.0f}", "at least 150", high >= 150, "455")
    counts = Counter(token for one in tokens for token in one)
    often = sum(count >= 5 for count in counts.values())
    row("word types", f"{len(counts):,}", "at least 10,000", len(counts) >= 10_000, "25,900")
    row("word types seen five times or more", f"{often:,}", "at least 3,000", often >= 3000, "6,200")
    ranks = np.arange(10, 2001)
    slope = np.polyfit(np.log(ranks), np.log(sorted(counts.values(), reverse=True)[9:2000]), 1)[0]
    row("Zipf slope over ranks 10 to 2,000", f"{slope:.3f}", "-1.3 to -0.9", -1.3 <= slope <= -0.9, "-1.09")


def report_repetition(row, tokens, test_tokens):
    """How much of the text stands in other reviews, too."""
    share = share_seen(tokens, test_tokens, 5)
    row("test 5-grams seen in train", f"{share:.4f}", "at most 0.25", share <= 0.25, "0.027")
    holders = Counter(gram for one in tokens for gram in set(ngrams(one, 8)))
    gram, holding = holders.most_common(1)[0]
    row(f"reviews with the commonest 8-gram ({' '.join(gram)})"[:58], f"{holding / len(tokens):.4f}", "at most 0.01",
        holding <= 0.01 * len(tokens), "0.002")


def report_habits(row, every):
    """What reviewers' habits have left in all the texts."""
    marks = {"<br />": r"<br />", "capitals": r"\b[A-Z]{4,}\b", "stretched words": r"([aeou])\1{2}"}
    for name, pattern in marks.items():
        share = np.mean([bool(re.search(pattern, text)) for text in every])
        row(f"reviews with {name}", f"{share:.3f}", "some", share > 0.01)
    row("reviews that stand twice", str(len(every) - len(set(every))), "0", len(every) == len(set(every)))


def report_difficulty(row, train, test):
    """What a linear model and a recurrent one get right, and what the linear one knows of real reviews."""
    vectorizer = TfidfVectorizer()
    svm = LinearSVC(C=1, random_state=1).fit(vectorizer.fit_transform(train[2]), train[0])
    right = svm.predict(vectorizer.transform(test[2])) == test[0]
    row("linear SVM on words, accuracy", f"{right.mean():.4f}", "0.78 to 0.88", 0.78 <= right.mean() <= 0.88,
        "0.775 (80 tokens)")
    for name in PHENOMENA:
        score = right[test[1] == name].mean()
        most = 0.60 if name in ("contrast", "reversal") else 1
        row(f"  on {name}", f"{score:.3f}", "0.30 to 0.60" if most < 1 else "at least 0.30", 0.30 <= score <= most)
    for name, score in recurrent_scores(train, test).items():
        aimed = name in ("contrast", "reversal")
        row(f"two GRUs on {name}", f"{score:.3f}", "0.85 to 0.95" if aimed else "", not aimed or 0.85 <= score <= 0.95)
    if (imdb := real_imdb("test")) is None:
        print("transfer to real IMDB: not measured, COURSE_REAL_DATA is not set or has no aclImdb_rebuilt.tar.gz")
    else:
        score = svm.score(vectorizer.transform(imdb[1]), imdb[0])
        row("the same SVM on 25,000 real IMDB test reviews", f"{score:.4f}", "at least 0.70", score >= 0.70)


def main():
    report = Report()
    report_reviews(report.row)
    report_entities(report.row)
    report_news(report.row)
    print(f"\n{report.missed} missed")
    return int(report.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
