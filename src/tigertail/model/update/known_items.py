"""Which items of a dataset are items of a model: by id, by MBID, by name, as a build finds it."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series
from tigertail.lookup.mbids import mbid_in
from tigertail.model.aliases import item_aliases
from tigertail.model.artists import with_artists
from tigertail.model.item_table import check_catalogue
from tigertail.model.model import Model

_OLD: Final = "old"  # the model's id
_KEY: Final = "key"
_OWN: Final = "own"  # whether the id is a source's own, neither a name nor an MBID


def with_known_ids(model: Model, dataset: Dataset) -> Dataset:
    """Return a dataset in which the items that a model has bear the model's ids.

    An item is the model's if it has the same id, unless that is a name and the MBIDs differ; else if it has an MBID of
    one item of its kind; else if it has the name of one item of its kind, and neither two MBIDs nor two ids of
    sources contradict it. An item that none of the model's is, though one has its id, is known by its MBID.

    Raises
    ------
    DataError
        If an item is in the catalogue of the dataset twice.
    """
    check_catalogue(dataset)
    given = with_artists(_folded(items_to_add(model, dataset)), dataset.aliases)
    new = _References(given, item_aliases(dataset, given))
    old = _References(model.items, model.aliases)
    same = new.about.join(old.about, on=c.ITEM_ID, suffix="_old")
    agree = new.values[c.MBID].join(old.values[c.MBID], on=[c.ITEM_ID, c.MBID])
    differ = same.join(agree, on=c.ITEM_ID, how="anti").filter(
        ~pl.col(_OWN) & pl.col("has_mbid") & pl.col("has_mbid_old")
    )
    known = same.join(differ, on=c.ITEM_ID, how="anti").select(c.ITEM_ID, pl.col(c.ITEM_ID).alias(_OLD))
    known = _more(known, _shared(new, old, c.MBID))
    by_name = _shared(new, old, _KEY)
    for side, one in ((c.ITEM_ID, new), (_OLD, old)):
        facts = one.about.select(pl.col(c.ITEM_ID).alias(side), pl.exclude(c.ITEM_ID).name.prefix(f"{side}_"))
        by_name = by_name.join(facts, on=side)
    contradicted = pl.any_horizontal(
        pl.all_horizontal(f"{c.ITEM_ID}_{fact}", f"{_OLD}_{fact}") for fact in (_OWN, "has_mbid")
    )
    known = _more(known, by_name.filter(~contradicted).select(c.ITEM_ID, _OLD))
    strangers = differ.join(known, on=c.ITEM_ID, how="anti").join(new.first_mbids, on=c.ITEM_ID)
    renamed = pl.concat([known, strangers.select(c.ITEM_ID, pl.col(c.MBID).alias(_OLD))])
    return dataset.renamed(renamed.filter(pl.col(c.ITEM_ID) != pl.col(_OLD)).rename({_OLD: "new"}))


def items_to_add(model: Model, dataset: Dataset) -> pl.DataFrame:
    """Return the items of a dataset; one whose kind no table of items says is what most of a model's are."""
    kind = pl.col(c.KIND) if dataset.has(c.ITEMS_TABLE) else pl.lit(None, pl.String).alias(c.KIND)
    return dataset.items.with_columns(kind.fill_null(model.main_kind))


class _References:
    """What identifies some items: their MBIDs, and their folded names."""

    def __init__(self, items: pl.DataFrame, aliases: pl.DataFrame | None) -> None:
        kinds = items.select(c.ITEM_ID, c.KIND)
        mbids = [items.select(c.ITEM_ID, mbid_in(c.ITEM_ID).alias(c.MBID))]
        if c.MBID in items.columns:
            mbids.insert(0, items.select(c.ITEM_ID, mbid_in(c.MBID)))
        names = [items.select(c.ITEM_ID, pl.col("folded").alias(_KEY))]
        if aliases is not None:
            scheme = pl.col(c.SCHEME)
            mbids.append(aliases.filter(scheme == c.MBID).select(c.ITEM_ID, mbid_in(c.ALIAS).alias(c.MBID)))
            names.append(aliases.filter(scheme == c.NAME).select(c.ITEM_ID, pl.col("folded").alias(_KEY)))
        self.first_mbids = pl.concat(mbids).drop_nulls().unique(c.ITEM_ID, keep="first", maintain_order=True)
        self.values = {
            key: pl.concat(found).drop_nulls().unique().join(kinds, on=c.ITEM_ID)
            for key, found in ((c.MBID, mbids), (_KEY, names))
        }
        if c.ARTIST_NAME in items.columns:  # by its artist's name too: many tracks have one title
            artists = items.select(c.ITEM_ID, fold_series(items[c.ARTIST_NAME]).alias("artist"))
            whole = pl.concat_str("artist", _KEY, separator=" ")
            called = self.values[_KEY].join(artists, on=c.ITEM_ID)
            self.values[_KEY] = called.with_columns(pl.coalesce(whole, _KEY).alias(_KEY)).drop("artist")
        keys = (
            self.values[_KEY]
            .select(c.ITEM_ID, _KEY)
            .with_columns(fold_series(self.values[_KEY][c.ITEM_ID]).alias("f"))
        )
        by_name = keys.filter(pl.col("f") == pl.col(_KEY))[c.ITEM_ID]
        # "sade (2)": of several items that would get one id, a build numbers the later ones (ingest/identity.py).
        named = pl.col(c.ITEM_ID).is_in(by_name.implode()) | pl.col(c.ITEM_ID).str.contains(r" \(\d+\)$")
        self.about = items.select(
            c.ITEM_ID,
            (~named & mbid_in(c.ITEM_ID).is_null()).alias(_OWN),
            pl.col(c.ITEM_ID).is_in(self.first_mbids[c.ITEM_ID].implode()).alias("has_mbid"),
        )


def _folded(items: pl.DataFrame) -> pl.DataFrame:
    return items.with_columns(fold_series(items[c.NAME]).alias("folded"))


def _shared(new: _References, old: _References, key: str) -> pl.DataFrame:
    """Return the pairs of items that share a value which no other item of their kind has on either side."""
    sides = [one.values[key].filter(pl.len().over(c.KIND, key) == 1) for one in (new, old)]
    pairs = sides[0].join(sides[1].rename({c.ITEM_ID: _OLD}), on=[c.KIND, key])
    return pairs.select(c.ITEM_ID, _OLD).unique().sort(c.ITEM_ID, _OLD)


def _more(known: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Add pairs of items that are not known yet, on either side, and are in no other such pair."""
    left = pairs.join(known, on=c.ITEM_ID, how="anti").join(known, on=_OLD, how="anti")
    alone = left.filter((pl.len().over(c.ITEM_ID) == 1) & (pl.len().over(_OLD) == 1))
    return pl.concat([known, alone.select(c.ITEM_ID, _OLD)])
