"""Write data/course_news from the word lists: `python data/generators/make_news.py` (or `make data`).

An article is 6 to 30 sentences. It has a thread: sentences of one of six sections of a newspaper, in which the same
people, places and events come back. The section of the thread is its class. One to three guests, threads of other
sections, run through it, and so do sentences that belong to none, with a witness who comes back as well. Each thread
may be opened as the lead of an article is. The topic of every sentence is written beside it.
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
NAMED = ("person star foreign city province abroad matter club company corp.name tech.company tech.name school film "
         "exam device injury").split()           # what a thread keeps
OWN = 0.45, 1.0                   # how much of what belongs to a section is the thread's: from, to
KINDS = "thread", "guest", "neutral"
RETURNS = dict(zip(KINDS, (0.9, 0.1, 0.6), strict=True))      # how often a slot is filled with a name of its cast
REFERS = dict(zip(KINDS, (0.4, 0.1, 0.3), strict=True))      # how often a sentence refers back


class NewsMaker:
    """Draws documents one after the other."""

    def __init__(self, seed=SEED):
        self.rng = random.Random(seed)
        self.grammar = Grammar(HERE / "news", self.rng)

    def chance(self, p):
        return self.rng.random() < p

    def between(self, low, high):
        return low + int(self.rng.random() * (high - low + 1))

    def cast(self):
        """The people, places and events of a thread: {slot: text}."""
        return {slot: self.grammar.expand(slot, self.facts()) for slot in NAMED}

    def facts(self, cast=None, returns=0.0):
        """What the slots of one sentence are filled with besides the word lists: numbers, and the names of a cast, each
        of them at most once."""
        ranges = {"few": (2, 9), "tens": (10, 99), "hundreds": (100, 999), "thousands": (1000, 9999), "day": (1, 28),
                  "month": (1, 12), "year": (1990, 2024), "age": (19, 78)}
        facts = {name: lambda ends=ends: str(self.between(*ends)) for name, ends in ranges.items()}
        facts["rate"] = lambda: f"{self.between(0, 9)}.{self.between(1, 99):02}"
        used = set()

        def named(slot):
            if slot not in used and self.chance(returns):
                used.add(slot)
                return cast[slot]
            while (name := self.grammar.expand(slot, numbers)) == cast[slot]:
                pass
            return name

        numbers = dict(facts)
        return facts | {slot: lambda slot=slot: named(slot) for slot in NAMED if cast}

    def topics(self, label, length):
        """The section of each sentence, NEUTRAL for none; a thread goes on for some sentences before another does."""
        guests = shuffled([topic for topic in range(len(LABELS)) if topic != label], self.rng)
        guests = guests[:1 + self.between(0, 2)]
        neutral, own = 0.15 + 0.35 * self.rng.random(), OWN[0] + (OWN[1] - OWN[0]) * self.rng.random()
        topics = [NEUTRAL]
        while topics.count(label) < 2:
            topics = []
            while len(topics) < length:
                if topics and self.chance(0.4):
                    topics.append(topics[-1])
                elif self.chance(neutral):
                    topics.append(NEUTRAL)
                else:
                    topics.append(label if self.chance(own) else self.grammar.pick(guests))
        return topics

    def document(self, label):
        """(sentences, their topics): the section of the thread is `label`."""
        length = min(30, max(6, int(11 * 2.718281828 ** (0.45 * (sum(self.rng.random() for _ in range(12)) - 6)))))
        topics, sections = self.topics(label, length), [*LABELS.values(), "neutral"]
        casts, sentences = {topic: self.cast() for topic in set(topics)}, []
        for place, topic in enumerate(topics):
            kind = "thread" if topic == label else "neutral" if topic == NEUTRAL else "guest"
            facts = lambda cast=casts[topic], returns=RETURNS[kind]: self.facts(cast, returns)
            while (sentence := self.grammar.expand(sections[topic], facts())) in sentences:
                pass
            if topic not in topics[:place]:
                opening = "lead" if topic != NEUTRAL and self.chance(0.5) else None
            else:
                opening = "back" if self.chance(REFERS[kind]) else None
            sentences.append((self.grammar.expand(opening, facts()) if opening else "") + sentence)
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
