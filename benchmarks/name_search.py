"""Search over names with mistakes in what is typed, beside the usual way: every name compared with RapidFuzz's WRatio.

    .venv/bin/python benchmarks/name_search.py MODEL [--each 40] [--names 1000000]

Names are drawn from each stratum (Latin script) and each other script, with four letters or more (two where a letter is
a syllable or a word); of each, queries are made by one wrong letter, one missing, two swapped, two mistakes (from eight
letters on), the first 60 % of letters, and these with a mistake. The other searches the same folded names for the same
folded queries, most heard first, too. A name is found at k if it, or another item of the same folded name, is among the
first k. Times are a query's, in this process.

``--names`` times names in that number as well, made up of words of the model's names. Peak memory is the process's.
"""

from __future__ import annotations

import argparse
import resource
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

import tigertail
from tigertail.cli.output import print_table
from tigertail.dataset.folding import fold
from tigertail.lookup.name_index import NameIndex

AT = (1, 5)
SPACED = ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW")
SHORTEST = 4
Search = Callable[[str], list[int]]


def wrong(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(text)))
    letter = chr(ord("a") + int(rng.integers(26))) if text.isascii() else text[int(rng.integers(len(text)))]
    return text[:place] + letter + text[place + 1 :]


def missing(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(text)))
    return text[:place] + text[place + 1 :]


def swapped(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(text) - 1))
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def two(text: str, rng: np.random.Generator) -> str:
    return wrong(missing(text, rng), rng) if len(text) >= 2 * SHORTEST else ""


def begun(text: str, rng: np.random.Generator) -> str:
    return text[: max(1, round(0.6 * len(text)))].strip()


def begun_wrong(text: str, rng: np.random.Generator) -> str:
    first = begun(text, rng)
    return swapped(first, rng) if len(first) >= SHORTEST else ""


MISTAKES = {
    "wrong letter": wrong,
    "missing letter": missing,
    "swapped letters": swapped,
    "two mistakes": two,
    "first 60 %": begun,
    "60 %, swapped": begun_wrong,
}


def script(name: str) -> str:
    """Return the one script of a name's letters, or nothing."""
    found = {unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()}
    if found & {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI"}:
        return "other"
    return found.pop() if len(found) == 1 else ""


def drawn(items: pl.DataFrame, each: int) -> dict[str, list[int]]:
    """Draw codes of each group."""
    groups = defaultdict(list)
    for code, (folded, stratum) in enumerate(items.select("folded", "stratum").iter_rows()):
        kind = script(folded)
        if len(folded) >= (SHORTEST if kind in SPACED else 2) and kind:
            groups[f"Latin, {stratum}" if kind == "LATIN" else kind.title()].append(code)
    rng = np.random.default_rng(0)
    sizes = {group: min(each, len(codes)) for group, codes in groups.items()}
    order = ["Latin, head", "Latin, mid", "Latin, tail", "Latin, cold", "Cyrillic", "Other"]
    return {
        group: rng.choice(groups[group], sizes[group], replace=False).tolist()
        for group in order
        if group in groups
    }


def asked(items: pl.DataFrame, groups: dict[str, list[int]]) -> pl.DataFrame:
    """Make the queries."""
    rng = np.random.default_rng(1)
    rows = []
    for group, codes in groups.items():
        for code in codes:
            name = items["folded"][code]
            for mistake, make in MISTAKES.items():
                query = make(name, rng) if len(name) >= SHORTEST or mistake == "first 60 %" else ""
                if query.strip() and query != name:
                    rows.append((group, mistake, code, query))
    return pl.DataFrame(rows, ["group", "mistake", "code", "query"], orient="row")


def judged(search: Search, queries: pl.DataFrame, folded: list[str]) -> tuple[pl.DataFrame, np.ndarray]:
    """Return at which place each name is found, and the milliseconds of each query."""
    places, taken = [], []
    for code, query in queries.select("code", "query").iter_rows():
        began = time.perf_counter()
        found = search(query)
        taken.append(1000 * (time.perf_counter() - began))
        names = [folded[one] for one in found]
        places.append(names.index(folded[code]) if folded[code] in names else max(AT))
    return queries.with_columns(pl.Series("place", places)), np.array(taken)


def recall(found: pl.DataFrame, by: str) -> pl.DataFrame:
    return found.group_by(by, maintain_order=True).agg(
        pl.len(), *((pl.col("place") < at).mean().alias(f"@{at}") for at in AT)
    )


def print_recall(ours: pl.DataFrame, theirs: pl.DataFrame, by: str) -> None:
    pairs = recall(ours, by).join(recall(theirs, by), on=[by, "len"], maintain_order="left", suffix=" peer")
    print_table(
        [by, "queries", *(f"{who} @{at}" for at in AT for who in ("ours", "WRatio"))],
        [
            [row[by], row["len"], *(f"{row[f'@{at}{who}']:.3f}" for at in AT for who in ("", " peer"))]
            for row in pairs.iter_rows(named=True)
        ],
        title="Recall",
        left=[by],
    )


def milliseconds(taken: np.ndarray) -> list[str]:
    return [f"{np.percentile(taken, q):.2f}" for q in (50, 99)] + [f"{taken.mean():.2f}"]


def peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:,.0f} MiB"


def made_up(folded: list[str], number: int) -> list[str]:
    """Make up names of words of other names, as many words as they have."""
    rng = np.random.default_rng(2)
    words = np.array([word for name in folded for word in name.split()])
    lengths = rng.choice([len(name.split()) for name in folded], number)
    ends = np.cumsum(lengths)
    drawn = rng.choice(words, ends[-1]).tolist()
    return [" ".join(drawn[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def built(names: list[str] | pl.Series, listeners: np.ndarray, folded: list[str] | pl.Series) -> NameIndex:
    before = peak()
    began = time.perf_counter()
    index = NameIndex(names, listeners, folded)
    taken = time.perf_counter() - began
    print(f"{len(index):,} names indexed in {taken:.2f} s; peak memory {before} before, {peak()} after")
    return index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--each", type=int, default=40, help="names of each group")
    parser.add_argument("--names", type=int, default=0, help="time so many made-up names as well")
    parser.add_argument("--failures", type=int, default=0, help="print so many queries that fail")
    given = parser.parse_args()
    items = tigertail.load(given.model).items
    index = built(items["name"], items["listeners"].to_numpy(), items["folded"])
    folded = items["folded"].to_list()
    queries = asked(items, drawn(items, given.each))

    def ours(query: str) -> list[int]:
        return index.search(query, max(AT))[0].tolist()

    def peer(query: str) -> list[int]:
        return [
            place for _, _, place in process.extract(fold(query), folded, scorer=fuzz.WRatio, limit=max(AT))
        ]

    for query in queries["query"][:20]:
        ours(query)
    mine, taken = judged(ours, queries, folded)
    theirs, their_time = judged(peer, queries, folded)
    everything = pl.lit("all").alias("all")
    for by in ("mistake", "group", "all"):
        print_recall(mine.with_columns(everything), theirs.with_columns(everything), by)
    print_table(
        ["search", "median ms", "p99 ms", "mean ms"],
        [["ours", *milliseconds(taken)], ["WRatio", *milliseconds(their_time)]],
        title=f"Time: WRatio takes {their_time.mean() / taken.mean():.1f} times as long",
        left=["search"],
    )
    for row in (
        mine.filter(pl.col("place") > 0)
        .sample(fraction=1, shuffle=True, seed=3)
        .head(given.failures)
        .iter_rows(named=True)
    ):
        print(f"{folded[row['code']]!r} by {row['query']!r}:", [folded[code] for code in ours(row["query"])])
    if given.names:
        names = made_up(folded, given.names)
        many = built(names, np.random.default_rng(4).pareto(1.0, given.names), names)
        _, taken = judged(
            lambda query: many.search(query)[0].tolist(),
            queries.sample(fraction=1, shuffle=True, seed=5).head(300),
            folded + names,
        )
        print(f"median, p99 and mean ms: {', '.join(milliseconds(taken))}")
        letters = judged(
            lambda query: many.search(query)[0].tolist(),
            pl.DataFrame({"code": 0, "query": list("abcdefghij")}),
            folded + names,
        )[1]
        print(f"one letter: {', '.join(milliseconds(letters))}")


if __name__ == "__main__":
    main()
