"""Diagnosis of a model: the effect of one embedding for the whole world on each country, and of local models.

P. Hamel, "To Have a Tiger by the Tail" (section 3.2), states that one embedding spends its capacity on large
countries and places the artists of a small country too close together. This module measures both for a given model:
country cohesion (:mod:`tigertail.evaluation.metrics.country_cohesion`) in four signals, reconstruction errors by
group (:mod:`tigertail.evaluation.diagnosis.capacity`), and the lists that local models change
(:mod:`tigertail.evaluation.diagnosis.list_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.errors import ConfigError
from tigertail.evaluation.diagnosis.capacity import GroupCapacity, group_capacity
from tigertail.evaluation.diagnosis.list_changes import ListChanges, compare_lists
from tigertail.evaluation.metrics.country_cohesion import CountryCohesion, compare_cohesion, mean_cohesion
from tigertail.evaluation.metrics.locality import UNKNOWN, local_by_listening
from tigertail.evaluation.report import without_nan
from tigertail.model.model import Model
from tigertail.model.query_options import COSINE
from tigertail.model.registry import FACTORS, LISTENING
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening
from tigertail.signals.listening.groups import ELSEWHERE, LEARNED, place_of

WITHOUT_GROUPS: Final = "without groups"
BY_GROUP: Final = "by group"


@dataclass(frozen=True)
class Diagnosis:
    """Figures of a model by country.

    Parameters
    ----------
    dataset, simulated
        The dataset it was fitted to.
    groups
        Number of listeners by group, those without a group under "elsewhere".
    fallback_of
        Places too small for a group of their own, with the group of their listeners.
    catalogue_countries
        Whether the catalogue has countries of artists; otherwise artists are local by listening.
    by_country
        Cohesion of each country, by signal: :data:`COSINE` (naive CF), "factors" (the same with the popularity exponent
        of the configuration), "without groups" (co-listening as one group) and "by group" (co-listening by group).
    capacity
        Errors by group, the largest first.
    list_changes
        Lists of the base model compared with those of the local models.
    """

    dataset: str
    simulated: bool
    groups: Mapping[str, int]
    fallback_of: Mapping[str, str]
    catalogue_countries: bool
    by_country: Mapping[str, list[CountryCohesion]]
    capacity: list[GroupCapacity]
    list_changes: ListChanges

    @property
    def countries(self) -> list[str]:
        """Countries that have a row in every signal."""
        found = [{row.country for row in rows} for rows in self.by_country.values()]
        return sorted(set.intersection(*found))

    def rows(self, signal: str) -> list[CountryCohesion]:
        """Return the rows of one signal, in the order of :attr:`countries`."""
        countries = self.countries
        return [row for row in self.by_country[signal] if row.country in countries]

    def mean_cohesion(self, signal: str) -> float:
        """Return the mean cohesion in one signal, over countries weighted by their local artists."""
        return mean_cohesion(self.rows(signal))

    def mean_local_share(self, signal: str | None = None) -> float:
        """Return the mean local share in one signal, or among own listeners, with the same weights."""
        rows = self.rows(signal or COSINE)  # the own listeners of a country are the same in every signal
        shares = [(row.model if signal else row.own).local_share for row in rows]
        return float(np.average(shares, weights=[row.local for row in rows])) if rows else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON: NaN and infinity become None."""
        plain = asdict(self)
        for name, rows in self.by_country.items():
            plain["by_country"][name] = [asdict(row) | {"cohesion": row.cohesion} for row in rows]
        if self.countries:
            plain["mean_cohesion"] = {name: self.mean_cohesion(name) for name in self.by_country}
            plain["mean_local_share"] = {name: self.mean_local_share(name) for name in self.by_country}
            plain["mean_local_share_own"] = self.mean_local_share()
        return dict(without_nan(plain))


def diagnose(model: Model, *, n: int = 10) -> Diagnosis:
    """Measure cohesion, capacity and list changes of a model by country.

    Parameters
    ----------
    model
        A fitted model.
    n
        How many of the largest list changes to return.

    Raises
    ------
    ConfigError
        If the model has no groups of listeners.
    """
    factors, listening = _signals(model)
    places = np.array([_place(key) for key in (*listening.keys, ELSEWHERE)])
    sizes = np.diff(listening.starts)
    listener_place = np.repeat(places, sizes)
    item_place, in_catalogue = _item_places(model, listening, listener_place)
    item_country = np.where([_is_country(place) for place in item_place], item_place, UNKNOWN)
    compared: dict[str, Signal] = {
        COSINE: factors.with_beta(1.0),
        FACTORS: factors,
        WITHOUT_GROUPS: without_groups(listening),
        BY_GROUP: listening,
    }
    return Diagnosis(
        model.provenance.dataset,
        model.provenance.simulated,
        {key: int(size) for key, size in zip((*listening.keys, ELSEWHERE), sizes, strict=True)},
        dict(listening.fallback_of),
        in_catalogue,
        compare_cohesion(compared, listening.plays, listener_place, item_country),
        group_capacity(listening, model.config),
        compare_lists(model.items, factors, listening, item_place, n=n, seed=model.config.seed),
    )


def without_groups(signal: GroupedCoListening) -> GroupedCoListening:
    """Return the same signal with all listeners in one group, whose vectors are those of the base model."""
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
            "this model has no groups of listeners, so there is nothing to compare",
            remedy='under [listening], groups = "country", and a min_group_size that some country or region reaches',
        )
    return factors, listening


def _item_places(
    model: Model, listening: GroupedCoListening, listener_place: NDArray[np.str_]
) -> tuple[NDArray[np.str_], bool]:
    """Return the place each item is local to, and whether it comes from the catalogue."""
    if c.COUNTRY in model.items.columns and model.items[c.COUNTRY].null_count() < len(model.items):
        return model.items[c.COUNTRY].fill_null(UNKNOWN).to_numpy().astype("<U2"), True
    return local_by_listening(listening.plays, listener_place), False


def _place(key: str) -> str:
    """Return the country or region of a group; a learned group is its own place.

    A changed list names the place of its item, of any kind. Cohesion is that of countries: an item local to any other
    place is of none.
    """
    if key == ELSEWHERE:
        return UNKNOWN
    return key if key.startswith(LEARNED) else place_of(key)


def _is_country(place: str) -> bool:
    return len(place) == 2 and place.isalpha()
