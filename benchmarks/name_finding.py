"""How well names are found in pages of Wikipedia whose links are known but hidden from the finder.

    .venv/bin/python benchmarks/name_finding.py DATASET [--pages FILE] [--fit] [--examples N]

DATASET gives the names to look for: the whole catalogue, junk and common words included. The pages
(``wikipedia-pages.zip``) are stripped of their links; the finder sees plain text, and where italics were.
Pages are split in two by a digest of their name: weights and threshold were chosen on the one
half (``--fit`` chooses them again and prints them), figures are of the other. Pages without a link are read
too, so that usage is counted over all, but nobody can tell what is right in them.

**What is right.** A link leads to an artist if its target is the title that DBpedia gives for an artist of the
catalogue (``dbpedia-artists/``) and not the name of another, or is an artist's name with a remark such as
"(band)"; without a remark only if DBpedia knows the artist, too, one of a single word by that name, and hardly a
link has the name with a remark. A link elsewhere that has an artist's name as its words is a trap. Links to an
artist's name without a remark where DBpedia knows no title, and such links where others have a remark and the name
more than one word, cannot be judged.

- A found span that stands in a link is right if the link leads to that artist, else wrong.
- Wikipedia links a name once. A found span outside links is right if the same page has a link to that artist
  with the same words, and none with the same words elsewhere. If it has both, or instead of the first a link with
  the same words that cannot be judged, nobody can tell.
- Any other found span counts as **wrong**, although some are real mentions that nobody linked; a second figure
  leaves these out. The truth lies between.
- A page's own subject is not counted at all: everybody finds it.

Recall is over the right spans in the same sense; a second figure is over all links to artists, also those
whose words are not the name ("Chili Peppers"). Square brackets hold 95 % intervals, bootstrapped over pages.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold
from tigertail.ingest.formats.documents import Documents
from tigertail.io.quarantine import Quarantine
from tigertail.text.documents.accumulator import WORKS
from tigertail.text.mentions.candidates import Spans, candidates
from tigertail.text.mentions.features import FEATURES, Usage, features
from tigertail.text.mentions.names import Names, Shape
from tigertail.text.mentions.titles import Remark, Title, read_title
from tigertail.text.mentions.tokens import Reader
from tigertail.text.mentions.weights import THRESHOLD, score_candidates

ELSEWHERE, UNJUDGED, NO_LINK = -1, -2, -3
RIGHT, TRAP, UNLINKED, LEFT_OUT = 1, 0, 2, -1
SHARE = 0.05  # of links with a remark among those without, from which a name alone is something else
PENALTY = 3.0
PRECISION = 0.93  # wanted of the tuning half when the threshold is chosen


class GroundTruth:
    """Where links lead."""

    def __init__(self, names: Names, folder: Path, targets: Iterable[str]) -> None:
        self.names = names
        self.items_of: dict[str, set[int]] = {}
        self.title_of: dict[int, Title] = {}
        found = [(names.code_of.get(read.name, ELSEWHERE), read.remark) for read in map(read_title, targets)]
        with_remark = Counter(code for code, remark in found if remark == Remark.MUSICIAN)
        without = Counter(code for code, remark in found if remark == Remark.NONE)
        self.remarked = {code for code, times in with_remark.items() if times >= SHARE * without[code]}
        # What somebody hails from, or plays, is no artist, whatever the table says, unless it has a genre too.
        edges = {
            facet: [line.split() for line in (folder / f"{facet}.edgelist").read_text("utf-8").splitlines()]
            for facet in ("birthPlace", "hometown", "genre", "instrument")
        }
        no_artists = {edge[-1] for facet in edges.values() for edge in facet}
        no_artists -= {edge[0] for edge in edges["genre"]}
        for line in (folder / "MappingLastfm2DBpedia-1.2.tsv").read_text("utf-8").splitlines():
            name, uri = line.split("\t")[1:3]
            code = names.code_of.get(fold(name))
            if code is not None and "/List_of" not in uri and uri not in no_artists:
                title = uri.rpartition("/resource/")[2].replace("_", " ")
                self.items_of.setdefault(title.casefold(), set()).add(code)
                self.title_of.setdefault(code, read_title(title))

    def leads_to(self, target: str) -> int:
        """Return the name a link leads to, or ELSEWHERE or UNJUDGED."""
        read = read_title(target)
        code = self.names.code_of.get(read.name, ELSEWHERE)
        if mapped := self.items_of.get(target.casefold()):
            return code if code != ELSEWHERE else min(mapped)
        if code == ELSEWHERE or read.remark == Remark.OTHER:
            return ELSEWHERE
        if read.remark == Remark.MUSICIAN:
            return code
        title = self.title_of.get(code)
        if self.names.shapes[code] == Shape.LONGER or title is None:
            return UNJUDGED if title is None or code in self.remarked else code
        return code if title.name == read.name and code not in self.remarked else ELSEWHERE


def labels(
    found: pl.DataFrame, page: dict[str, object], truth: GroundTruth
) -> tuple[NDArray[np.int8], int, int]:
    """Label the candidates of a page; return the labels, and its links to other artists: all, and by name."""
    links = page[c.LINKS]
    assert isinstance(links, list)
    text, own = str(page[c.TEXT]), truth.names.code_of.get(read_title(str(page[c.NAME])).name, UNJUDGED)
    spans = Spans(*(np.array([link[key] for link in links], np.int64) for key in ("begin", "end")))
    led = np.array([truth.leads_to(link["target"]) for link in links], np.int64)
    surfaces = [text[link["begin"] : link["end"]] for link in links]
    folded = np.array([truth.names.code_of.get(fold(surface), NO_LINK) for surface in surfaces])
    link = spans.around(found["begin"].to_numpy(), found["end"].to_numpy())
    name = found["name"].to_numpy()
    leads = np.where(link >= 0, led[link] if len(led) else 0, NO_LINK)
    small_link = np.array([surface.removeprefix("the ")[:1].islower() for surface in surfaces], np.bool_)
    capital, small = (set(folded[(led == folded) & (small_link == how)].tolist()) for how in (False, True))
    trap = set(folded[(led != folded) & (led != UNJUDGED)].tolist())
    is_small = found["lowercase"].to_numpy()
    repeats = np.array(
        [n in (small if s else capital) for n, s in zip(name.tolist(), is_small, strict=True)], np.bool_
    )
    disputed = np.isin(name, list(trap))
    label = np.where(leads == name, RIGHT, TRAP)
    label = np.where(
        leads == NO_LINK, np.where(repeats, np.where(disputed, LEFT_OUT, RIGHT), UNLINKED), label
    )
    unknown = np.isin(name, folded[led == UNJUDGED]) & (leads == NO_LINK) & (label == UNLINKED)
    label = np.where(unknown | (leads == UNJUDGED) | (name == own), LEFT_OUT, label)
    others = (led >= 0) & (led != own)
    return label.astype(np.int8), int(others.sum()), int((others & (led == folded)).sum())


def fit_logistic(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit a logistic regression with a ridge penalty by Newton's method; weights of the raw features."""
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    mean[0], spread[spread == 0] = 0, 1
    scaled = (matrix - mean) / spread
    weights = np.zeros(matrix.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (right - chance) - PENALTY * weights
        bend = (scaled.T * (chance * (1 - chance))) @ scaled + PENALTY * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    raw = weights / spread
    raw[0] -= (raw * mean)[1:].sum()
    return raw


def fit(matrix: NDArray[np.float64], label: NDArray[np.int8], shapes: NDArray[np.int8]) -> None:
    """Choose weights and threshold on the tuning half and print them as weights.py has them."""
    total = np.zeros(len(label))
    columns = []
    for shape in Shape:
        group = shapes == shape
        use = group & (label != LEFT_OUT)
        weights = np.round(fit_logistic(matrix[use], (label[use] == RIGHT).astype(float)), 3)
        total[group] = matrix[group] @ weights
        columns.append(weights)
    for feature, *weight in zip(FEATURES, *columns, strict=True):
        print(f'    "{feature}": ({", ".join(f"{one:g}" for one in weight)}),')
    for threshold in np.arange(-1, 3, 0.1):
        kept = (total > threshold) & (label != LEFT_OUT)
        if (label[kept] == RIGHT).mean() >= PRECISION:
            print(f"THRESHOLD: Final = {threshold:.1f}")
            break


def figures(
    kept: NDArray[np.bool_], label: NDArray[np.int8], page: NDArray[np.int64], missed: NDArray[np.int64]
) -> list[tuple[str, float, float, float]]:
    """Return precision, recall and F1 with their intervals.

    Parameters
    ----------
    kept, label, page
        Of each candidate whether it is found, its label, and its page.
    missed
        Links of each page whose words are not the artist's name.
    """
    pages = len(missed)
    counts = np.stack(
        [
            np.bincount(page[chosen], minlength=pages)
            for chosen in (
                kept & (label == RIGHT),
                kept & (label == TRAP),
                kept & (label == UNLINKED),
                ~kept & (label == RIGHT),
            )
        ]
        + [missed]
    )

    def all_of(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        right, trap, unlinked, lost, other = sums
        precision, recall = right / (right + trap + unlinked), right / (right + lost)
        f1 = 2 * precision * recall / (precision + recall)
        return np.stack([precision, right / (right + trap), recall, right / (right + lost + other), f1])

    rng = np.random.default_rng(0)
    drawn = np.stack([rng.multinomial(pages, np.full(pages, 1 / pages)) for _ in range(1000)])
    low, high = np.percentile(all_of((counts @ drawn.T).astype(float)), [2.5, 97.5], axis=1)
    names = ("precision", "precision, unlinked left out", "recall", "recall of all links to artists", "F1")
    return list(zip(names, all_of(counts.sum(axis=1).astype(float)), low, high, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--examples", type=int, default=0)
    arguments = parser.parse_args()
    data = Path(os.environ["TIGERTAIL_DATA"])
    source = Documents(
        format="documents",
        path=arguments.pages or data / "wikipedia-pages.zip",
        files="*.txt",
        markup="wikitext",
    )
    began = time.perf_counter()
    pages = pl.concat([batch.rows for batch in source.read(Quarantine())])
    read = time.perf_counter() - began
    names = Names(Dataset.open(arguments.dataset).items)
    targets = pages[c.LINKS].explode().struct.field("target").drop_nulls()
    truth = GroundTruth(names, data / "dbpedia-artists", targets)
    reader = Reader()
    began = time.perf_counter()
    found = [
        candidates(
            number,
            reader.words(page[c.TEXT]),
            names,
            Spans(*(np.array([work[key] for work in page[WORKS]], np.int64) for key in ("begin", "end"))),
        )
        for number, page in enumerate(pages.iter_rows(named=True))
    ]
    everything = pl.concat(found)
    usage = Usage.empty(names)
    usage.add(everything)
    took = time.perf_counter() - began
    print(
        f"{len(pages):,} pages, {pages[c.TEXT].str.len_chars().sum():,} characters of text; {len(names.items):,} names"
    )
    print(f"{read:.1f} s to read, {took:.1f} s to find {len(everything):,} candidates")
    linked = pages[c.LINKS].list.len().to_numpy() > 0
    tuning = np.array([hashlib.sha256(name.encode()).digest()[0] % 2 == 0 for name in pages[c.DOCUMENT_ID]])
    half = np.flatnonzero(linked & (tuning == arguments.fit))
    labelled = [labels(found[number], pages.row(number, named=True), truth) for number in half]
    label = np.concatenate([one[0] for one in labelled])
    chosen = pl.concat([found[number] for number in half])
    matrix = features(chosen, names, usage)
    shapes = names.shapes[chosen["name"].to_numpy()]
    if arguments.fit:
        fit(matrix, label, shapes)
        return
    kept = score_candidates(chosen, names, usage) > THRESHOLD
    page = np.searchsorted(half, chosen["document"].to_numpy())
    missed = np.array([every - by_name for _, every, by_name in labelled])
    links = sum(one[1] for one in labelled)
    print(f"{len(half)} pages judged, with {links:,} links to other artists of the catalogue")
    for group, rows in [("all names", kept | True)] + [
        (shape.name.lower().replace("_", " "), shapes == shape) for shape in Shape
    ]:
        print(
            f"{group}: {int((label[rows] == RIGHT).sum()):,} right spans among {int(rows.sum()):,} candidates"
        )
        whole = group == "all names"
        for what, value, low, high in figures(
            kept[rows], label[rows], page[rows], missed if whole else missed * 0
        ):
            if whole or "all links" not in what:
                print(f"  {what:<32}{value:.3f} [{low:.3f}, {high:.3f}]")
    for row in np.random.default_rng(1).permutation(
        np.flatnonzero(kept & (label != RIGHT) & (label != LEFT_OUT))
    )[: arguments.examples]:
        document, begin, end = chosen.select("document", "begin", "end").row(int(row))
        text = pages[c.TEXT][document]
        print(
            label[row], repr(f"{text[max(0, begin - 50) : begin]}[[{text[begin:end]}]]{text[end : end + 40]}")
        )


if __name__ == "__main__":
    main()
