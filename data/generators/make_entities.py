"""Write data/course_entities from the word lists of the reviews.

    python data/generators/make_entities.py        (or make data)

Sentences of reviews with the names in them marked: person, title, place, company. A line is `tags ⇥ tokens`, blanks
between them; B- opens a name, I- goes on with it, O is no part of one (BIO).
"""

import re
from pathlib import Path

from grammar import Grammar, tidy, write_corpus
from make_reviews import PHENOMENA, ReviewMaker

HERE = Path(__file__).parent
SEED = 12
SPLITS = {"train": 8000, "test": 2000}
MARKS = {"PERSON": "\ue001", "TITLE": "\ue002", "PLACE": "\ue003", "COMPANY": "\ue004"}      # letters no text has
END = "\ue000"
SLOTS = {"PERSON": "first first.he first.she surname actor actor2 director hero hero2 heroine",
         "TITLE": "film title other other2", "PLACE": "place", "COMPANY": "company.name"}
KINDS = {slot: kind for kind, slots in SLOTS.items() for slot in slots.split()}
KEPT = {"COMPANY": 1.0, "TITLE": 1.0, "PLACE": 0.7, "PERSON": 0.45, None: 0.12}      # by the sentence's rarest name
TOKEN = re.compile(rf"[{''.join(MARKS.values())}{END}]|'s\b|[A-Za-z]+(?:[-'](?!s\b)[A-Za-z]+)*|\d+|[^\w\s]")


class MarkedGrammar(Grammar):
    """Names come out between a mark of their kind and END."""

    def expand(self, name, facts, polarity="pos"):
        text = super().expand(name, facts, polarity)
        kind = KINDS.get(name)
        return text if kind is None else f"{MARKS[kind]}{text}{END}"


def tagged(sentence):
    """A marked sentence as (tags, tokens). The outermost mark decides: a place in a film's title is part of that."""
    kinds = {mark: kind for kind, mark in MARKS.items()}
    open_marks, tags, tokens, begun = [], [], [], False
    for token in TOKEN.findall(sentence):
        if token in kinds:
            begun = begun or not open_marks
            open_marks.append(kinds[token])
        elif token == END:
            open_marks.pop()
        else:
            kind = open_marks[0] if open_marks else None
            same = kind == "PERSON" and tags and tags[-1].endswith(kind)       # first name and surname are one name
            goes_on = not begun or same
            tags.append(f"{'I' if goes_on else 'B'}-{kind}" if kind else "O")
            tokens.append(token)
            begun = False
    return tags, tokens


def sentences():
    """Tagged sentences without end, none twice; those with rare kinds of names are kept more often."""
    maker, seen = ReviewMaker(SEED), set()
    maker.grammar = MarkedGrammar(HERE / "words", maker.rng)
    while True:
        review = maker.review(maker.grammar.pick(list(PHENOMENA)), int(maker.chance(0.5)))
        lower = maker.chance(0.1)                                      # some reviewers know no capitals
        for sentence in review:
            tags, tokens = tagged(tidy(sentence))
            if lower:
                tokens = [token.lower() for token in tokens]
            else:
                tokens[0] = tokens[0][0].upper() + tokens[0][1:]
            if tokens[-1] not in ".?!":
                tokens, tags = [*tokens, "."], [*tags, "O"]
            line = f"{' '.join(tags)}\t{' '.join(tokens)}"
            rarest = next((kind for kind in KEPT if f"B-{kind}" in tags), None)
            if len(tokens) > 4 and line not in seen and maker.chance(KEPT[rarest]):
                seen.add(line)
                yield line


def main():
    lines = sentences()
    write_corpus("course_entities", {split: [next(lines) for _ in range(size)] for split, size in SPLITS.items()})


if __name__ == "__main__":
    main()
