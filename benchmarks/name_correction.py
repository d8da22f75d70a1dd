"""How often a typing error is corrected, and how often a name that the catalogue lacks becomes another's.

    .venv/bin/python benchmarks/name_correction.py DATASET [--names N] [--fit] [--examples N]

The catalogue is DATASET's. Names that it lacks are real artists of the Spotify table and of WFMU's shows
(TIGERTAIL_DATA): of those that neither strict nor loose folding finds, N are drawn. Typing errors are one letter wrong,
missing, added or swapped with the next, in names of six letters or more; half of the names are drawn alike, half by
their listeners. What turns out to be the name of another artist of the catalogue is no error that anyone could see, and
is left out. A correction of a name that the catalogue lacks counts as false, although some are real misspellings of
that very artist.

Names are split in two by a digest: the weights were chosen on the one half (``--fit`` chooses them again, at the share
``FALSE`` of false corrections, and prints them), figures are of the other.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold, fold_loosely
from tigertail.dataset.interactions import Interactions
from tigertail.lookup.correction import FEATURES, SHORTEST
from tigertail.lookup.item_index import ItemIndex
from tigertail.model.aliases import item_aliases
from tigertail.model.item_table import item_table

FALSE = 0.0045  # the share of false corrections that a fit allows: our choice


def main() -> None:
    parser = argparse.ArgumentParser(
        description="How often typing errors are corrected, and other names are."
    )
    parser.add_argument("dataset", type=Path)
    parser.add_argument(
        "--names", type=int, default=6000, help="names of each kind; half of them is measured"
    )
    parser.add_argument("--fit", action="store_true", help="choose the weights again, on the other half")
    parser.add_argument("--examples", type=int, default=0)
    asked = parser.parse_args()
    dataset = Dataset.open(asked.dataset)
    items = item_table(dataset, Interactions.of(dataset))
    index = ItemIndex(items, item_aliases(dataset, items))
    index.prepare()
    rng = random.Random(1)
    absent = list(absent_names(index, asked.names, rng))
    errors = list(typing_errors(index, items, asked.names, rng))
    if asked.fit:
        fit(
            index,
            [name for name in absent if not measured(name)],
            [one for one in errors if not measured(one[0])],
        )
    absent = [name for name in absent if measured(name)]
    errors = [one for one in errors if measured(one[0])]
    taken = [(name, code) for name in absent if (code := index.correct(name)) is not None]
    shown = items[c.NAME]
    print(
        f"{len(items):,} artists; {len(absent):,} names that it lacks: {rate(len(taken), len(absent))} corrected"
    )
    for label, drawn in (("drawn alike", False), ("drawn by listeners", True)):
        tried = [(name, typed) for name, typed, by_listeners in errors if by_listeners == drawn]
        right = sum(
            fold(shown[code]) == fold(name)
            for name, typed in tried
            if (code := index.correct(typed)) is not None
        )
        other = sum(index.correct(typed) is not None for _, typed in tried) - right
        print(
            f"{len(tried):,} typing errors, {label}: {rate(right, len(tried))} right, "
            f"{rate(other, len(tried))} another's"
        )
    for name, code in taken[: asked.examples]:
        print(f"  {name} -> {shown[code]} ({items['listeners'][code]:,} listeners)")


def absent_names(index: ItemIndex, n: int, rng: random.Random) -> Iterator[str]:
    """Yield names of artists that a catalogue lacks."""
    data = Path(os.environ["TIGERTAIL_DATA"])
    tables = [
        pl.read_csv(data / "spotify-artist-features" / "data_by_artist.csv")["artists"],
        pl.read_parquet(data / "wfmu-playlists" / "playlists.parquet")["Artist"],
    ]
    for table in tables:
        names = sorted(table.drop_nulls().unique())
        rng.shuffle(names)
        lacking = (name for name in names if name.strip() and index.code_or_none(name) is None)
        yield from (name for name, _ in zip(lacking, range(n // len(tables)), strict=False))


def typing_errors(
    index: ItemIndex, items: pl.DataFrame, n: int, rng: random.Random
) -> Iterator[tuple[str, str, bool]]:
    """Yield names, the names with a typing error, and whether they were drawn by their listeners."""
    long = items.filter(pl.col("folded").str.replace_all(" ", "").str.len_chars() >= SHORTEST)
    names, listeners = long[c.NAME].to_list(), long["listeners"].to_list()
    drawn = [(name, False) for name in rng.choices(names, k=n // 2)]
    drawn += [(name, True) for name in rng.choices(names, weights=listeners, k=n // 2)]
    for name, by_listeners in drawn:
        typed = mistyped(name, rng)
        if index.code_or_none(typed) is None:
            yield name, typed, by_listeners


def mistyped(name: str, rng: random.Random) -> str:
    """Return a name with one letter wrong, missing, added or swapped with the next."""
    letters = list(name)
    place = rng.choice([place for place, letter in enumerate(letters) if letter.isalpha()] or [0])
    kind = rng.randrange(4)
    if kind == 0:
        letters[place] = rng.choice([one for one in string.ascii_lowercase if one != letters[place].lower()])
    elif kind == 1:
        del letters[place]
    elif kind == 2:
        letters.insert(place + rng.randrange(2), rng.choice(string.ascii_lowercase))
    else:
        letters[place : place + 2] = reversed(letters[place : place + 2])
    return "".join(letters)


def fit(index: ItemIndex, absent: list[str], errors: list[tuple[str, str, bool]]) -> None:
    """Choose the weights and print them."""
    from sklearn.linear_model import LogisticRegression

    rows, right = [], []
    for name, typed in [(None, name) for name in absent] + [(name, typed) for name, typed, _ in errors]:
        wanted = None if name is None else index.code_or_none(name)
        found = index.near_misses(typed)
        found = [one for one in found if name is None or one[0] == wanted]
        rows += [one for _, one in found[:1]]
        right += [name is not None] * len(found[:1])
    chosen = LogisticRegression(C=3, max_iter=5000, class_weight={False: 20, True: 1}).fit(rows, right)
    odds, true = chosen.decision_function(rows), np.array(right)
    likely = [
        max(chosen.decision_function([one for _, one in found]))
        for name in absent
        if (found := index.near_misses(name))
    ]
    threshold = np.sort(likely)[::-1][int(FALSE * len(absent))]
    weights = ", ".join(f"{weight:.2f}" for weight in chosen.coef_[0])
    print(f"WEIGHTS = ({weights})\nINTERCEPT = {chosen.intercept_[0] - threshold:.2f}\n{', '.join(FEATURES)}")
    print(f"on this half {rate(int((odds[true] > threshold).sum()), len(errors))} of typing errors corrected")


def measured(name: str) -> bool:
    """Return whether a name is of the half that figures are of."""
    return hashlib.sha256(fold_loosely(name).encode()).digest()[0] % 2 == 0


def rate(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.2f} %"


if __name__ == "__main__":
    main()
