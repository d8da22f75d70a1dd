"""Exposure: what each listener could hear, the catalogue of their source.

The catalogue of a dataset or model is all its items; the catalogues here are parts of it. Sources of listening differ
in what they offer. A listener who does not play B may dislike it, or may use a service
that does not have it. Only the first says something about B. So the base model is fitted, and lists are evaluated,
over the catalogue of each listener (D. Liang et al., "Modeling User Exposure in Recommendation", WWW 2016; here what is
exposed is known from the source, not estimated).

The catalogue of a listener of the source s and the country k has

* the items that the rows of table ``availability`` for s without a country list; without such rows, the items that the
  plays of the source's listeners name; everything for a listener without a source;
* of these, where ``availability`` lists items for k, for all sources or for s, only those;
* and what the listeners of the same catalogue play in any case.

An item that hardly anybody could hear then, such as what one listener with plays of their own alone has found, is in
every catalogue: that the others of a source do not play it says nothing, and counts of so few, enlarged to all
listeners, would be chance.

The same relation has a word for each use of it:

====================  ==============================================================================================
word                  what it is
====================  ==============================================================================================
catalogue, offered    what a listener could hear: a part of the whole catalogue; the items that are in it
exposure              the catalogues of all listeners
exposed               how many listeners could hear an item, of which ``exposed_share`` is the share
adjusted              counts of listeners corrected for that: as many as there would be if all could hear the item
not offered           the logarithm of that correction, as a term of the mixture
observable            for the solver: pairs of listener and item, in groups that could meet
====================  ==============================================================================================

The base model, the mixture and evaluation use it, and listening in its popularity always, in its counts as
``listening.exposure`` says; the signal co-listening and the fit of a group's item vectors
(``signals/listening/solve.py``) do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.sparse import CSR

EVERYTHING: Final = "everything"
"""Name of the catalogue that has all items."""
CATALOGUE: Final = "catalogue"
NAMED_SOURCE: Final = pl.col(c.SOURCE).fill_null(EVERYTHING)
_FEW, _FEW_OF_ALL = 100, 0.01  # listeners, in number and as a share of all: hardly anybody


@dataclass(frozen=True, eq=False)
class Exposure:
    """The catalogue of each listener.

    Parameters
    ----------
    names
        Catalogues: the name of a source or :data:`EVERYTHING`, alone or with a country ("shop in PL").
    offered
        Which items each catalogue has; bool, (catalogues, items).
    catalogue_of
        Catalogue of each listener; int32, (listeners,).
    """

    names: tuple[str, ...]
    offered: NDArray[np.bool_]
    catalogue_of: NDArray[np.int32]

    @classmethod
    def of(cls, dataset: Dataset, listener_ids: pl.Series, items: Vocabulary) -> Exposure:
        """Return the catalogues of some listeners of a dataset.

        What a source offers is no trace of a listener: hidden plays count for its catalogue, also those after the
        moment of a split by time.

        Parameters
        ----------
        dataset
            The dataset; its table of listeners says which source each one is from.
        listener_ids
            Their ids; they may be hidden in ``dataset``.
        items
            The items, and their codes.
        """
        catalogues, offers = _catalogues(dataset.whole())
        listeners = pl.DataFrame({c.LISTENER_ID: listener_ids}).join(
            catalogues, on=c.LISTENER_ID, how="left", maintain_order="left"
        )
        keys = listeners[CATALOGUE].fill_null(EVERYTHING)
        names = sorted(keys.unique().to_list())
        offered = np.zeros((len(names), len(items)), np.bool_)
        for row, name in enumerate(names):
            if name == EVERYTHING:
                offered[row] = True
            else:
                codes = items.encode(offers.filter(pl.col(CATALOGUE) == name), c.ITEM_ID, code="code")
                offered[row, codes["code"].to_numpy()] = True
        place = {name: row for row, name in enumerate(names)}
        catalogue_of = (
            keys.replace_strict(place, return_dtype=pl.Int32).to_numpy().astype(np.int32, copy=False)
        )
        return cls(tuple(names), offered, catalogue_of)._with_rare_items_for_all()

    @classmethod
    def full(cls, listeners: int, items: int) -> Self:
        """Return the exposure of listeners who could all hear everything."""
        return cls((EVERYTHING,), np.ones((1, items), np.bool_), np.zeros(listeners, np.int32))

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Listeners of each catalogue; int64, (catalogues,)."""
        return np.bincount(self.catalogue_of, minlength=len(self.names)).astype(np.int64)

    @cached_property
    def exposed(self) -> NDArray[np.int64]:
        """Listeners who could hear each item; int64, (items,)."""
        return np.asarray(self.sizes @ self.offered.astype(np.int64))

    def adjusted_listeners(self, listeners: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the listeners that each item would have if all could hear it; float64, (items,).

        It is n_B N / e_B, where n_B of the N listeners play B and e_B of them could hear it. It is proportional to
        the probability that a listener who could hear B plays it, the propensity of T. Schnabel et al.,
        "Recommendations as Treatments" (ICML 2016); here exposure is known from the source, not estimated.

        Parameters
        ----------
        listeners
            Listeners of each item among these; int64, (items,).
        """
        return np.asarray(listeners * len(self.catalogue_of) / np.maximum(self.exposed, 1))

    def including(self, plays: CSR) -> Exposure:
        """Return the exposure with whatever the listeners play in their catalogues.

        It is for plays of tracks that are counted for their artists, as back-off fits them: what the dataset has, plays
        and availability, names the tracks alone.

        Parameters
        ----------
        plays
            Listeners by items.
        """
        offered = self.offered.copy()
        offered[self.catalogue_of[plays.entry_rows()], plays.indices] = True
        return Exposure(self.names, offered, self.catalogue_of)

    def rows(self, listeners: NDArray[np.integer] | slice) -> Exposure:
        """Return the exposure of some of the listeners, in their order."""
        return Exposure(self.names, self.offered, self.catalogue_of[listeners])

    def moved(self, place: NDArray[np.integer], items: int) -> Exposure:
        """Return the exposure with its items under new codes; new items are in no catalogue but the whole.

        Parameters
        ----------
        place
            New code of each item; int32, (items,).
        items
            How many items there are then.
        """
        offered = np.zeros((len(self.names), items), np.bool_)
        offered[[name == EVERYTHING for name in self.names]] = True
        offered[:, place] = self.offered
        return Exposure(self.names, offered, self.catalogue_of)

    def joined(self, other: Exposure) -> Exposure:
        """Return these listeners followed by others, over the same items.

        A catalogue of both has what either says it has, and every one what hardly anybody of both could hear.
        """
        names = tuple(sorted({*self.names, *other.names}))
        offered = np.zeros((len(names), self.offered.shape[1]), np.bool_)
        catalogue_of = []
        for part in (self, other):
            row = np.array([names.index(name) for name in part.names], np.int32)
            offered[row] |= part.offered
            catalogue_of.append(row[part.catalogue_of])
        return Exposure(names, offered, np.concatenate(catalogue_of))._with_rare_items_for_all()

    def _with_rare_items_for_all(self) -> Exposure:
        """Return the exposure with what somebody, but hardly anybody, could hear in every catalogue."""
        few = min(_FEW, _FEW_OF_ALL * len(self.catalogue_of))
        rare = (self.exposed > 0) & (self.exposed < few)
        return Exposure(self.names, self.offered | rare, self.catalogue_of) if rare.any() else self

    def item_patterns(self) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
        """Return the sets of catalogues that share an item, and which set each item has.

        Returns
        -------
        patterns
            Bool, (patterns, catalogues).
        pattern
            Int32, (items,).
        """
        patterns, pattern = np.unique(self.offered.T, axis=0, return_inverse=True)
        return patterns, pattern.reshape(-1).astype(np.int32)


def stated_availability(dataset: Dataset) -> pl.DataFrame:
    """Return a table of availability by which the visible plays leave the catalogues as all plays make them.

    Where sources and countries both list items, and listeners play what their source does not list, the source offers
    that in other countries too.

    Returns
    -------
    pl.DataFrame
        Columns item_id, source and country: the rows of the table that there is, and what the listeners of each
        catalogue play.
    """
    whole = dataset.whole()
    listed = _availability(whole)
    limited = _catalogue_of(whole, listed).filter(pl.col(CATALOGUE) != EVERYTHING)
    played = _played(whole, limited).join(dataset.items.select(c.ITEM_ID), on=c.ITEM_ID, how="semi")
    stated = [listed]
    for kind in _kinds(limited):
        theirs = played.filter(pl.col(CATALOGUE) == kind[CATALOGUE]).select(c.ITEM_ID, c.SOURCE)
        if kind[c.SOURCE] is not None:
            stated.append(theirs.with_columns(pl.lit(None, pl.String).alias(c.COUNTRY)))
        if len(_listed_there(kind, listed)):  # the first row would close a country that is open
            stated.append(theirs.with_columns(pl.lit(kind[c.COUNTRY]).alias(c.COUNTRY)))
    return pl.concat(stated).unique().sort(c.SOURCE, c.COUNTRY, c.ITEM_ID)


def _catalogues(dataset: Dataset) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the catalogue of each listener (listener_id, catalogue), and what each has (catalogue, item_id)."""
    listed = _availability(dataset)
    of = _catalogue_of(dataset, listed)
    limited = of.filter(pl.col(CATALOGUE) != EVERYTHING)
    played = _played(dataset, limited)
    offers = [played.select(CATALOGUE, c.ITEM_ID).unique()]
    for kind in _kinds(limited):
        offers.append(_offered(kind, played, listed, dataset.items[c.ITEM_ID]))
    return of.select(c.LISTENER_ID, CATALOGUE), pl.concat(offers).unique()


def _catalogue_of(dataset: Dataset, listed: pl.DataFrame) -> pl.DataFrame:
    """Return the catalogue of each listener (listener_id, source, country, catalogue).

    The country is null where no row of ``listed`` has it.
    """
    profiles = dataset.listeners
    country = pl.col(c.COUNTRY) if c.COUNTRY in profiles.columns else pl.lit(None, pl.String)
    source = pl.col(c.SOURCE) if c.SOURCE in profiles.columns else pl.lit(None, pl.String)
    countries = listed[c.COUNTRY].drop_nulls().unique().to_list()
    there = pl.when(country.is_in(countries)).then(country)
    of = profiles.select(c.LISTENER_ID, source.alias(c.SOURCE), there.alias(c.COUNTRY)).unique(
        c.LISTENER_ID, keep="first", maintain_order=True
    )
    where = pl.when(pl.col(c.COUNTRY).is_not_null()).then(
        pl.format("{} in {}", NAMED_SOURCE, pl.col(c.COUNTRY))
    )
    return of.with_columns(where.otherwise(NAMED_SOURCE).alias(CATALOGUE))


def _kinds(listeners: pl.DataFrame) -> Iterator[dict[str, str | None]]:
    """Return the catalogues of some listeners (listener_id, source, country, catalogue), each once."""
    return listeners.select(CATALOGUE, c.SOURCE, c.COUNTRY).unique(CATALOGUE).iter_rows(named=True)


def _played(dataset: Dataset, listeners: pl.DataFrame) -> pl.DataFrame:
    """Return what some listeners (listener_id, catalogue, source) play, once for each catalogue and source."""
    seen = [CATALOGUE, c.SOURCE, c.ITEM_ID]
    played = pl.DataFrame(schema=dict.fromkeys(seen, pl.String))
    for rows in dataset.batches(c.PLAYS_TABLE) if len(listeners) else ():
        theirs = rows.select(c.LISTENER_ID, c.ITEM_ID).join(listeners, on=c.LISTENER_ID).select(seen)
        played = pl.concat([played, theirs.unique()]).unique()
    return played


def _availability(dataset: Dataset) -> pl.DataFrame:
    """Return the rows of the table availability (item_id, source, country); none where there is no table."""
    names = (c.ITEM_ID, c.SOURCE, c.COUNTRY)
    if not dataset.has(c.AVAILABILITY_TABLE):
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    with dataset.reading(c.AVAILABILITY_TABLE):
        rows = dataset.scan(c.AVAILABILITY_TABLE).collect()
    missing = [pl.lit(None, pl.String).alias(name) for name in names if name not in rows.columns]
    return rows.with_columns(missing).select(names)


def _offered(
    kind: dict[str, str | None], played: pl.DataFrame, listed: pl.DataFrame, everything: pl.Series
) -> pl.DataFrame:
    """Return what a source offers in a country (catalogue, item_id)."""
    name, source = kind[CATALOGUE], kind[c.SOURCE]
    items = everything
    if source is not None:
        items = listed.filter((pl.col(c.SOURCE) == source) & pl.col(c.COUNTRY).is_null())[c.ITEM_ID]
        if items.is_empty():
            items = played.filter(pl.col(c.SOURCE) == source)[c.ITEM_ID]
    here = _listed_there(kind, listed)
    items = items.filter(items.is_in(here.implode())) if len(here) else items
    return pl.DataFrame({CATALOGUE: pl.Series([name], dtype=pl.String)}).join(
        pl.DataFrame({c.ITEM_ID: items.unique()}), how="cross"
    )


def _listed_there(kind: dict[str, str | None], listed: pl.DataFrame) -> pl.Series:
    """Return the items that rows with the country of a catalogue list for its source; none where it has no country."""
    same = pl.col(c.SOURCE).is_null() | pl.col(c.SOURCE).eq_missing(pl.lit(kind[c.SOURCE], pl.String))
    return listed.filter((pl.col(c.COUNTRY) == pl.lit(kind[c.COUNTRY], pl.String)) & same)[c.ITEM_ID]
