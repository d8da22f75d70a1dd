"""Shows held out: what a curator plays together, as a ground truth.

A show of a DJ is a list that a person made, often from the deep tail. Whole curators are held out, with their shows,
their repertoires, a listener that has the id of one of these, and whatever else they wrote, because the shows of one
curator resemble each other. The queries are the items of their shows. The items that the same curator plays in a show
with A, however far apart, are similar to A; the grade is the number of the curator's shows that have both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import strata
from tigertail.errors import ConfigError, DataError
from tigertail.ground_truth.ground_truth import GroundTruth

MIN_CURATORS: Final = 10
"""Curators with shows, held out or not: of ten, the default share holds out two, the least for an interval."""


@dataclass(frozen=True, eq=False)
class HeldOutShows:
    """A dataset without the shows of some curators, and what these curators play together.

    Parameters
    ----------
    train
        The dataset without any data of the held-out curators.
    truth
        What each held-out curator plays with each item; its pairs have a column curator.
    curators
        The held-out curators, sorted.
    """

    train: Dataset
    truth: GroundTruth
    curators: pl.Series


def hold_out_shows(
    dataset: Dataset,
    *,
    held_out: float = 0.2,
    curators: Sequence[str] | None = None,
    queries: int = 25,
    seed: int = 0,
) -> HeldOutShows:
    """Hold out curators, and choose queries among the items of their shows.

    A sequence whose entries have positions is a show. One without positions, such as a curator's whole repertoire, does
    not say what is played together, and only leaves the training data with its curator.

    Parameters
    ----------
    dataset
        The data, with a table of sequences.
    held_out
        Share of the curators who have shows, above 0 and below 1; at least one is held out, and one is not.
    curators
        Who is held out, in the place of a random share: so each can be once (:func:`curators_with_shows`).
    queries
        Queries of one curator in one stratum, at most; from 1 up.
    seed
        Seed of the random choice of curators and queries; from 0 up.

    Raises
    ------
    ConfigError
        If a number is out of its bounds, or ``curators`` names one who has no show, or none, or all who have.
    DataError
        If the dataset has no sequences, or fewer than :data:`MIN_CURATORS` curators have a show with two items.
    """
    if not 0 < held_out < 1 or queries < 1:
        raise ConfigError(
            f"held_out is {held_out:g} and queries {queries}",
            remedy="give a share above 0 and below 1, and at least one query",
        )
    if seed < 0:
        raise ConfigError(f"seed is {seed}", remedy="give a seed from 0 up")
    shows = _shows(dataset)
    rng = np.random.default_rng(seed)
    able = shows[c.CURATOR].unique().sort()
    if len(able) < MIN_CURATORS:
        raise DataError(
            f"only {len(able)} curators have a show with two items",
            path=dataset.path,
            remedy=f"at least {MIN_CURATORS} are needed: use a table of sequences with curators and positions; "
            "where few people make all shows, give each show its own id as its curator",
        )
    if curators is None:
        # One at least stays to learn from.
        count = min(max(1, round(held_out * len(able))), len(able) - 1)
        chosen = able.gather(np.sort(rng.choice(len(able), count, replace=False)))
    else:
        chosen = _named(curators, able)
    train = dataset.without(pl.concat([chosen, _shows_that_listen(dataset, chosen)]))
    held = shows.filter(pl.col(c.CURATOR).is_in(chosen.implode()))
    pairs = _pairs(held)
    interactions = Interactions.of(train)
    catalogue = interactions.items.ids.implode()
    known = pairs.filter(pl.all_horizontal(pl.col(c.TARGET_ITEM_ID, c.ITEM_ID).is_in(catalogue)))
    asked = known.join(
        _queries(known, interactions, queries, rng), on=[c.CURATOR, c.TARGET_ITEM_ID], how="semi"
    )
    left_out = {
        "item is not in the catalogue": len(pairs) - len(known),
        "query is not in the sample": len(known) - len(asked),
    }
    return HeldOutShows(
        train,
        GroundTruth(
            "shows held out",
            asked,
            graded=asked[c.SCORE].n_unique() > 1,
            read=len(pairs),
            left_out={why: lost for why, lost in left_out.items() if lost},
            queries_read=pairs.select(c.CURATOR, c.TARGET_ITEM_ID).n_unique(),
        ),
        chosen,
    )


def curators_with_shows(dataset: Dataset) -> pl.Series:
    """Return the curators who have a show with two items, sorted."""
    return _shows(dataset)[c.CURATOR].unique().sort()


def _named(curators: Sequence[str], able: pl.Series) -> pl.Series:
    named = pl.Series(c.CURATOR, curators, able.dtype).unique().sort()
    without = named.filter(~named.is_in(able.implode()))
    if len(without):
        raise ConfigError(
            f"{len(without)} of the curators to hold out have no show with two items, such as {without[0]!r}",
            remedy="name curators of the table of sequences",
        )
    if not 0 < len(named) < len(able):
        raise ConfigError(
            f"{len(named)} of {len(able)} curators are to be held out",
            remedy="hold out one at least, and leave one to learn from",
        )
    return named


def _shows(dataset: Dataset) -> pl.DataFrame:
    """Return the distinct items of each show with two items or more, of curators who are known."""
    with dataset.reading(c.SEQUENCES_TABLE):
        rows = dataset.scan(c.SEQUENCES_TABLE).collect()
    if c.CURATOR not in rows.columns:
        return pl.DataFrame(schema=dict.fromkeys((c.CURATOR, c.SEQUENCE_ID, c.ITEM_ID), pl.String))
    entries = rows.drop_nulls([c.CURATOR, c.POSITION]).select(c.CURATOR, c.SEQUENCE_ID, c.ITEM_ID).unique()
    return entries.filter(pl.len().over(c.CURATOR, c.SEQUENCE_ID) > 1).sort(pl.all())


def _shows_that_listen(dataset: Dataset, curators: pl.Series) -> pl.Series:
    """Return the ids of sequences of some curators that are listeners too, as where a radio's log is read as both."""
    with dataset.reading(c.SEQUENCES_TABLE):
        theirs = dataset.scan(c.SEQUENCES_TABLE).filter(pl.col(c.CURATOR).is_in(curators.implode()))
        ids = theirs.select(pl.col(c.SEQUENCE_ID).unique().sort()).collect().to_series()
    return ids.filter(ids.is_in(dataset.listeners[c.LISTENER_ID].implode()))


def _pairs(shows: pl.DataFrame) -> pl.DataFrame:
    """Return which items each curator plays together, and in how many shows."""
    others = shows.rename({c.ITEM_ID: c.TARGET_ITEM_ID})
    together = others.join(shows, on=[c.CURATOR, c.SEQUENCE_ID]).filter(
        pl.col(c.TARGET_ITEM_ID) != pl.col(c.ITEM_ID)
    )
    by = [c.CURATOR, c.TARGET_ITEM_ID, c.ITEM_ID]
    return together.group_by(by).agg(pl.len().cast(pl.Float64).alias(c.SCORE)).sort(by)


def _queries(
    pairs: pl.DataFrame, interactions: Interactions, max_queries: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Choose at most so many items of each curator in each stratum at random."""
    levels = pl.DataFrame(
        {
            c.TARGET_ITEM_ID: interactions.items.ids,
            "stratum": strata(interactions.item_listeners),
        }
    )
    found = pairs.select(c.CURATOR, c.TARGET_ITEM_ID).unique().sort(pl.all())
    found = found.join(levels, on=c.TARGET_ITEM_ID, maintain_order="left")
    drawn = found.with_columns(pl.Series("draw", rng.random(len(found))))
    return drawn.filter(pl.col("draw").rank("ordinal").over(c.CURATOR, "stratum") <= max_queries)
