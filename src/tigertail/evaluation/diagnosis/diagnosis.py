"""Diagnosis of a model: what one space for the whole world does to each country, and what local models change.

P. Hamel, "To Have a Tiger by the Tail" (section 3.2), says that one space spends its capacity on large countries
and draws the artists of a small one into a clump. Here are the figures for a given model: nearness of local artists
(`cohesion.py`) in four signals, errors by group (`capacity.py`), and the lists that changed (`changes.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.errors import ConfigError
from tigertail.evaluation.diagnosis.capacity import GroupCapacity, capacity
from tigertail.evaluation.diagnosis.list_changes import Changes, changes
from tigertail.evaluation.metrics.country_cohesion import CountryCohesion, compare_cohesion, mean_cohesion
from tigertail.evaluation.metrics.locality import UNKNOWN, local_by_listening
from tigertail.model.model import Model
from tigertail.model.registry import FACTORS, LISTENING
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.local import GroupedCoListening
from tigertail.signals.local.groups import ELSEWHERE, LEARNED

COSINE: Final = "cosine"
ONE_WORLD: Final = "one world"
AFTER: Final = "by group"


@dataclass(frozen=True)
class Diagnosis:
    """What a model does to each country.

    Parameters
    ----------
    dataset, simulated
        What it was fitted to.
    groups
        Listeners of each group by its key, those of none under "elsewhere".
    fallen
        Places too small to stand alone, with the group their listeners went to.
    catalogue_homes
        Whether the catalogue says where artists are at home; otherwise they are local by listening.
    nearness
        How near each country's local artists lie, by signal: "cosine" (the base model), "factors" (the same with
        the popularity exponent of the configuration), "one world" (listening without groups) and "by group".
    capacity
        Errors by group, the worst served first.
    changes
        Lists of the base model beside those of the local models.
    """

    dataset: str
    simulated: bool
    groups: Mapping[str, int]
    fallback_of: Mapping[str, str]
    catalogue_homes: bool
    nearness: Mapping[str, list[CountryCohesion]]
    capacity: list[GroupCapacity]
    changes: Changes

    @property
    def countries(self) -> list[str]:
        """Countries with enough local artists in every signal."""
        found = [{row.country for row in rows} for rows in self.nearness.values()]
        return sorted(set.intersection(*found))

    def rows(self, signal: str) -> list[CountryCohesion]:
        """Return the nearness in one signal, in the order of :attr:`countries`."""
        countries = self.countries
        return [row for row in self.nearness[signal] if row.country in countries]

    def cohesion(self, signal: str) -> float:
        """Return the mean clumping in one signal, over countries by their local artists."""
        return mean_cohesion(self.rows(signal))

    def at_home(self, signal: str | None = None) -> float:
        """Return the mean share of neighbours from home, weighed alike; no signal means the own listeners'."""
        rows = self.rows(signal or COSINE)
        shares = [(row.model if signal else row.own).at_home for row in rows]
        return float(np.average(shares, weights=[row.local for row in rows])) if rows else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        plain = asdict(self)
        for name, rows in self.nearness.items():
            plain["nearness"][name] = [asdict(row) | {"cohesion": row.cohesion} for row in rows]
        if self.countries:
            plain["cohesion"] = {name: self.cohesion(name) for name in self.nearness}
            plain["at_home"] = {name: self.at_home(name) for name in self.nearness}
            plain["at_home_own"] = self.at_home()
        return plain


def diagnose(model: Model, *, n: int = 10) -> Diagnosis:
    """Say what a model does to each country.

    Parameters
    ----------
    model
        A fitted model.
    n
        How many of the artists that changed most to tell of.

    Raises
    ------
    ConfigError
        If the model knows no groups of listeners.
    """
    factors, listening = _signals(model)
    places = np.array([_place(key) for key in (*listening.keys, ELSEWHERE)])
    sizes = np.diff(listening.starts)
    lives = np.repeat(places, sizes)
    homes, told = _homes(model, listening, lives)
    countries = np.where([_is_country(home) for home in homes], homes, UNKNOWN)
    compared: dict[str, Signal] = {
        COSINE: factors.with_beta(1.0),
        FACTORS: factors,
        ONE_WORLD: one_world(listening),
        AFTER: listening,
    }
    return Diagnosis(
        model.provenance.dataset,
        model.provenance.simulated,
        {key: int(size) for key, size in zip((*listening.keys, ELSEWHERE), sizes, strict=True)},
        dict(listening.fallback_of),
        told,
        compare_cohesion(compared, listening.plays, lives, countries),
        capacity(listening, model.config),
        changes(model.items, factors, listening, homes, n=n, seed=model.config.seed),
    )


def one_world(signal: GroupedCoListening) -> GroupedCoListening:
    """Return the same signal as if all listeners were of one group, whose vectors are the world's."""
    return replace(
        signal,
        keys=(),
        fallback_of={},
        starts=signal.starts[[0, -1]],
        local_starts=signal.local_starts[:1],
        local_items=signal.local_items[:0],
        local_vectors=signal.local_vectors[:0],
        lens=None,
    )


def _signals(model: Model) -> tuple[FactorAffinity, GroupedCoListening]:
    factors, listening = model.signals.get(FACTORS), model.signals.get(LISTENING)
    if (
        not isinstance(factors, FactorAffinity)
        or not isinstance(listening, GroupedCoListening)
        or not listening.keys
    ):
        raise ConfigError(
            "this model knows no groups of listeners, so there is nothing to compare",
            remedy='fit it with groups = "country" under [local], on listeners who say where they live',
        )
    return factors, listening


def _homes(
    model: Model, listening: GroupedCoListening, lives: NDArray[np.str_]
) -> tuple[NDArray[np.str_], bool]:
    """Return where each item is local, and whether the catalogue says so."""
    if c.COUNTRY in model.items.columns and model.items[c.COUNTRY].null_count() < len(model.items):
        return model.items[c.COUNTRY].fill_null(UNKNOWN).to_numpy().astype("<U2"), True
    return local_by_listening(listening.plays, lives), False


def _place(key: str) -> str:
    """Return the country or region of a group; a learned group is its own place."""
    if key == ELSEWHERE:
        return UNKNOWN
    return key if key.startswith(LEARNED) else key.partition("-")[0]


def _is_country(place: str) -> bool:
    return len(place) == 2 and place.isalpha()
