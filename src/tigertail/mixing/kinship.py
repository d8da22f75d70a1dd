"""Constants of kinship, learned once from curated lists and shows: see ``kinship.toml`` beside this module."""

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


def kinship_constants(terms: Terms) -> NDArray[np.float64]:
    """Return what each term counts for what is alike, NaN where that was never learned; float64, (terms, 2).

    The constants have no unit: curves are of shares, and a query's listeners enter by the logarithm. So they carry over
    to other data.
    """
    known = _constants()
    missing = [np.nan] * KINSHIP_FEATURES
    return np.array([known.get(name, missing) for name in terms.names], np.float64)


@cache
def _constants() -> dict[str, list[float]]:
    return dict(read_toml(FILE, remedy="install this release again")["terms"])
