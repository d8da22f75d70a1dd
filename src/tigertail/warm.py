"""Compiling kernels ahead of their first use, by fitting, asking and evaluating a small simulated world.

What only updates of a model, Spark, a catalogue of very many items, or one signal asked alone need is compiled when it
is first used.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

import tigertail
from tigertail import columns as c
from tigertail.kernels import compiled_here

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.model import Model

SECONDS: Final = 150
"""Of processor time, about, where nothing was compiled before."""
_TRACKS: Final = 10
"""Of each artist: all together are more than ``ALL_IN_POOL`` of :mod:`tigertail.mixing.pool`, so that a fit has to look
for candidates."""


def warm() -> Iterator[tuple[str, int]]:
    """Do once what needs kernels in a fit, in questions and in an evaluation, so that they are compiled and kept.

    Yields
    ------
    tuple[str, int]
        After each piece of work, what it was and how many kernels this process compiled for it; those with fastmath,
        which another process compiles (``_FastKernel`` in :mod:`tigertail.kernels`), are not counted.
    """
    with tempfile.TemporaryDirectory(prefix="tigertail-warm-") as folder:
        before = compiled_here()
        world = _world(Path(folder) / "world")
        fitted = tigertail.fit(world, Path(folder) / "model")
        yield "fitting a model", compiled_here() - before
        # A model that was read has read-only arrays, mapped from files: to Numba they are of another type.
        models = fitted, tigertail.load(Path(folder) / "model")
        for what, work in _WORK.items():
            before = compiled_here()
            work(world, models)
            yield what, compiled_here() - before


def _world(path: Path) -> Dataset:
    from tigertail.simulation import WorldConfig

    # Every table is there, so that every signal is fitted.
    return tigertail.simulate(
        path,
        WorldConfig(listeners=300, artists=250, audio=0.85, pages=0.6, djs=40, facts=0.3, cold=0.05),
    )


def _ask(world: Dataset, models: Iterable[Model]) -> None:
    from tigertail.model import QueryOptions

    # One item, from candidates; one item twice, which like several is not; several queries. All with another exponent
    # too, so that a kernel of its own, which it does not need today, would be compiled here. After a little-known item
    # every answer is listed as well as five: those without a listener in common have other reasons.
    for model, options in product(models, (QueryOptions(), QueryOptions(beta=0.5))):
        little_known = len(model.items) // 2  # its code: codes run from the most popular item down
        for query, n in product(([little_known], [little_known, little_known]), (5, len(model.items))):
            model.answer(np.array(query, np.int32), n, why=True, options=options)
        model.answer_many(np.array([0, 1, 2], np.int32), 5, options=options)


def _ask_for_listener(world: Dataset, models: Iterable[Model]) -> None:
    for model in models:
        model.recommend([str(name) for name in model.items["name"].head(3)], n=5)


def _evaluate(world: Dataset, models: Iterable[Model]) -> None:
    from tigertail.evaluation import ProtocolConfig

    tigertail.evaluate(world, config=ProtocolConfig(held_out=0.2))


def _fit_tracks(world: Dataset, models: Iterable[Model]) -> None:
    def number(column: str) -> pl.Expr:
        return pl.format("{} {}", column, pl.int_range(pl.len()) % _TRACKS).alias(column)

    plays = world.plays.select(c.LISTENER_ID, number(c.ITEM_ID), c.PLAYS)
    artists = world.items.select(pl.col(c.ITEM_ID, c.NAME).repeat_by(_TRACKS)).explode(c.ITEM_ID, c.NAME)
    items = artists.select(number(c.ITEM_ID), number(c.NAME), pl.col(c.NAME).alias(c.ARTIST_NAME))
    tigertail.fit(tigertail.Dataset.of(plays, items, kind=c.TRACK))


_WORK: Final[dict[str, Callable[[Dataset, Iterable[Model]], None]]] = {
    "similar artists": _ask,
    "lists for a listener": _ask_for_listener,
    "evaluation": _evaluate,
    "fitting a model of tracks": _fit_tracks,
}
