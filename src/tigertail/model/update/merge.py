"""Merging new plays with those of a model: they are checked, and both get common item codes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import Stratum, strata
from tigertail.dataset.tables import TABLES
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import DataError, ModelError
from tigertail.model.aliases import aliases_beside, item_aliases, names_by_artist
from tigertail.model.artists import with_artists
from tigertail.model.model import Model
from tigertail.model.registry import LISTENING
from tigertail.model.update.known_items import items_to_add
from tigertail.signals.listening import GroupedCoListening
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR

ADDED: Final = "added"
"""Key of a training summary: what was added since the fit (:mod:`tigertail.model.update.drift`)."""
MIN_COMPARED: Final = 5
"""Items of a listener from which an equal one elsewhere is taken for the same person."""
_DERIVED: Final = (c.LISTENERS, c.STRATUM, "folded")
"""Columns of a model's items that a dataset's do not have."""


@dataclass(frozen=True, eq=False)
class MergedData:
    """The plays of a model and those of a dataset, under common item codes.

    Parameters
    ----------
    items
        The model's items and the new ones, in the order of their new codes, as in :class:`Model`.
    plays
        Play counts, first of the model's listeners, group by group, then of the new listeners; listeners by items.
    new_interactions
        The new listeners alone and their plays, under the item codes of the dataset.
    remap
        The common codes of the model's items.
    same_name
        How many new items have the same name as an item of the model.
    repeated
        How many new listeners, of those with :data:`MIN_COMPARED` items or more, play exactly what one of the model
        plays.
    aliases
        Further ids, MBIDs and names of the items, as in :class:`Model`.
    """

    items: pl.DataFrame
    plays: CSR
    new_interactions: Interactions
    remap: ItemRemap
    same_name: int
    repeated: int
    aliases: pl.DataFrame | None


def listening_of(model: Model) -> GroupedCoListening:
    """Return the signal that holds a model's plays.

    Raises
    ------
    ModelError
        If the model was written by a release that kept none.
    """
    signal = model.signals.get(LISTENING)
    if isinstance(signal, GroupedCoListening) and signal.counted:
        return signal
    raise ModelError(
        "the model keeps no play counts, so nothing can be added to it",
        remedy="fit it again with this release: tigertail fit DATASET MODEL",
    )


def merge(model: Model, dataset: Dataset) -> MergedData:
    """Merge the plays of a dataset with those of a model.

    A model keeps no listener ids, so all listeners of the dataset count as new. A dataset that was added before is
    refused, and so is one most of whose listeners play exactly what listeners of the model play.

    Parameters
    ----------
    model
        The model.
    dataset
        New listeners with their plays, and new items. An item is one of the model if it has the same id. One whose kind
        no table of items says is of the kind that most of the model's are.

    Raises
    ------
    DataError
        If the dataset is simulated where the model is not or the other way round, has items of a kind
        that none of the model's is, has unknown columns, was added before, or most of its listeners seem to be in the
        model.
    ModelError
        If the model keeps no plays.
    """
    listening = listening_of(model)
    _check_addable(model, dataset)
    new = Interactions.of(dataset)
    if not new.plays.nnz:  # then no listener is added, only items
        new = Interactions.build(dataset.plays.clear(), dataset.items[c.ITEM_ID])
    counted = pl.DataFrame({c.ITEM_ID: new.items.ids, "new": new.item_listeners})
    known = model.items.select(c.ITEM_ID, pl.Series("old", listening.popularity.astype(np.int64)))
    order = (
        known.join(counted, on=c.ITEM_ID, how="full", coalesce=True)
        .with_columns((pl.col("old").fill_null(0) + pl.col("new").fill_null(0)).alias(c.LISTENERS))
        .sort([c.LISTENERS, c.ITEM_ID], descending=[True, False])
        .select(c.ITEM_ID, c.LISTENERS)
    )
    items = Vocabulary(order[c.ITEM_ID])
    remap = ItemRemap(items.codes(model.items[c.ITEM_ID]), len(items))
    new_plays = ItemRemap(items.codes(new.items.ids), len(items)).move_columns(new.plays)
    model_plays = remap.move_columns(listening.plays)
    repeated = _repeated(model_plays, new_plays, dataset)
    item_table, same_name = _item_table(model, dataset, order)
    aliases_of_both = [
        one.select(c.ITEM_ID, c.SCHEME, c.ALIAS)
        for one in (model.aliases, dataset.aliases)
        if one is not None
    ]
    item_table = with_artists(item_table, pl.concat(aliases_of_both) if aliases_of_both else None)
    aliases = _aliases(model, dataset, item_table)
    return MergedData(
        item_table, stack_rows(model_plays, new_plays), new, remap, same_name, repeated, aliases
    )


def stack_rows(above: CSR, below: CSR) -> CSR:
    """Return two matrices of the same columns, one above the other."""
    return CSR(
        np.concatenate([above.indptr, below.indptr[1:] + above.indptr[-1]]),
        np.concatenate([above.indices, below.indices]),
        np.concatenate([above.data, below.data]),
        (above.shape[0] + below.shape[0], above.shape[1]),
    )


def _check_addable(model: Model, dataset: Dataset) -> None:
    if dataset.simulated != model.provenance.simulated:
        kinds = {True: "simulated", False: "real"}
        raise DataError(
            f"the dataset is {kinds[dataset.simulated]}, the model {kinds[model.provenance.simulated]}",
            path=dataset.path,
            remedy="add what is of one kind with what the model was fitted to",
        )
    seen = {
        model.provenance.fingerprint,
        *(one["fingerprint"] for one in model.training_summary.get(ADDED, ())),
    }
    if dataset.fingerprint in seen:
        raise DataError(
            "this dataset is in the model already",
            path=dataset.path,
            remedy="build one of new listeners only",
        )
    # Those that bear an id of the model too: ids of tracks may be ids of other things there.
    if others := sorted(set(items_to_add(model, dataset)[c.KIND]) - set(model.items[c.KIND])):
        raise DataError(
            f"items are of the kind {', '.join(others)}, and none of the model's is",
            path=dataset.path,
            remedy=f"add items of the kind {model.main_kind}, as the model's are",
        )
    for table, spec in TABLES.items():
        if not (spec.addable and dataset.has(table)):
            continue
        allowed = {*spec.columns, *(model.items.columns if table == c.ITEMS_TABLE else ())}
        allowed -= set(_DERIVED)
        if unknown := [name for name in dataset.scan(table).collect_schema() if name not in allowed]:
            raise DataError(
                f"unknown column {', '.join(unknown)}",
                path=dataset.file(table),
                remedy=f"this table may have {', '.join(sorted(allowed))}",
            )


def _repeated(model_plays: CSR, new_plays: CSR, dataset: Dataset) -> int:
    """Return how many listeners of a dataset play exactly what one of the model plays.

    Raises
    ------
    DataError
        If these are more than half of the listeners compared.
    """
    known = set(_digests(model_plays))
    new = _digests(new_plays)
    repeated = sum(one in known for one in new)
    if repeated * 2 > len(new):
        raise DataError(
            f"{repeated:,} of {len(new):,} listeners with {MIN_COMPARED} items or more play exactly what a listener of "
            "the model plays: they seem to be in the model already, and would count twice",
            path=dataset.path,
            remedy="build a dataset of new listeners only, or fit the model again to all of them",
        )
    return repeated


def _digests(matrix: CSR) -> list[bytes]:
    """Return a digest of the items and plays of each listener with :data:`MIN_COMPARED` items or more."""
    rows = np.flatnonzero(matrix.row_sizes >= MIN_COMPARED)
    parts = (matrix.row(int(row)) for row in rows)
    return [
        hashlib.blake2b(items.tobytes() + plays.tobytes(), digest_size=16).digest() for items, plays in parts
    ]


def _with_mbids(old: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Fill in the MBIDs of items that had none."""
    known = pl.col(c.MBID) if c.MBID in old.columns else pl.lit(None, pl.String)
    joined = old.join(
        given.select(c.ITEM_ID, pl.col(c.MBID).alias("given")),
        on=c.ITEM_ID,
        how="left",
        maintain_order="left",
    )
    return joined.with_columns(pl.coalesce(known, "given").alias(c.MBID)).drop("given")


def _aliases(model: Model, dataset: Dataset, item_table: pl.DataFrame) -> pl.DataFrame | None:
    """Return the further ids, MBIDs and names of the items, from the model and the dataset."""
    # An item that is now known by its MBID may meet one whose id that is: the first counts, here and in `_item_table`.
    given = dataset.items.unique(c.ITEM_ID, keep="first", maintain_order=True)
    names = given.select(c.ITEM_ID, pl.lit(c.NAME).alias(c.SCHEME), pl.col(c.NAME).alias(c.ALIAS))
    tables = [
        item_aliases(dataset, given.with_columns(fold_series(given[c.NAME]).alias("folded"))),
        model.aliases,
    ]
    more = [one.select(c.ITEM_ID, c.SCHEME, c.ALIAS) for one in tables if one is not None]
    if c.ARTIST_NAME in item_table.columns:
        more.append(names_by_artist(item_table))
    if c.MBID in given.columns:
        more.append(given.select(c.ITEM_ID, pl.lit(c.MBID).alias(c.SCHEME), pl.col(c.MBID).alias(c.ALIAS)))
    # Of names that fold alike the first stays: of the dataset's aliases, of the model's, of the names.
    return aliases_beside(pl.concat([*more, names]).drop_nulls(c.ALIAS), item_table)


def _item_table(model: Model, dataset: Dataset, order: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return the items in the order of their common codes, and how many new ones have the name of one of the model."""
    old = model.items.drop(c.LISTENERS, c.STRATUM)
    given = items_to_add(model, dataset).unique(c.ITEM_ID, keep="first", maintain_order=True)
    new = order.select(c.ITEM_ID).join(old, on=c.ITEM_ID, how="anti", maintain_order="left")
    new = new.join(given, on=c.ITEM_ID, how="left", maintain_order="left").with_columns(
        pl.col(c.NAME).fill_null(pl.col(c.ITEM_ID)), pl.col(c.KIND).fill_null(model.main_kind)
    )
    new = new.with_columns(fold_series(new[c.NAME]).alias("folded"))
    same_name = int(new["folded"].is_in(old["folded"].implode()).sum())
    listeners = order[c.LISTENERS].to_numpy()
    levels = pl.Series(c.STRATUM, [Stratum(s).label for s in strata(listeners)])
    if c.MBID in given.columns:
        old = _with_mbids(old, given)
    both = pl.concat([old, new], how="diagonal")
    items = order.with_columns(levels).join(both, on=c.ITEM_ID, how="left", maintain_order="left")
    wanted = [*model.items.columns, *(name for name in items.columns if name not in model.items.columns)]
    return items.select(wanted), same_name
