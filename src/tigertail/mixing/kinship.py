"""Pretrained coefficients of kinship, from curated lists and shows: see ``kinship.toml`` beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.io.files import read_toml
from tigertail.mixing.parameters import KINSHIP_FEATURES
from tigertail.mixing.terms import Terms

FILE: Final = Path(__file__).with_suffix(".toml")


def pretrained_kinship(terms: Terms) -> NDArray[np.float64]:
    """Return the coefficients of each term for what is alike, NaN where none were learned; float64, (terms, 2).

    They apply to other data too: curves are of affinities relative to the query's best ones, and the listeners of a
    query enter by their logarithm.
    """
    known = _pretrained()
    missing = [np.nan] * KINSHIP_FEATURES
    return np.array([known.get(name, missing) for name in terms.names], np.float64)


@cache
def _pretrained() -> dict[str, list[float]]:
    return dict(read_toml(FILE, remedy="install this release again")["terms"])
