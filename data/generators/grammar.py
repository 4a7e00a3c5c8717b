"""A small text grammar: sections of alternatives in plain files, drawn at random but the same on every machine.

A section is one of
    [name]           one alternative a line, "3: text" with a weight; {slot}, {this|that} and {a} inside
    [name: words]    words between blanks, "_" for a blank inside; drawn by rank, the first ones most often
    [name: nouns]    the same, with a plural: {name:s}; irregular ones as wolf,wolves
    [name: verbs]    the same, with {name:s}, {name:ing} and {name:past}; irregular ones as find,found

Only `random.Random.random()` is drawn from, whose sequence Python promises never to change.
"""

import bisect
import itertools
import random
import re
from pathlib import Path

from course_utils.files import write_checksums

VOWEL_SOUND = r"(?!eu|ewe|one-|once|uni(?![mn])|us[eu]|ut[io]|uk)[aeiou]|hour|hono|hone|heir|X-"
DOUBLED = {"kidnap", "outwit", "outrun", "unwrap", "worship", "forget"}
SLOT = re.compile(r"[{}|]|[^{}|]+")


def inflect_noun(noun: str) -> str:
    """The regular plural."""
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")


def inflect_verb(entry: str, form: str) -> str:
    """One form of a verb such as `rob`, `find,found` or `dig_up,dug_up`: base, s, ing or past."""
    base, _, past = entry.replace("_", " ").partition(",")
    verb, _, rest = base.partition(" ")
    doubled = re.fullmatch(r"[^aeiou]*(?:qu)?[aeiou][bdgklmnprt]", verb) or verb in DOUBLED
    if form == "s":
        verb = {"be": "is", "have": "has", "do": "does", "go": "goes"}.get(verb) or inflect_noun(verb)
    elif form == "ing":
        if verb.endswith("ie"):
            verb = verb[:-2] + "ying"
        elif verb.endswith("e") and not verb.endswith(("ee", "ye")) and verb != "be":
            verb = verb[:-1] + "ing"
        else:
            verb += (verb[-1] if doubled else "") + "ing"
    elif form == "past":
        if past:
            return past
        if re.search(r"[^aeiou]y$", verb):
            verb = verb[:-1] + "ied"
        elif verb.endswith("e"):
            verb += "d"
        else:
            verb += (verb[-1] if doubled else "") + "ed"
    return f"{verb} {rest}".strip()


class Grammar:
    """The sections of all `*.txt` files in a folder, ready to expand."""

    def __init__(self, folder: Path, rng: random.Random, flatness: float = 2.5):
        self.rng = rng
        self.sections = {}                     # name → (kind, alternatives, running sums of their weights)
        for path in sorted(folder.glob("*.txt")):
            for name, kind, lines in self.read(path):
                if kind:
                    entries = list(dict.fromkeys(" ".join(lines).split()))
                    weights = [1 / (rank + flatness) for rank in range(len(entries))]      # Zipf, flattened
                else:
                    weighted = [re.match(r"(?:(\d+):\s*)?(.*)", line).groups() for line in lines]
                    weights = [int(weight or 1) for weight, _ in weighted]
                    entries = [self._parse(text) for _, text in weighted]
                self.sections[name] = kind, entries, list(itertools.accumulate(weights))

    @staticmethod
    def read(path):
        """(name, kind, lines) of each section of a file; kind is None for templates."""
        name = kind = None
        lines = []
        for line in [*path.read_text(encoding="utf-8").splitlines(), "[end]"]:
            if header := re.fullmatch(r"\[([\w.]+)(?:: (words|nouns|verbs))?\]", line):
                if name:
                    yield name, kind, lines
                name, kind, lines = header[1], header[2], []
            elif line.strip() and not line.startswith("#"):
                lines.append(line)

    @staticmethod
    def _parse(text):
        """A template as nested lists: a str is text, ("slot", name) a slot, ("choice", [template, …]) a choice."""
        def sequence(tokens):
            options = [[]]
            for token in tokens:
                if token == "{":
                    inner = sequence(tokens)
                    plain = len(inner) == 1 and len(inner[0]) == 1 and isinstance(inner[0][0], str)
                    options[-1].append(("slot", inner[0][0]) if plain else ("choice", inner))
                elif token == "}":
                    return options
                elif token == "|":
                    options.append([])
                else:
                    options[-1].append(token)
            return options

        return sequence(iter(SLOT.findall(text)))[0]

    def pick(self, options, sums=None):
        """One of the options: by the running sums of their weights, or all alike."""
        if sums is None:
            return options[int(self.rng.random() * len(options))]
        return options[bisect.bisect(sums, self.rng.random() * sums[-1])]

    def expand(self, name: str, facts: dict, polarity: str = "pos") -> str:
        """Text for the slot `name`. `facts` maps slots to functions of this grammar and goes before the sections;
        a name that ends in .P or .O takes the given polarity ("pos" or "neg") or the other one."""
        if name in facts:
            return facts[name]()
        name, _, form = name.partition(":")
        if name.endswith((".P", ".O")):
            if name.endswith(".O"):
                polarity = "neg" if polarity == "pos" else "pos"
            name = name[:-2]
            name = f"{name}.{polarity}" if f"{name}.{polarity}" in self.sections else name
        kind, entries, sums = self.sections[name]
        entry = self.pick(entries, sums)
        if kind is None:
            return self._render(entry, facts, polarity)
        if kind == "verbs":
            return inflect_verb(entry, form or "base")
        one, _, many = entry.replace("_", " ").partition(",")
        return (many or inflect_noun(one)) if form == "s" else one

    def _render(self, template, facts, polarity):
        parts = []
        for node in template:
            if isinstance(node, str):
                parts.append("a~" if template == ["a"] else node)          # the a of {a|the}
            elif node[0] == "slot":
                parts.append("a~" if node[1] == "a" else self.expand(node[1], facts, polarity))
            else:
                parts.append(self._render(self.pick(node[1]), facts, polarity))
        return "".join(parts)


def tidy(text: str) -> str:
    """One blank between words, none before punctuation, and "a~" made "a" or "an"."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(rf"\ba~ ?(?={VOWEL_SOUND})", "an ", text, flags=re.IGNORECASE)
    text = re.sub(r"\ba~ ?", "a ", text)
    return re.sub(r" +([,.;:?!])", r"\1", text).strip()


def shuffled(items, rng):
    """The items in a random order: Fisher and Yates, since only rng.random() is the same in every Python."""
    items = list(items)
    for i in range(len(items) - 1, 0, -1):
        j = int(rng.random() * (i + 1))
        items[i], items[j] = items[j], items[i]
    return items


def write_corpus(name, splits, classes=()):
    """Write {split: lines} as files `split.tsv` of this corpus beside the generators, classes.txt if its builder reads
    the names of the classes from there, and their SHA256SUMS."""
    folder = Path(__file__).parents[1] / name
    folder.mkdir(exist_ok=True)
    for split, lines in splits.items():
        lines = list(lines)
        content = "".join(line + "\n" for line in lines).encode()
        (folder / f"{split}.tsv").write_bytes(content)
        print(f"{name}/{split}.tsv: {len(lines):,} lines, {len(content) / 1e6:.1f} MB")
    if classes:
        (folder / "classes.txt").write_bytes("".join(f"{name}\n" for name in classes).encode())
    write_checksums(folder)
