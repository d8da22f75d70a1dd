"""What lists of tracks hold, and how good they are beyond the artist of the query.

    .venv/bin/tigertail build recipes/wfmu-tracks.toml demo/tracks
    .venv/bin/python benchmarks/tracks.py demo/tracks

Many listeners play several tracks of one artist, so a list of nothing but the artist of the query scores well. Beside
the systems of recipes/tracks.toml this ranks such lists, the most popular tracks first. It prints nDCG@20; what share
of a list is by the artist of the query; and nDCG@20 once more without that artist's tracks, in the lists and among
what is relevant.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, System, hold_out, load_systems
from tigertail.evaluation.metrics.ranking import score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.sparse import CSR

SYSTEMS = Path(__file__).parent.parent / "recipes" / "tracks.toml"
LOOKED_AT = 300  # tracks of a list, so that enough are left without the artist's own


class SameArtist:
    """The other tracks of the artist, the most popular first."""

    def __init__(self, split: Split) -> None:
        self._artist = artists(split)
        self._score = (1 + split.popularity).astype(np.float32)
        self.known = np.ones(len(self._artist), np.bool_)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the popularity of what is by the artist; float32, (queries, items); -inf elsewhere."""
        same = self._artist[queries][:, None] == self._artist[None, :]
        return np.where(same, self._score, np.float32(-np.inf))


def artists(split: Split) -> NDArray[np.int64]:
    """Return the number of the artist of each track; one of its own where the artist is unknown."""
    known = split.train.items.select("item_id", "artist_id")
    ids = pl.DataFrame({"item_id": split.interactions.items.ids})
    owners = ids.join(known, on="item_id", how="left", maintain_order="left")
    return (
        owners.select(pl.coalesce("artist_id", "item_id").rank("dense"))
        .to_series()
        .to_numpy()
        .astype(np.int64)
    )


def others_only(lists: NDArray[np.int32], own: NDArray[np.bool_], k: int) -> NDArray[np.int32]:
    """Return the first k of each list that are not marked, -1 after its end."""
    kept = np.full((len(lists), k), -1, np.int32)
    for row, (one, marked) in enumerate(zip(lists, own, strict=True)):
        left = one[~marked & (one >= 0)][:k]
        kept[row, : len(left)] = left
    return kept


def relevant_others(split: Split, artist: NDArray[np.int64]) -> CSR:
    """Return what is relevant to each query and by other artists; queries by items."""
    rows, items = [], []
    for query, (listener, item) in enumerate(zip(split.query_listeners, split.query_items, strict=True)):
        heard = split.relevant.row(int(listener))[0]
        others = heard[artist[heard] != artist[item]]
        rows.append(np.full(len(others), query))
        items.append(others)
    row, column = np.concatenate(rows), np.concatenate(items)
    return CSR.from_coo(row, column, np.ones(len(row)), shape=(len(split.query_items), len(artist)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    config = ProtocolConfig(seed=arguments.seed, held_out=0.1)
    split = hold_out(Dataset.open(arguments.dataset), config)
    artist = artists(split)
    others = relevant_others(split, artist)
    every = np.arange(len(split.query_items), dtype=np.int32)
    bootstrap = ClusterBootstrap(split.query_listeners)
    deep = replace(split, config=config.model_copy(update={"k": LOOKED_AT}))
    rows = []
    for system in [System("the same artist, by popularity", SameArtist), *load_systems(SYSTEMS)]:
        lists = ranked_lists(system.fit(split), deep)[0]
        own = artist[np.maximum(lists, 0)] == artist[split.query_items][:, None]
        top, marked = lists[:, : config.k], own[:, : config.k]
        listed = (top >= 0).sum()
        whole = score_lists(
            top, split.relevant, split.query_listeners, split.query_items, split.adjusted_listeners
        )
        rest = others_only(lists, own, config.k)
        beyond = score_lists(rest, others, every, split.query_items, split.adjusted_listeners)
        share = (marked & (top >= 0)).sum() / max(1, listed)
        scores = [str(bootstrap.estimate(values[:, 0])) for values in (whole, beyond)]
        rows.append([system.name, scores[0], f"{share:.1%}", scores[1]])
    k = config.k
    columns = ["system", f"nDCG@{k}", "by the artist", f"nDCG@{k} beyond the artist"]
    print_table(columns, rows, title=f"{len(every):,} queries", left=columns[:1])
    print_memory()


if __name__ == "__main__":
    main()
