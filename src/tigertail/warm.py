"""Compiling every kernel ahead of its first use, by fitting, asking and evaluating a small simulated world."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

import tigertail
from tigertail.kernels import compiled_here

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.model import Model

SECONDS: Final = 150
"""Of processor time, about, where nothing was compiled before."""


def warm() -> Iterator[tuple[str, int]]:
    """Do all that needs kernels once, so that they are compiled and kept.

    Yields
    ------
    tuple[str, int]
        After each piece of work, what it was and how many kernels this process compiled for it; those with fastmath,
        which another process compiles, are not counted.
    """
    with tempfile.TemporaryDirectory(prefix="tigertail-warm-") as folder:
        world = _world(Path(folder) / "world")
        before = compiled_here()
        tigertail.fit(world, Path(folder) / "model")
        yield "fitting a model", compiled_here() - before
        model = tigertail.load(Path(folder) / "model")
        for what, work in _WORK.items():
            before = compiled_here()
            work(world, model)
            yield what, compiled_here() - before


def _world(path: Path) -> Dataset:
    from tigertail.simulation import WorldConfig

    # Every table is there, so that every signal is fitted.
    return tigertail.simulate(
        path,
        WorldConfig(listeners=300, artists=250, audio=0.85, pages=0.6, djs=40, facts=0.3, cold=0.05),
    )


def _ask(world: Dataset, model: Model) -> None:
    from tigertail.model import QueryOptions

    # One item, several items, which are not answered from candidates, several queries; with two exponents.
    for options in (QueryOptions(), QueryOptions(beta=0.5)):
        model.answer(np.array([0], np.int32), 5, options=options)
        model.answer(np.array([0, 0], np.int32), 5, why=True, options=options)
        model.answer_many(np.array([0, 1, 2], np.int32), 5, options=options)


def _ask_for_listener(world: Dataset, model: Model) -> None:
    model.recommend([str(name) for name in model.items["name"].head(3)], n=5)


def _evaluate(world: Dataset, model: Model) -> None:
    from tigertail.evaluation import ProtocolConfig

    tigertail.evaluate(world, config=ProtocolConfig(held_out=0.2))


_WORK: Final[dict[str, Callable[[Dataset, Model], None]]] = {
    "similar artists": _ask,
    "lists for a listener": _ask_for_listener,
    "evaluation": _evaluate,
}
