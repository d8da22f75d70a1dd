"""What strict and loose folding merge in the real names of every source, and a sample of it to be read by eye.

    .venv/bin/python benchmarks/name_folding.py [--sample N]

The names are those of TIGERTAIL_DATA, each table once. They are compared with plain folding: Unicode compatibility,
case, Latin accents and strokes, punctuation, "&" = "and" and a leading "the", and nothing else. Counted are names
that a folding brings together with others that plain folding keeps apart. The sample holds pairs of such spellings,
drawn alike, the strict ones first.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from tigertail.dataset.folding import fold, fold_loosely

STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
)
Pairs = list[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description="What foldings of names merge.")
    parser.add_argument("--sample", type=int, default=200, help="pairs to print, of both foldings together")
    asked = parser.parse_args()
    names = {
        source: sorted(set(found)) for source, found in sources(Path(os.environ["TIGERTAIL_DATA"])).items()
    }
    names["all"] = sorted({name for found in names.values() for name in found})
    print(
        f"{'source':12}{'names':>10}{'plain':>10}{'strict':>10}{'loose':>10}{'merged strictly':>17}{'loosely':>9}"
    )
    for source, found in names.items():
        plain, strict, loose = (
            {folding(name) for name in found} for folding in (fold_plainly, fold, fold_loosely)
        )
        gained = [len(merged(found, folding, before)) for folding, before in FOLDINGS]
        print(
            f"{source:12}{len(found):10,}{len(plain):10,}{len(strict):10,}{len(loose):10,}{gained[0]:17,}{gained[1]:9,}"
        )
    rng = random.Random(0)
    pairs = [merged(names["all"], folding, before) for folding, before in FOLDINGS]
    for label, found in zip(("strict", "loose"), pairs, strict=True):
        for left, right in rng.sample(found, min(asked.sample // 2, len(found))):
            print(f"{label}\t{left}\t{right}")


def fold_plainly(name: str) -> str:
    """Fold a name by Unicode compatibility, case, Latin accents and strokes, punctuation, "&" and a leading "the"."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
    text = re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", text).translate(STROKES).replace("&", " and ")
    text = unicodedata.normalize("NFC", re.sub(r"\b(\w)\.(?=\w\b)(?!(?<=\d\.)\d)", r"\1", text))
    words = "".join(map(plain_sign, text)).split()
    while len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words) or " ".join(text.split())


def plain_sign(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Pd", "Cc", "Zl", "Zp", "Zs") or character in "/+_.&":
        return " "
    return "" if category[0] in "PS" or category == "Cf" else character


FOLDINGS: tuple[tuple[Callable[[str], str], Callable[[str], str]], ...] = (
    (fold, fold_plainly),
    (fold_loosely, fold),
)


def merged(names: Iterable[str], folding: Callable[[str], str], before: Callable[[str], str]) -> Pairs:
    """Return pairs of names that a folding merges and another keeps apart: each further form with the first."""
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        forms[folding(name)].setdefault(before(name), name)
    return [
        (first, other)
        for first, *others in (list(one.values()) for one in forms.values())
        for other in others
    ]


def sources(data: Path) -> dict[str, list[str]]:
    """Return the names of every source."""
    artists = pl.read_csv(
        data / "hetrec-lastfm-2k" / "artists.dat", separator="\t", quote_char=None, encoding="utf8-lossy"
    )
    tables = {
        "hetrec": artists["name"],
        "country": pl.read_csv(data / "lastfm-country" / "lastfm.csv")["artist"],
        "spotify": pl.read_csv(data / "spotify-artist-features" / "data_by_artist.csv")["artists"],
        "wfmu": pl.read_parquet(data / "wfmu-playlists" / "playlists.parquet")["Artist"],
    }
    homes = (data / "echonest-artist-location").glob("geo.dat")
    lines = [line for file in homes for line in file.read_text("utf-8", "replace").splitlines()]
    found = {source: table.drop_nulls().str.strip_chars().to_list() for source, table in tables.items()}
    found["homes"] = [line.split("<sep>")[1].strip() for line in lines if line.count("<sep>") > 1]
    mapped = (
        (data / "artist-similarity-sas" / "mb2uri_lastfmapi.txt").read_text("utf-8", "replace").splitlines()
    )
    found["sas"] = [line.split("\t")[1].strip() for line in mapped if line.count("\t")]
    return {source: [name for name in names if name] for source, names in found.items()}


if __name__ == "__main__":
    main()
