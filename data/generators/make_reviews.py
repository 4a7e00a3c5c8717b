"""Write data/course_reviews from the word lists: `python data/generators/make_reviews.py` (or `make data`).

Every review has a label (1 positive, 0 negative) and a phenomenon: what a reader must understand to get the label
right. The same numbers come out on every machine and Python: all chance is drawn from one
`random.Random(SEED).random()`.
"""

import random
import re
from pathlib import Path

from grammar import Grammar, shuffled, tidy, write_corpus

HERE = Path(__file__).parent
SEED = 25
SPLITS = {"train": 6000, "test": 2000, "unsupervised": 4000}
PHENOMENA = {"plain": 57, "negation": 8, "contrast": 12, "reversal": 9, "comparison": 5, "long-range": 9}  # in %

# How reviewers write: lower case only, capitals, exclamation marks, dots, <br />, misspelt words, stretched words.
TEMPERS = {
    "careful":    dict(share=30, lower=0.0, shout=0.00, exclaim=0.02, dots=0.02, breaks=0.25, typo=0.002, stretch=0.0),
    "hasty":      dict(share=22, lower=0.1, shout=0.01, exclaim=0.08, dots=0.10, breaks=0.08, typo=0.025, stretch=0.1),
    "excited":    dict(share=14, lower=0.0, shout=0.05, exclaim=0.45, dots=0.05, breaks=0.10, typo=0.012, stretch=0.35),
    "essayist":   dict(share=14, lower=0.0, shout=0.00, exclaim=0.00, dots=0.01, breaks=0.60, typo=0.003, stretch=0.0),
    "mumbler":    dict(share=10, lower=0.9, shout=0.00, exclaim=0.01, dots=0.40, breaks=0.02, typo=0.045, stretch=0.15),
    "fan":        dict(share=10, lower=0.2, shout=0.03, exclaim=0.20, dots=0.12, breaks=0.15, typo=0.015, stretch=0.15),
}


def words(sentences):
    """How many words the sentences have together."""
    return sum(len(sentence.split()) for sentence in sentences)


class ReviewMaker:
    """Draws reviews one after the other."""

    def __init__(self, seed=SEED):
        self.rng = random.Random(seed)
        self.grammar = Grammar(HERE / "words", self.rng)
        self.chance = lambda p: self.rng.random() < p

    def facts(self):
        """What stays the same within one review: the film, its people, the characters."""
        make = lambda name: tidy(self.grammar.expand(name, loose))
        between = lambda low, high: low + int(self.rng.random() * (high - low))
        loose = {
            "year": lambda: str(between(1931, 2025)),
            "minutes": lambda: str(between(5, 180)),
            "runtime": lambda: str(between(61, 213)),
            "number": lambda: str(between(2, 99)),
            "company.name": lambda: f"{make('studio.first')} {make('studio.second')}",
        }
        fixed = dict(loose)

        def person(she=None):
            she = self.chance(0.45) if she is None else she
            first, last = make("first.she" if she else "first.he"), make("surname")
            return first, last

        for slot in "actor", "actor2", "director":
            first, last = person()
            names = [f"{first} {last}", f"{first} {last}", last, last, first]
            fixed[slot] = lambda names=names: self.grammar.pick(names)
        for slot, she in ("hero", False), ("heroine", True), ("hero2", None):
            first, _ = person(she)
            fixed[slot] = lambda name=first: name
        for slot in "title", "other", "other2":
            film = make("film")
            fixed[slot] = lambda name=film: name
        return fixed

    def sentence(self, name, facts, polarity="pos"):
        return tidy(self.grammar.expand(name, facts, polarity))

    def neutral(self, facts, first):
        """Sentences that say nothing for or against the film, endlessly; the first ones open a review."""
        if first:
            if self.chance(0.75):
                yield self.sentence("opener", facts)
            if self.chance(0.6):
                yield self.sentence("synopsis", facts)
        said = set()
        while True:
            draw = self.rng.random()
            sentence = self.sentence("plot" if draw < 0.62 else "fact" if draw < 0.83 else "aside", facts)
            if sentence not in said:
                yield sentence
            said.add(sentence)

    def review(self, phenomenon, label):
        """The sentences of one review, in order."""
        polarity, other = ("pos", "neg") if label else ("neg", "pos")
        facts = self.facts()
        length = min(420, max(12, int(66 * 2.718281828 ** (0.68 * self.gauss()))))       # tokens wanted
        say = lambda name, against=False: self.sentence(name, facts, other if against else polarity)
        if phenomenon == "long-range":
            return self.judged_at_once(length, facts, say)
        more = lambda each: sum(self.chance(0.5) for _ in range(2 * (length // each)))   # grows with the length
        lead, close = self.opinions(phenomenon, say, more)
        neutral = self.filling(length - words(lead) - words(close), facts, first=True)
        body, rest = neutral[:2], neutral[2:]
        while lead or rest:                   # opinions fall between the other sentences by chance, in their order
            source = lead if self.rng.random() * (len(lead) + len(rest)) < len(lead) else rest
            body.append(source.pop(0))
        if body and self.chance(0.3):         # the last word is not always the verdict
            close.append(body.pop(0) if len(body) > 2 else self.sentence("fact", facts))
        return body + close

    def judged_at_once(self, length, facts, say):
        """A long-range review: judged in its first sentences; what follows says nothing more, or distracts."""
        start = [say("judgement"), say("verdict"), *(say("verdict") for _ in range(self.chance(0.8)))]
        distraction = [say("distraction", against=True)] if self.chance(0.3) else []
        return start + distraction + self.filling(length - words(start), facts, first=False)

    def opinions(self, phenomenon, say, more):
        """What is said in the course of a review, and at its end.

        say: the name of a section → a sentence for or against the film.  more: tokens → how often, one in so many.
        """
        if phenomenon == "plain":
            lead = [say("opinion", against=self.chance(0.1)) for _ in range(1 + more(19))]
            return lead, [say("verdict"), *(say("verdict") for _ in range(self.chance(0.4)))]
        if phenomenon == "negation":
            lead = [say("negated") if self.chance(0.45) else say("opinion.short") for _ in range(1 + more(36))]
            return lead, [say("negated")]
        if phenomenon == "contrast":
            return [say("contrast") for _ in range(1 + more(45))], [say("contrast")]
        if phenomenon == "comparison":
            return [say("comparison") for _ in range(more(60))], [say("comparison")]
        count = 1 + more(60)                  # a reversal
        lead = [say("expectation") for _ in range(count)]
        turn = [say("turn"), *(say("negated" if self.chance(0.15) else "opinion.short") for _ in range(count))]
        return lead, turn

    def filling(self, room, facts, first):
        """Neutral sentences for so many tokens."""
        filled = []
        for sentence in self.neutral(facts, first):
            if room < 6:
                break
            filled.append(sentence)
            room -= len(sentence.split())
        return filled

    def gauss(self):
        """A number from about N(0, 1): twelve uniform ones summed, so that no library's algorithm matters."""
        return sum(self.rng.random() for _ in range(12)) - 6

    def write(self, sentences):
        """The sentences as a reviewer of some temper types them."""
        tempers = list(TEMPERS.values())
        sums = [sum(t["share"] for t in tempers[:i + 1]) for i in range(len(tempers))]
        temper = self.grammar.pick(tempers, sums)
        lower, breaks = self.chance(temper["lower"]), self.chance(temper["breaks"])
        written = []
        for position, sentence in enumerate(sentences):
            sentence = " ".join(self.word(word, temper) for word in sentence.split(" "))
            sentence = sentence.lower() if lower else re.sub(r"(?<=[.?!] )[a-z]", lambda m: m[0].upper(),
                                                             sentence[0].upper() + sentence[1:])
            if sentence[-1] not in ".?!":
                sentence += ("!" * (1 + self.chance(0.2) + self.chance(0.1)) if self.chance(temper["exclaim"])
                             else "..." if self.chance(temper["dots"]) else ".")
            written.append(sentence)
            if position + 1 < len(sentences):
                written.append("<br /><br />" if breaks and self.chance(0.25) else " ")
        return "".join(written)

    def word(self, word, temper):
        if len(word) > 4 and word.isalpha() and self.chance(temper["typo"]):
            place = 1 + int(self.rng.random() * (len(word) - 2))
            kind = self.rng.random()
            if kind < 0.4:
                return word[:place] + word[place + 1:]                                      # writen
            if kind < 0.75:
                return word[:place] + word[place + 1] + word[place] + word[place + 2:]      # wirtten
            return word[:place] + word[place] + word[place:]                                # writtten
        if len(word) > 3 and word.isalpha() and self.chance(temper["shout"]):
            return word.upper()
        if word in STRETCHABLE and self.chance(temper["stretch"] / 2):
            vowel = re.search(r"[aeou]", word)
            return word[:vowel.start()] + vowel[0] * (3 + int(self.rng.random() * 8)) + word[vowel.end():]
        return word

    def split(self, size, seen):
        """`size` reviews as (label, phenomenon, text), none seen before; labels equally often in each phenomenon."""
        shares = [round(size * share / 100) for share in PHENOMENA.values()]
        plan = [(i % 2, name) for name, share in zip(PHENOMENA, shares, strict=True) for i in range(share)]
        assert len(plan) == size
        for label, phenomenon in shuffled(plan, self.rng):
            while (text := self.write(self.review(phenomenon, label))) in seen:
                pass
            seen.add(text)
            yield label, phenomenon, text


STRETCHABLE = {
    "so", "very", "really", "bad", "boring", "great", "love", "loved", "good", "long", "slow", "awful", "never",
    "fantastic", "awesome", "terrible", "hated", "dull", "amazing", "best", "worst", "all", "wow", "funny", "fun",
    "lame", "cool", "sweet", "sad", "what", "please", "beautiful", "horrible", "stupid", "scary", "weird", "old"}



def main():
    maker, seen = ReviewMaker(), set()

    def lines(split, size):
        for label, phenomenon, text in maker.split(size, seen):
            yield f"{-1 if split == 'unsupervised' else label}\t{phenomenon}\t{text}"

    write_corpus("course_reviews", {split: lines(split, size) for split, size in SPLITS.items()})


if __name__ == "__main__":
    main()
