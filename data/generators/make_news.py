"""Write data/course_news from the word lists: `python data/generators/make_news.py` (or `make data`).

A document is 6 to 30 sentences of one of six sections of a newspaper, mixed with sentences of other sections and with
sentences that belong to none. The topic of every sentence is written beside it. As in a newspaper, the first sentence
of a topic says most: `lead` words open it.
"""

import random
from pathlib import Path

from grammar import Grammar, shuffled, write_corpus

HERE = Path(__file__).parent
SEED = 9
SPLITS = {"train": 3000, "test": 1000}
LABELS = {"体育": "sports", "财经": "finance", "科技": "technology", "教育": "education", "娱乐": "entertainment",
          "时政": "politics"}
NEUTRAL = -1                      # the topic of a sentence that belongs to no section


class NewsMaker:
    """Draws documents one after the other."""

    def __init__(self, seed=SEED):
        self.rng = random.Random(seed)
        self.grammar = Grammar(HERE / "news", self.rng)

    def chance(self, p):
        return self.rng.random() < p

    def between(self, low, high):
        return low + int(self.rng.random() * (high - low + 1))

    def facts(self):
        """What slots are filled with besides the word lists; some people stay the same within a document."""
        ranges = {"few": (2, 9), "tens": (10, 99), "hundreds": (100, 999), "thousands": (1000, 9999), "day": (1, 28),
                  "month": (1, 12), "year": (1990, 2024), "age": (19, 78)}
        facts = {name: lambda ends=ends: str(self.between(*ends)) for name, ends in ranges.items()}
        facts["rate"] = lambda: f"{self.between(0, 9)}.{self.between(1, 99):02}"
        draw = lambda: (self.grammar.expand("foreign", {}) if self.chance(0.35)
                        else self.grammar.expand("surname", {}) + self.grammar.expand("given", {}))
        stars = [draw(), draw(), draw()]

        def star():                                            # never the same twice running
            stars.insert(1 + self.chance(0.5), stars.pop(0))
            return stars[0]

        def other_than_last(section):
            last = [None]

            def draw():
                while (word := self.grammar.expand(section, {})) == last[0]:
                    pass
                last[0] = word
                return word

            return draw

        varied = ("club", "abroad", "city", "corp.name", "tech.name", "matter")
        return facts | {"star": star} | {name: other_than_last(name) for name in varied}

    def document(self, label):
        """(sentences, their topics): the section `label` has most of the sentences that have a section, mostly."""
        facts, sections = self.facts(), list(LABELS.values())
        length = min(30, max(6, int(11 * 2.718281828 ** (0.45 * (sum(self.rng.random() for _ in range(12)) - 6)))))
        guests = [topic for topic in range(len(sections)) if topic != label]
        guests = [self.grammar.pick(guests) for _ in range(1 + self.chance(0.4))]
        neutral, own = 0.15 + 0.5 * self.rng.random(), 0.5 + 0.5 * self.rng.random()
        said, sentences, topics = set(), [], []
        while len(sentences) < length or label not in topics:
            draw = self.rng.random()
            if draw < neutral:
                topic = NEUTRAL
            else:
                topic = label if draw < neutral + (1 - neutral) * own else self.grammar.pick(guests)
            sentence = self.grammar.expand("neutral" if topic == NEUTRAL else sections[topic], facts)
            if sentence in said:
                continue
            said.add(sentence)
            if topic == label and topic not in topics:               # the first sentence of the document's own section
                sentence = self.grammar.expand("lead", facts) + sentence
            sentences.append(sentence)
            topics.append(topic)
        return sentences, topics

    def split(self, size, seen):
        """`size` documents as lines, every section equally often, none seen before."""
        for label in shuffled([i % len(LABELS) for i in range(size)], self.rng):
            while (document := self.document(label))[0][0] in seen:
                pass
            seen.add(document[0][0])
            sentences, topics = document
            yield f"{list(LABELS)[label]}\t{' '.join(map(str, topics))}\t{''.join(sentences)}"


def main():
    maker, seen = NewsMaker(), set()
    write_corpus("course_news", {split: maker.split(size, seen) for split, size in SPLITS.items()})


if __name__ == "__main__":
    main()
