"""The way from raw text to batches: a tutorial's pipeline, which maps the text anew in every epoch, and the course's.

    python benchmarks/input.py [--runs 3]
"""

import argparse
import time
from statistics import median

from common import save, table, use_corpus, verdict

EPOCHS = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    use_corpus()
    import keras
    import matplotlib.pyplot as plt
    import tensorflow as tf
    import tensorflow_datasets as tfds

    from course_utils import datasets, text

    corpus = datasets.reviews()
    texts, _, _ = datasets.read("train")
    known = {cut: text.Vocabulary.of(text.split_words(texts, max_bytes=cut), 10_000, 1_000) for cut in (300, None)}

    def plain(cut):
        """As the tutorial has it: cut, cleaned, split and looked up between disk and network, in every epoch."""
        def clean(batch, labels):
            if cut:
                batch = tf.strings.substr(batch, 0, cut)
            batch = tf.strings.regex_replace(batch, rb"<br\s*/?>", b" ")
            batch = tf.strings.regex_replace(batch, b"[^a-zA-Z']", b" ")
            return tf.strings.split(batch).to_tensor(default_value=b"<pad>"), labels

        data = tfds.load(corpus, split="train", as_supervised=True).batch(32).map(clean)
        return data.map(lambda words, labels: (known[cut].table.lookup(words), labels)).prefetch(1)

    def course(cut):
        """The course's: read, split and encoded once, batches of like length."""
        texts, labels, _ = datasets.read("train")
        ids = known[cut].encode(text.split_words(texts, max_bytes=cut))
        return text.batches_by_length(ids, labels, 32, seed=1)

    def epochs(make, cut):
        """Reviews a second in each epoch; the first one includes everything since the data were on disk."""
        rates, begun = [], time.monotonic()
        data = make(cut)
        for _ in range(EPOCHS):
            for _batch in data:
                pass
            rates.append(len(texts) / (time.monotonic() - begun))
            begun = time.monotonic()
        return rates

    list(plain(300).take(50))                                          # what is compiled at the first call is not measured
    text.split_words(texts[:100])
    kinds = {(name, cut): make for cut in (300, None) for name, make in (("tutorial", plain), ("course", course))}
    rates = {kind: [] for kind in kinds}
    for run in range(arguments.runs):
        for (name, cut), make in kinds.items():
            rates[name, cut].append(epochs(make, cut))
            print(f"run {run + 1}  {name:8} {cut or 'whole'}  " + "  ".join(f"{rate:,.0f}" for rate in rates[name, cut][-1]), flush=True)
    rate = {kind: [median([run[epoch] for run in runs]) for epoch in range(EPOCHS)] for kind, runs in rates.items()}

    def padding(data):
        """The share of cells that hold padding (a padding of the tutorial is the id of the word <pad>, never a 0)."""
        cells = words = 0
        for ids, _ in data:
            cells += int(tf.size(ids))
            words += int(tf.reduce_sum(tf.cast((ids != 0) & (ids != int(pad_id)), tf.int32)))
        return 1 - words / cells

    shares = {}
    for name, cut in kinds:
        pad_id = known[cut].table.lookup(tf.constant("<pad>")) if name == "tutorial" else 0
        shares[name, cut] = padding(kinds[name, cut](cut))

    matrix = tf.random.normal((400, 400))

    def waits(tuned, count=20, seconds=0.7):
        """How long each of `count` iterators takes to end, after so many seconds beside a busy processor."""
        found = []
        for _ in range(count):
            data = tf.data.Dataset.range(1_000_000).map(lambda number: number + 1)
            iterator = iter(data if tuned else text.without_autotuning(data))
            begun = time.monotonic()
            while time.monotonic() - begun < seconds:
                next(iterator)
                tf.linalg.matmul(matrix, matrix)
            begun = time.monotonic()
            del iterator
            found.append(time.monotonic() - begun)
        return found

    tuned, untuned = ([wait for _ in range(arguments.runs) for wait in waits(how)] for how in (True, False))

    def share_of_input(data, steps=150):
        """Taking so many batches, over training on them: two GRUs of 128 units."""
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Embedding(len(known[300]), 128, mask_zero=True), keras.layers.GRU(128, return_sequences=True),
                                  keras.layers.GRU(128), keras.layers.Dense(1)])
        model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        part = data.take(steps)
        model.fit(part, epochs=1, shuffle=False, verbose=0)
        begun = time.monotonic()
        model.fit(part, epochs=1, shuffle=False, verbose=0)
        training = time.monotonic() - begun
        begun = time.monotonic()
        for _batch in part:
            pass
        return (time.monotonic() - begun) / training

    share = {name: median([share_of_input(make(300)) for _ in range(arguments.runs)]) for name, make in (("tutorial", plain), ("course", course))}

    rows = [[name, f"first {cut} bytes" if cut else "whole", *(f"{one:,.0f}" for one in rate[name, cut]), f"{shares[name, cut]:.3f}",
             f"{share[name]:.3f}" if cut else ""] for name, cut in kinds]
    first = {cut: rate["course", cut][0] / rate["tutorial", cut][0] for cut in (300, None)}
    later = {cut: rate["course", cut][1] / rate["tutorial", cut][1] for cut in (300, None)}
    result = "\n\n".join([
        f"{corpus}, {len(texts):,} reviews, batches of 32, medians of {arguments.runs} runs",
        table(["pipeline", "reviews", *(f"reviews/s, epoch {epoch + 1}" for epoch in range(EPOCHS)), "padding", "share of a GRU's epoch"], rows),
        f"Ending an iterator after 0.7 s of computing: with autotuning {sum(wait > 0.05 for wait in tuned)} of {len(tuned)} waited, "
        f"{max(tuned):.2f} s at most, {sum(tuned) / len(tuned):.3f} s in the mean; without {max(untuned):.3f} s at most.",
        "\n".join(verdict(f"{when}, {f'{cut} bytes' if cut else 'whole reviews'}: course / tutorial", ratio, target, at_least=True)
                  for when, ratios, target in (("first epoch", first, 1), ("second epoch", later, 10)) for cut, ratio in ratios.items())])

    _, axes = plt.subplots(figsize=(7, 3.8))
    for (name, cut), marker, line in zip(kinds, "o^o^", ["-", "-", "--", "--"], strict=True):
        axes.plot(range(1, EPOCHS + 1), rate[name, cut], marker=marker, linestyle=line, label=f"{name}, {f'{cut} bytes' if cut else 'whole reviews'}")
    axes.set(xlabel="epoch", ylabel="reviews per second", yscale="log", xticks=range(1, EPOCHS + 1))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    save("input", result)


if __name__ == "__main__":
    main()
