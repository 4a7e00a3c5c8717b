"""Accuracy against seconds: tutorials as written, the course's models, linear models. All in one run, on one machine.

    python benchmarks/training.py [--runs 3] [NAME ...]        NAME: only systems whose name contains it
"""

import argparse
import itertools
import time
from statistics import median

from common import save, table, use_corpus, verdict

LSTM = "LSTM, a tutorial's"
GOAL = 0.84


def systems():
    """{name: function (seed) → (preparation in seconds, [(training in seconds so far, test accuracy), ... an epoch each])}."""
    import keras
    import numpy as np
    import tensorflow as tf
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    from course_utils import datasets, text
    from course_utils.training import predict

    layers, ops = keras.layers, keras.ops
    (train, y, _), (test, test_y, _) = datasets.read("train"), datasets.read("test")

    class Clock(keras.callbacks.Callback):
        """Counts the seconds of training only, and judges after each epoch."""

        def __init__(self, answer):
            super().__init__()
            self.answer, self.seconds, self.epochs = answer, 0.0, []

        def on_epoch_begin(self, epoch, logs=None):
            self.begun = time.monotonic()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.monotonic() - self.begun
            self.epochs.append((self.seconds, np.mean((self.answer(self.model) > self.border) == test_y)))

    def judged(model, data, epochs, answer, rate=None, optimizer=None, logits=True):
        model.compile(optimizer or keras.optimizers.Adam(rate), keras.losses.BinaryCrossentropy(from_logits=logits))
        clock = Clock(answer)
        clock.border = 0 if logits else 0.5
        model.fit(data, epochs=epochs, shuffle=False, verbose=0, callbacks=[clock])
        return clock.epochs

    def of_words(size, last=None):
        def encode(texts, vocabulary=None):
            words = text.split_words(texts)
            vocabulary = vocabulary or text.Vocabulary.of(words, size)
            ids = vocabulary.encode(words)
            return (ids[:, -last:] if last else ids), vocabulary
        return encode

    def course(encode, build, rate, epochs, batch=96):
        """A model of the course: its texts prepared, and trained on batches by length."""
        def run(seed):
            keras.utils.set_random_seed(seed)
            begun = time.monotonic()
            ids, known = encode(train)
            data = text.batches_by_length(ids, y, batch, seed=seed)
            prepared = time.monotonic() - begun
            test_ids, _ = encode(test, known)
            model = build(len(known))
            steps = epochs * -(-len(train) // batch)
            falling = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(-rate, steps)) if rate < 0 else None
            return prepared, judged(model, data, epochs, lambda model: predict(model, test_ids), rate, falling)
        return run

    def lstm(seed):
        """20,000 words, the last 130, padded in front, no mask. The tutorial gets its ids ready made, so preparing them is not counted."""
        keras.utils.set_random_seed(seed)
        ids, known = of_words(20_000, 130)(train)
        front = lambda ids: keras.utils.pad_sequences(text.rows(ids), maxlen=130)
        X, test_X = front(ids), front(of_words(20_000, 130)(test, known)[0])
        model = keras.Sequential([layers.Embedding(len(known), 128), layers.LSTM(128), layers.Dense(1, activation="sigmoid")])
        data = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(len(X), seed=seed).batch(128)
        return 0.0, judged(model, data, 5, lambda model: model.predict(test_X, batch_size=500, verbose=0)[:, 0], optimizer="rmsprop", logits=False)

    def two_grus(seed):
        """The first 300 characters, mapped to ids in every epoch, batches of 32 as they come, 10,000 words and 1,000 buckets."""
        keras.utils.set_random_seed(seed)
        split = lambda texts: text.split_words(texts, max_bytes=300, lower=False)
        begun = time.monotonic()
        known = text.Vocabulary.of(split(train), 10_000, 1_000)
        prepared = time.monotonic() - begun
        data = tf.data.Dataset.from_tensor_slices((train, y)).batch(32).map(lambda texts, labels: (known.encode(split(texts)).to_tensor(), labels))
        model = keras.Sequential([layers.Embedding(len(known), 128, mask_zero=True), layers.GRU(128, return_sequences=True),
                                  layers.GRU(128), layers.Dense(1, activation="sigmoid")])
        test_ids = known.encode(split(test))
        return prepared, judged(model, data.prefetch(1), 5, lambda model: predict(model, test_ids), optimizer="adam", logits=False)

    def averaged(numbers):
        return lambda size: keras.Sequential([layers.Embedding(size, numbers, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(1)])

    class Known(int):
        """A number of ids, in the place of a vocabulary."""
        __len__ = int.__int__

    def words_and_pairs(texts, vocabulary=None):
        """Chapter 07: the words' ids, then those of hashed pairs."""
        words = text.split_words(texts)
        known = vocabulary.words_only if vocabulary else text.Vocabulary.of(words, 20_000)
        hashed = tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, text.pairs(words), 100_000)
        found = Known(len(known) + 100_000)
        found.words_only = known
        return tf.concat([known.encode(words), hashed + len(known)], axis=1), found

    def each_once(texts, vocabulary=None, buckets=2 ** 20):
        """Every different word and pair of a review once, all of them hashed."""
        words = text.split_words(texts)
        hashed = tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, tf.concat([words, text.pairs(words)], axis=1), buckets - 1)
        rows = [np.unique(row) + 1 for row in text.rows(hashed)]
        return tf.RaggedTensor.from_row_lengths(np.concatenate(rows), [len(row) for row in rows]), Known(buckets)

    def one_number(size):
        """One number a word or pair, added up: logistic regression as a network."""
        ids = keras.Input((None,), dtype="int32")
        values = layers.Embedding(size, 1, embeddings_initializer="zeros")(ids)[:, :, 0]
        return keras.Model(ids, ops.sum(ops.where(ids > 0, values, 0.0), axis=1, keepdims=True))

    def convolution(size):
        """Chapter 08: Kim's network, filters over 2, 3 and 4 words, the maximum of each."""
        ids = keras.Input((None,), dtype="int32")
        is_word = ops.cast(ids > 0, "float32")[..., None]
        h = layers.Embedding(size, 64)(ids) * is_word
        maxima = [ops.max(layers.Conv1D(64, width, padding="causal", activation="relu")(h) * is_word, axis=1) for width in (2, 3, 4)]
        return keras.Model(ids, layers.Dense(1)(layers.Dropout(0.5)(ops.concatenate(maxima, axis=-1))))

    def stacked(size):
        return keras.Sequential([layers.Embedding(size, 64, mask_zero=True), layers.GRU(32, return_sequences=True), layers.GRU(32), layers.Dense(1)])

    def both_directions(size):
        return keras.Sequential([layers.Embedding(size, 64, mask_zero=True), layers.Bidirectional(layers.GRU(32)), layers.Dense(1)])

    def every_fourth_step(size):
        """A convolution, the mean of each four steps, a GRU in both directions, the maximum of its states. Padding is kept at 0."""
        ids = keras.Input((None,), dtype="int32")
        is_word = ops.cast(ids > 0, "float32")[..., None]
        h = layers.SpatialDropout1D(0.5)(layers.Embedding(size, 64)(ids)) * is_word
        h = layers.Conv1D(64, 3, padding="same", activation="relu")(h) * is_word
        fours, mask = layers.AveragePooling1D(4)(layers.ZeroPadding1D((0, 3))(h)), ids[:, ::4] > 0
        states = layers.Bidirectional(layers.GRU(32, return_sequences=True))(fours, mask=mask)
        return keras.Model(ids, layers.Dense(1)(ops.max(ops.where(mask[..., None], states, -1.0), axis=1)))

    def svm(longest):
        def run(seed):
            begun = time.monotonic()
            vectorizer = TfidfVectorizer(ngram_range=(1, longest))
            X = vectorizer.fit_transform(train)
            prepared = time.monotonic() - begun
            model = LinearSVC(random_state=seed).fit(X, y)
            return prepared, [(time.monotonic() - begun - prepared, model.score(vectorizer.transform(test), test_y))]
        return run

    return {LSTM: lstm,
            "two GRUs, a tutorial's": two_grus,
            "averaged embeddings (07)": course(of_words(20_000), averaged(32), 4e-3, 4),
            "words and hashed pairs (07)": course(words_and_pairs, averaged(16), 4e-3, 4),
            "a number for each word and pair": course(each_once, one_number, 3e-3, 3, batch=128),
            "convolution (08)": course(of_words(20_000, 300), convolution, 1e-3, 3),
            "stacked GRU (11)": course(of_words(10_000, 250), stacked, 3e-3, 2),
            "bidirectional GRU (12)": course(of_words(5_000, 200), both_directions, 3e-3, 2),
            "convolution, then a GRU in both directions": course(of_words(20_000, 400), every_fourth_step, -3e-3, 3),
            "TF-IDF words + SVM": svm(1),
            "TF-IDF words and pairs + SVM": svm(2)}


RECURRENT = ("stacked GRU (11)", "bidirectional GRU (12)", "convolution, then a GRU in both directions")


def to_goal(prepared, epochs):
    """Seconds until the first epoch with the accuracy GOAL, its preparation included; infinite if there is none."""
    return next((prepared + seconds for seconds, score in epochs if score >= GOAL), float("inf"))


def within(prepared, epochs, seconds):
    """The accuracy of the last epoch that is ready after so many seconds, 0 if none is."""
    return next((score for needed, score in reversed(epochs) if prepared + needed <= seconds), 0.0)


def draw(found):
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(9, 4.8))
    for (name, runs), marker, line in zip(found.items(), itertools.cycle("os^Dv"), itertools.cycle(["-", "--", ":"]), strict=False):
        curve = [(median([prepared + epochs[epoch][0] for prepared, epochs in runs]), median([epochs[epoch][1] for _, epochs in runs]))
                 for epoch in range(len(runs[0][1]))]
        axes.plot(*zip(*curve, strict=True), marker=marker, linestyle=line, label=name)
    axes.axhline(GOAL, color="0.5", linewidth=1)
    axes.set(xlabel="seconds, preparation of the texts included", ylabel="accuracy on the test set", xscale="log")
    figure.legend(loc="outside right upper", fontsize=8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    use_corpus()
    from course_utils import datasets
    chosen = {name: run for name, run in systems().items() if not arguments.names or any(part in name for part in arguments.names)}
    found = {name: [] for name in chosen}
    for seed in range(1, arguments.runs + 1):
        for name, run in chosen.items():
            found[name].append(run(seed))
            prepared, epochs = found[name][-1]
            print(f"run {seed}  {name:45} {prepared:5.1f} s  " + "  ".join(f"{score:.4f} ({seconds:.1f} s)" for seconds, score in epochs), flush=True)
    reference = median([epochs[-1][0] for _, epochs in found[LSTM]]) if LSTM in found else float("inf")
    rows, last, reached, whole = [], {}, {}, {}
    for name, runs in found.items():
        scores = [epochs[-1][1] for _, epochs in runs]
        last[name], reached[name] = median(scores), median([to_goal(*run) for run in runs])
        whole[name] = median([prepared + epochs[-1][0] for prepared, epochs in runs])
        rows.append([name, f"{median([prepared for prepared, _ in runs]):.1f}", f"{median([epochs[-1][0] for _, epochs in runs]):.1f}",
                     len(runs[0][1]), f"{last[name]:.3f}", f"{min(scores):.3f} to {max(scores):.3f}", f"{reached[name]:.1f}".replace("inf", "never"),
                     *(f"{median([within(*run, share * reference) for run in runs]):.3f}".replace("0.000", "none") for share in (0.2, 1))])
    text = f"{datasets.reviews()}, medians of {arguments.runs} runs; seconds on this machine\n\n" + table(
        ["system", "preparing", "training", "epochs", "accuracy", "lowest to highest", f"seconds to {GOAL}",
         f"after {reference / 5:.0f} s", f"after {reference:.0f} s"], rows)
    if all(name in found for name in (LSTM, *RECURRENT)):
        networks = [name for name in found if "SVM" not in name and "tutorial" not in name]
        best = max(RECURRENT, key=last.get)
        text += "\n\n" + "\n".join([
            verdict(f"seconds to {GOAL}, in those of the LSTM", min(reached[name] for name in networks) / reached[LSTM], 0.2),
            verdict("accuracy of the best network", max(last[name] for name in networks), 0.9, at_least=True),
            verdict(f"accuracy of the best recurrent network ({best})", last[best], 0.88, at_least=True),
            verdict("its seconds, in those of the LSTM's epochs", whole[best] / reference, 1)])
    draw(found)
    save("training", text)


if __name__ == "__main__":
    main()
