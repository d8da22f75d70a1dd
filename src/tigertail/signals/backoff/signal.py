"""Artist back-off: a track or album with few listeners uses the affinity of its artist."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.played_pairs import PlayedPairs
from tigertail.errors import DataError
from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.signals.backoff.explain import explain_through_artists
from tigertail.signals.contract import Arrays, Explainable, Reindexable, Signal, has_capability
from tigertail.signals.evidence import NO_EVIDENCE, Evidence
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.remap import ItemRemap

NO_ARTIST: Final = -1
# These three were chosen by the recall of the exact answers in a world of tracks (benchmarks/large_world.py).
ARTISTS_ONE_IN: Final = 8  # items for each of which one artist is retrieved
ITEMS_OF_ARTIST: Final = 8
"""Retrieved of an artist: half of them those that most play, half those that fewest do."""
ITEMS_OF_OWN: Final = 64  # retrieved of the query's own artist

# Answers retrieved to find the best affinity of a query, which may be itself among them.
LOOKED_AT: Final = 8


class BackOffConfig(BaseModel):
    """Settings of artist back-off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Both were found by benchmarks/back_off.py --tune (docs/signals-sequences.md).
    shrinkage: float = Field(0.3, gt=0)
    """s in v = n / (n + s), in listeners: an item of s listeners has v = 1/2."""
    same_artist: float = Field(1.5, ge=0)
    """Affinity of an artist with themselves, as so many times that with the closest other."""


@dataclass(frozen=True, eq=False)
class BackOff:
    """A signal over items, blended with a signal over their artists.

    With n_A the listeners of A, s the setting ``shrinkage``, and a(A) the artist of A,

        v_A = n_A / (n_A + s)

        aff(A -> B) = v_A v_B own(A -> B) + (1 - v_A v_B) artists(a(A) -> a(B))

    where each signal is divided by its best affinity of the query to another item or artist (by 1 if none is above 0),
    and the affinity to themselves of an artist whom the signal over artists knows is ``same_artist``. A signal without
    data about the pair adds nothing; where neither has data, the affinity is ``-inf``. If one of the two items has no
    listener, the artists alone decide.
    The shrinkage n / (n + s) is that of Bell and Koren, "Improved Neighborhood-based Collaborative Filtering" (KDD Cup
    2007).

    Parameters
    ----------
    own
        The signal over items.
    artists
        The signal over artists.
    artist_of
        Artist of each item, ``NO_ARTIST`` where it is unknown; int32, (items,).
    own_weight
        v of each item; float32, (items,).
    same_artist
        Affinity of an artist to themselves, where the best other artist has 1.
    """

    own: Signal
    artists: Signal
    artist_of: NDArray[np.int32]
    own_weight: NDArray[np.float32]
    same_artist: float

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items that either signal has data about."""
        through = self.artists.known[np.maximum(self.artist_of, 0)] & (self.artist_of != NO_ARTIST)
        return np.asarray(self.own.known | through)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        own = np.ascontiguousarray(self.own.affinity(queries))
        artists = self.artist_of[queries]
        distinct, place = np.unique(np.maximum(artists, 0), return_inverse=True)
        theirs = np.ascontiguousarray(self.artists.affinity(distinct.astype(np.int32)))
        place = np.where(artists == NO_ARTIST, NO_ARTIST, place).astype(np.int32)
        scores = np.empty(own.shape, np.float32)
        mix = _numpy_mix if one_query_in_numpy(len(queries)) else _mix
        mix(
            own,
            theirs,
            queries,
            place,
            self.artists.known,
            self.artist_of,
            self.own_weight,
            np.float32(self.same_artist),
            scores,
        )
        return scores

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every item that it has data about."""
        return False

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return items that can be the best answers; see :class:`~tigertail.signals.contract.Retrieves`.

        They are what the signal over items finds; and of the nearest artists those items that most play, whose rank is
        highest where all of an artist are alike, and those that fewest play, for which the artist counts most.
        """
        own, artists = _of_vectors(self.own), _of_vectors(self.artists)
        found = own.nearest(queries, n, band)
        if n >= LOOKED_AT:  # no fewer than _best_of looks at, so the best is among them
            _note_best(own, queries, found, self._best_own)
        asked = self.artist_of[queries]
        distinct = np.unique(asked[asked != NO_ARTIST])
        offsets, items = self._items_of_artists
        filled = np.diff(offsets) > 0
        # The band of an artist is that of the item that most play.
        of_artists = np.zeros(len(filled), np.uint8)
        of_artists[filled] = band[items[offsets[:-1][filled]]]
        count = 1 + -(-n // ARTISTS_ONE_IN)  # one is the artist asked
        near = artists.nearest(distinct, count, of_artists)
        through = np.full((len(queries), near.shape[1] * ITEMS_OF_ARTIST + ITEMS_OF_OWN), -1, np.int32)
        place = np.where(asked == NO_ARTIST, NO_ARTIST, np.searchsorted(distinct, asked)).astype(np.int32)
        _items_through_artists(near, place, asked, offsets, items, through)
        return np.hstack([found, through])

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return the affinity from each query to some items; see :class:`~tigertail.signals.contract.Retrieves`.

        The best affinity of a query, by which others are divided, is the best that retrieval finds: in a catalogue of
        more vectors than it looks at (:mod:`tigertail.signals.clusters`) now and then not the best of all, so that all
        affinities of a query from one of its two parts are larger by one factor than those of :meth:`affinity`.
        """
        own, artists = _of_vectors(self.own), _of_vectors(self.artists)
        asked, theirs = np.maximum(self.artist_of[queries], 0), np.maximum(self.artist_of[items], 0)
        scores = own.affinity_of_pairs(queries, starts, items)
        _mix_at(
            *(queries, starts, items, self.artists.known, self.artist_of, self.own_weight),
            *(_best_of(own, queries, self._best_own), _best_of(artists, asked, self._best_artist)),
            np.float32(self.same_artist),
            artists.affinity_of_pairs(asked, starts, theirs),
            scores,
        )
        return scores

    @cached_property
    def _items_of_artists(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Where the items of each artist begin, and these, from that which most play down."""
        counts = np.bincount(self.artist_of + 1, minlength=len(self.artists.known) + 1)
        order = np.lexsort((-self.own_weight, self.artist_of))[counts[0] :]
        return np.concatenate([[0], np.cumsum(counts[1:])]).astype(np.int64), order.astype(np.int32)

    @cached_property
    def _best_own(self) -> NDArray[np.float32]:
        """What :func:`_best_of` found of each item; NaN before it looks."""
        return np.full(len(self.artist_of), np.nan, np.float32)

    @cached_property
    def _best_artist(self) -> NDArray[np.float32]:
        """What :func:`_best_of` found of each artist; NaN before it looks."""
        return np.full(len(self.artists.known), np.nan, np.float32)

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return the evidence of the signal over items; where it has none, what links the artists, if anything."""
        none = [NO_EVIDENCE] * len(items)
        own = self.own.explain(query, items) if has_capability(self.own, Explainable) else none
        theirs = explain_through_artists(self.artists, int(self.artist_of[query]), self.artist_of[items])
        return [
            evidence or (NO_EVIDENCE if item == query else through)
            for item, evidence, through in zip(items.tolist(), own, theirs, strict=True)
        ]

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it.

        Raises
        ------
        TypeError
            If the signal over items is not :class:`~tigertail.signals.contract.Reindexable`.
        """
        if not isinstance(self.own, Reindexable):
            raise TypeError(f"a {type(self.own).__name__} cannot be reindexed")
        own: Any = self.own.reindexed(to)
        artist_of = to.move(self.artist_of, NO_ARTIST)
        return type(self)(own, self.artists, artist_of, to.move(self.own_weight), self.same_artist)

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk.

        Raises
        ------
        TypeError
            If one of the two signals is not a :class:`~tigertail.signals.factors.FactorAffinity`; fits make no other.
        """
        arrays: Arrays = {"artist_of": self.artist_of, "own_weight": self.own_weight}
        settings: dict[str, Any] = {"same_artist": self.same_artist}
        for part, signal in (("own", self.own), ("artists", self.artists)):
            if not isinstance(signal, FactorAffinity):
                raise TypeError(f"a {type(signal).__name__} cannot be kept as part of a back-off")
            inner, settings[part] = signal.to_arrays()
            arrays |= {f"{part}.{name}": array for name, array in inner.items()}
        return arrays, settings

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        parts = []
        for part in ("own", "artists"):
            inner = {
                name.removeprefix(f"{part}."): array
                for name, array in arrays.items()
                if name.startswith(f"{part}.")
            }
            parts.append(FactorAffinity.from_arrays(inner, settings[part]))
        stored: Any = arrays
        return cls(parts[0], parts[1], stored["artist_of"], stored["own_weight"], settings["same_artist"])


def fit_back_off(
    dataset: Dataset,
    interactions: Interactions,
    own: Signal,
    fit_artists: Callable[[Interactions], Signal],
    config: BackOffConfig,
) -> BackOff:
    """Blend a signal over items with a signal over their artists.

    Parameters
    ----------
    dataset
        The data; its table of items has the artist of each.
    interactions
        Its plays, under the item codes of ``own``.
    own
        The signal over items.
    fit_artists
        Fits a signal over artists to their plays; a play of an item is one of its artist.
    config
        Settings.

    Raises
    ------
    DataError
        If no item has a known artist.
    """
    owners = _owners(dataset)
    renamed = {c.ARTIST_ID: c.ITEM_ID}

    def plays_of_artists() -> Iterator[pl.DataFrame]:
        for rows in dataset.batches(c.PLAYS_TABLE):
            yield rows.join(owners, on=c.ITEM_ID, maintain_order="left").drop(c.ITEM_ID).rename(renamed)

    listening = Interactions.of_pairs(PlayedPairs.of_batches(plays_of_artists, owners[c.ARTIST_ID]))
    items = pl.DataFrame({c.ITEM_ID: interactions.items.ids})
    owned = items.join(owners, on=c.ITEM_ID, how="left", maintain_order="left")
    artist_of = listening.items.codes(owned[c.ARTIST_ID])
    weights = own_weights(interactions.item_listeners, config)
    return BackOff(own, fit_artists(listening), artist_of, weights, config.same_artist)


def own_weights(listeners: NDArray[np.int64], config: BackOffConfig) -> NDArray[np.float32]:
    """Return v of each item, from its number of listeners; float32, (items,)."""
    return np.asarray(listeners / (listeners + config.shrinkage), np.float32)


def _owners(dataset: Dataset) -> pl.DataFrame:
    """Return ``item_id`` and ``artist_id`` of the items whose artist is known; an item that is an artist is its own."""
    items = dataset.items
    if c.ARTIST_ID not in items.columns:
        items = items.with_columns(pl.lit(None, pl.String).alias(c.ARTIST_ID))
    themselves = pl.when(pl.col(c.KIND) == c.ARTIST).then(c.ITEM_ID)
    owners = items.select(c.ITEM_ID, pl.coalesce(c.ARTIST_ID, themselves).alias(c.ARTIST_ID)).drop_nulls()
    if owners.is_empty():
        raise DataError(
            "no item has a known artist",
            path=dataset.path,
            remedy="build the dataset from tracks with an artist_name, or leave artist back-off out",
        )
    return owners


def _numpy_mix(
    own: NDArray[np.float32],
    theirs: NDArray[np.float32],
    queries: NDArray[np.int32],
    place: NDArray[np.integer],
    known: NDArray[np.bool_],
    artist_of: NDArray[np.int32],
    own_weight: NDArray[np.float32],
    same: np.float32,
    scores: NDArray[np.float32],
) -> None:
    """Do what :func:`_mix` does."""
    for row, query in enumerate(queries):
        artist = artist_of[query]
        share = own_weight[query] * own_weight
        has_data = own[row] > -np.inf
        scores[row] = 0
        scores[row, has_data] += share[has_data] * own[row, has_data] / _numpy_best(own[row], query)
        if artist >= 0 and known[artist]:
            value = theirs[place[row]] / _numpy_best(theirs[place[row]], artist)
            value[artist] = same
            through = np.where(artist_of >= 0, value[np.maximum(artist_of, 0)], -np.inf)
            others = through > -np.inf
            scores[row, others] += (np.float32(1) - share[others]) * through[others].astype(np.float32)
            has_data |= others
        scores[row, ~has_data] = -np.inf


def _of_vectors(signal: Signal) -> FactorAffinity:
    """Return one of the two signals, as fits make them; it may be asked about items in any order, as of products."""
    if not isinstance(signal, FactorAffinity):
        raise TypeError(f"a {type(signal).__name__} cannot retrieve as part of a back-off")
    return signal


def _best_of(
    signal: FactorAffinity, queries: NDArray[np.int32], noted: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the best affinity of each query to another item or artist, 1 if none is above 0, and note it."""
    missing = np.unique(queries[np.isnan(noted[queries])])
    if len(missing):
        found = signal.nearest(missing, LOOKED_AT, np.zeros(len(noted), np.uint8))
        _note_best(signal, missing, found, noted)
    return noted[queries]


def _note_best(
    signal: FactorAffinity, queries: NDArray[np.int32], found: NDArray[np.int32], noted: NDArray[np.float32]
) -> None:
    """Note the best affinity of each query to what was found near it, 1 if none is above 0."""
    codes = np.sort(np.where(found == queries[:, None], -1, found), axis=1)
    there = codes >= 0
    starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int64)
    affinities = np.zeros(codes.shape, np.float32)
    affinities[there] = signal.affinity_of_pairs(queries, starts, codes[there])
    best = affinities.max(axis=1, initial=0)
    noted[queries] = np.where(best > 0, best, 1)


def _numpy_best(scores: NDArray[np.float32], left_out: np.int32) -> np.float32:
    """Do what :func:`_best` does."""
    others = np.delete(scores, left_out)
    best = others.max(initial=np.float32(0))
    return best if best > 0 else np.float32(1)


@njit(parallel=True, cache=True)
def _mix(own, theirs, queries, place, known, artist_of, own_weight, same, scores):
    """Write the affinities into ``scores``; ``place`` has the row of each query's artist in ``theirs``."""
    for row in prange(len(own)):
        query = queries[row]
        artist = artist_of[query]
        artist_known = artist >= 0 and known[artist]
        there = max(place[row], 0)
        best_own = _best(own[row], query)
        best_theirs = _best(theirs[there], artist) if artist_known else np.float32(1.0)
        for item in range(own.shape[1]):
            other = artist_of[item]
            score = np.float32(0.0)
            no_data = True
            share = own_weight[query] * own_weight[item]
            if own[row, item] > -np.inf:
                score += share * own[row, item] / best_own
                no_data = False
            if artist_known and other >= 0:
                value = same if other == artist else theirs[there, other] / best_theirs
                if value > -np.inf:
                    score += (np.float32(1.0) - share) * value
                    no_data = False
            scores[row, item] = -np.inf if no_data else score


@njit(cache=True)
def _best(scores, left_out):
    """Return the best affinity but that of column ``left_out``, the query itself; 1 where none is above 0."""
    best = np.float32(0.0)
    for column in range(len(scores)):
        if column != left_out and scores[column] > best:
            best = scores[column]
    return best if best > 0 else np.float32(1.0)


@njit(parallel=True, cache=True)
def _items_through_artists(near, place, asked, offsets, items, through):
    """Write some items of the artists near each query, and more of its own artist; ``through`` holds -1."""
    for row in prange(len(place)):
        if place[row] < 0:
            continue
        _write_ends(items[offsets[asked[row]] : offsets[asked[row] + 1]], through[row, :ITEMS_OF_OWN])
        for column in range(near.shape[1]):
            artist = near[place[row], column]
            begin = ITEMS_OF_OWN + column * ITEMS_OF_ARTIST
            if artist >= 0:
                theirs = items[offsets[artist] : offsets[artist + 1]]
                _write_ends(theirs, through[row, begin : begin + ITEMS_OF_ARTIST])


@njit(cache=True)
def _write_ends(theirs, through):
    """Write the first and the last of some items, as many as there is room for."""
    size = min(len(theirs), len(through))
    first = (size + 1) // 2
    through[:first] = theirs[:first]
    through[first:size] = theirs[len(theirs) - (size - first) :]


@njit(parallel=True, cache=True)
def _mix_at(
    queries, starts, items, known, artist_of, own_weight, best_own, best_artist, same, through, scores
):
    """Do what :func:`_mix` does, for some items; ``scores`` has the affinities of the signal over items."""
    for row in prange(len(queries)):
        query = queries[row]
        artist = artist_of[query]
        artist_known = artist >= 0 and known[artist]
        for entry in range(starts[row], starts[row + 1]):
            item = items[entry]
            share = own_weight[query] * own_weight[item]
            score = np.float32(0.0)
            no_data = True
            if scores[entry] > -np.inf:
                score += share * scores[entry] / best_own[row]
                no_data = False
            other = artist_of[item]
            if artist_known and other >= 0:
                value = same if other == artist else through[entry] / best_artist[row]
                if value > -np.inf:
                    score += (np.float32(1.0) - share) * value
                    no_data = False
            scores[entry] = -np.inf if no_data else score
