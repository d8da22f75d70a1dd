"""Listeners whose minds are known: equals, a better and a worse model, and one log of many lists."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.evaluation.online.log import Log
from tigertail.testing.simulated_listeners import Population


@pytest.fixture(scope="session")
def equals() -> Population:
    """Two models that are equals, before camps of listeners of whom each always prefers the same one."""
    return Population(edge=0.0, taste=0.3)


@pytest.fixture(scope="session")
def unequal() -> Population:
    """The first model is better."""
    return Population(edge=0.2, taste=0.1)


@pytest.fixture(scope="session")
def small() -> Population:
    """Twelve queries and lists of six, so that logs can be made by the hundred."""
    return Population(edge=0.2, taste=0.1, twins=6, items=12, n=6, lists=5)


@pytest.fixture(scope="session")
def events(unequal: Population) -> pl.DataFrame:
    """A log of 600 listeners."""
    return unequal.duel(600, seed=1).events()


@pytest.fixture(scope="session")
def log(events: pl.DataFrame) -> Log:
    return Log.of(events)
