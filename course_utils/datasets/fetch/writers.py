"""The files of a fetched corpus: written line by line, so that a corpus of any size takes little memory."""

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from .archives import Wrong

LEAST_TEXTS, LEAST_OF_A_CLASS = 100, 5


class Lines:
    """Lines that belong to a split, or to none yet; then a fifth of each class is held out, always the same.

    Which fifth is decided by the lines' checksums, so that neither their order nor the form of the archive matters, and
    a text that occurs twice is never on both sides.
    """

    def __init__(self, folder: Path):
        folder.mkdir()
        self.folder, self.files, self.counts = folder, {}, {}
        self.checksums = {}

    def write(self, split: str | None, label: str, line: str) -> None:
        name = split or "all"
        if name not in self.files:
            self.files[name] = (self.folder / f"{name}.tsv").open("w", encoding="utf-8", newline="\n")
            self.counts[name] = Counter()
        self.files[name].write(line + "\n")
        self.counts[name][label] += 1
        if split in (None, "train"):
            self.checksums.setdefault(label, array("Q")).append(checksum(line))

    def close(self) -> None:
        for file in self.files.values():
            file.close()

    def hold_out(self, label_of: Callable[[str], str]) -> None:
        """Make a part for the test if there is none.  label_of: line → its class."""
        if "test" in self.counts:
            self.train_on_the_rest()
            return
        if self.counts.keys() >= {"all", "train"}:
            raise Wrong("some files are named after the training part and others are not. "
                        "Name one after the test part as well.")
        limits = {label: sorted(sums)[max(1, len(sums) // 5) - 1] for label, sums in self.checksums.items()}
        name = "all" if "all" in self.counts else "train"
        source = (self.folder / f"{name}.tsv").rename(self.folder / "source.tsv")
        self.counts.pop("all", None)
        self.counts |= {"train": Counter(), "test": Counter()}
        with source.open(encoding="utf-8", newline="\n") as lines, \
                (self.folder / "train.tsv").open("w", encoding="utf-8", newline="\n") as train, \
                (self.folder / "test.tsv").open("w", encoding="utf-8", newline="\n") as test:
            for line in lines:
                label = label_of(line)
                split = "test" if checksum(line.rstrip("\n")) <= limits[label] else "train"
                (test if split == "test" else train).write(line)
                self.counts[split][label] += 1
        source.unlink()

    def train_on_the_rest(self) -> None:
        """Add what says nothing of its split to the training part."""
        if "all" in self.counts:
            rest = self.folder / "all.tsv"
            with (self.folder / "train.tsv").open("ab") as train, rest.open("rb") as lines:
                train.writelines(lines)
            rest.unlink()
            self.counts["train"] = self.counts.get("train", Counter()) + self.counts.pop("all")

    def summary(self) -> str:
        splits = [split for split in ("train", "validation", "test") if split in self.counts]
        return ", ".join(f"{split}: {self.counts[split].total():,}" for split in splits)


def checksum(line: str) -> int:
    return int.from_bytes(hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=8).digest(), "big")


class Documents(Lines):
    """Texts with a class: `class ⇥ text`, and classes.txt.

    classes: their names in order, if they are known beforehand.
    """

    def __init__(self, folder: Path, classes: list[str] | None = None):
        super().__init__(folder)
        self.known, self.empty, self.count = classes, 0, 0

    @property
    def classes(self) -> list[str]:
        return self.known or sorted(set().union(*self.counts.values()))

    def add(self, split: str | None, label: str, text: str) -> None:
        """label and text: without white space but single blanks."""
        self.count += 1
        if text and label:
            self.write(split, label, f"{label}\t{text}".encode("utf-8", "replace").decode())
        else:
            self.empty += 1

    def finish(self) -> str:
        """Hold out a part for the test if none was given.

        Returns how many there are.  Raises Wrong if they are too few.
        """
        self.close()
        found = sum(self.counts.values(), Counter())
        if not found:
            raise Wrong("no texts with a class are in it. "
                        "Wanted are a folder for each class with .txt files, or a .csv, .tsv or .jsonl file.")
        if len(found) < 2:
            raise Wrong(f"it has one class only, {next(iter(found))[:30]}; two are the least.")
        rarest, texts = min(found.items(), key=lambda item: item[1])
        if found.total() < LEAST_TEXTS:
            raise Wrong(f"it has {found.total()} texts; {LEAST_TEXTS} are the least.")
        if texts < LEAST_OF_A_CLASS:
            raise Wrong(f"the class {rarest[:30]} has {texts} texts; {LEAST_OF_A_CLASS} are the least.")
        self.hold_out(lambda line: line.partition("\t")[0])
        for split in "train", "test":
            if missing := set(found) - set(self.counts[split]):
                raise Wrong(f"the class {min(missing)[:30]} has no texts for the {split} part, "
                            "or only the same one again and again.")
        (self.folder / "classes.txt").write_text("".join(f"{name}\n" for name in self.classes), "utf-8", newline="\n")
        left_out = f" ({self.empty:,} empty ones were left out)" if self.empty else ""
        return f"{self.summary()}, classes: {len(self.classes)}{left_out}"


class Sentences(Lines):
    """Tagged sentences: `tags ⇥ tokens`, and classes.txt with the tags, in BIO."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.kinds = {}

    def add(self, split: str | None, tokens: list[str], tags: list[str]) -> None:
        tags = to_bio(tags)
        self.kinds |= dict.fromkeys(tag[2:] for tag in tags if tag != "O")
        self.write(split, "", f"{' '.join(tags)}\t{' '.join(tokens)}".encode("utf-8", "replace").decode())

    def finish(self) -> str:
        """As in `Documents`."""
        self.close()
        count = sum(self.counts.values(), Counter()).total()
        if not self.kinds:
            raise Wrong("no tagged names are in it. Wanted is a token and its tag a line, such as `Bonn B-PLACE`, "
                        "and a blank line between sentences.")
        if count < LEAST_TEXTS:
            raise Wrong(f"it has {count} sentences; {LEAST_TEXTS} are the least.")
        self.hold_out(lambda line: "")
        tags = ["O", *(f"{place}-{kind}" for kind in sorted(self.kinds) for place in "BI")]
        (self.folder / "classes.txt").write_text("".join(f"{tag}\n" for tag in tags), "utf-8", newline="\n")
        return f"{self.summary()}, kinds of names: {len(self.kinds)}"


def to_bio(tags: list[str]) -> list[str]:
    """Tags in IOB1, BIO, BIOES or BMES, as BIO: every name begins with B."""
    result, before = [], "O"
    for tag in tags:
        if tag in ("O", "o", "0", "_"):
            result.append("O")
            before = "O"
            continue
        match = re.fullmatch(r"([BIESMLU])[-_](\S+)", tag)
        if not match:
            raise Wrong(f"{tag[:30]!r} is no tag. Wanted are O, B-KIND and I-KIND.")
        place, kind = match.groups()
        opens = place in "BSU" or before[2:] != kind or before[0] in "ESLU"
        result.append(f"{'B' if opens else 'I'}-{kind}")
        before = f"{place}-{kind}"
    return result
