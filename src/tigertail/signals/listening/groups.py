"""Groups of listeners: by country, by country and language, learned from what they play, or none."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.geo.languages import language_name, official_languages
from tigertail.geo.regions import WORLD, place_name, regions
from tigertail.signals.directions import directions
from tigertail.threads import limited

ELSEWHERE: Final = "elsewhere"
LEARNED: Final = "cluster-"
MIN_LISTENERS_THERE: Final = 5
"""Listeners of an item, or of two in common, that a group needs to be named: fewer could be found by what they play."""


@dataclass(frozen=True, eq=False)
class Groups:
    """A partition of the listeners.

    Parameters
    ----------
    keys
        The groups, in order of their codes: "PL" a country, "CH-fr" those there who speak a language,
        "151" a region (those of its countries too small to stand alone), "cluster-3" one learned.
    group_of
        Group of each listener, ``len(keys)`` for those of none; int32, (listeners,).
    fallback_of
        Places too small to stand alone, with the group their listeners went to ("elsewhere" for none).
    """

    keys: tuple[str, ...]
    group_of: NDArray[np.int32]
    fallback_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Listeners of each group, those of none last; int64, (groups + 1,)."""
        return np.bincount(self.group_of, minlength=len(self.keys) + 1).astype(np.int64)


def by_place(
    countries: Sequence[str | None],
    languages: Sequence[str | None] | None = None,
    *,
    min_group_size: int = 1,
) -> Groups:
    """Group listeners by country, or by country and language.

    A group of fewer than ``min_group_size`` falls back: those of a country and language to their country, a country
    to its region, a region to the one around it, and in the end to no group.

    Parameters
    ----------
    countries
        ISO 3166-1 alpha-2 code of each listener; None where it is unknown.
    languages
        Language of each listener, None for the most widely spoken official one of their country (CLDR); no
        argument at all groups by country alone.
    min_group_size
        Listeners below which a group falls back.

    Examples
    --------
    Poland stands alone, Belarus and Czechia form Eastern Europe, and the one Chilean is in no group.

    >>> groups = by_place(["PL", "PL", "BY", "CZ", "CL", None], min_group_size=2)
    >>> groups.keys, groups.group_of.tolist(), dict(groups.fallback_of)
    (('151', 'PL'), [1, 1, 0, 0, 2, 2], {'BY': '151', 'CL': 'elsewhere', 'CZ': '151'})
    """
    known = sorted({country for country in countries if country})
    chains = {country: (country, *regions(country)[:-1]) for country in known}
    if languages is None:
        paths = [chains[country] if country else () for country in countries]
    else:
        paths = [  # a place without an official language is its own locale
            tuple(dict.fromkeys((locale_of(country, language), *chains[country]))) if country else ()
            for country, language in zip(countries, languages, strict=True)
        ]
    counted = Counter(paths)
    where: dict[tuple[str, ...], str] = dict.fromkeys(counted, ELSEWHERE)
    waiting = {path: path for path in counted if path}
    while waiting:
        # Those farthest from the world go first, so that all who wait for a region are counted together.
        deepest = max(len(rest) for rest in waiting.values())
        here: Counter[str] = Counter()
        for path, rest in waiting.items():
            if len(rest) == deepest:
                here[rest[0]] += counted[path]
        for path, rest in list(waiting.items()):
            if len(rest) < deepest:
                continue
            if here[rest[0]] >= min_group_size:
                where[path] = rest[0]
                del waiting[path]
            elif len(rest) > 1:
                waiting[path] = rest[1:]
            else:
                del waiting[path]
    place = [where[path] for path in paths]
    keys = tuple(sorted(set(place) - {ELSEWHERE}))
    code = {key: number for number, key in enumerate(keys)} | {ELSEWHERE: len(keys)}
    fallback_of = {path[0]: group for path, group in sorted(where.items()) if path and path[0] != group}
    return Groups(keys, np.array([code[key] for key in place], np.int32), fallback_of)


def learned(vectors: NDArray[np.float32], clusters: int, *, seed: int = 0, min_group_size: int = 1) -> Groups:
    """Group listeners by the direction of their vectors (k-means++), with no word about who they are.

    Parameters
    ----------
    vectors
        Vectors of the listeners; float32, (listeners, factors).
    clusters
        Groups to make, at most; those of fewer than ``min_group_size`` listeners are dissolved.
    seed
        Seed of the first centres.
    min_group_size
        Listeners below which a group is dissolved.

    Examples
    --------
    >>> learned(np.array([[1, 0], [2, 0], [0, 3], [0, 1]], np.float32), 2).sizes.tolist()
    [2, 2, 0]
    """
    from scipy.cluster.vq import kmeans2

    clusters = min(clusters, len(vectors))
    rng = np.random.default_rng(seed)
    with limited(None), warnings.catch_warnings(), np.errstate(invalid="ignore"):
        # With fewer tastes than clusters, some clusters are empty.
        warnings.filterwarnings("ignore", "One of the clusters is empty", UserWarning)
        _, label = kmeans2(directions(vectors), clusters, minit="++", rng=rng, missing="warn")
    sizes = np.bincount(label, minlength=clusters)
    large = np.flatnonzero(sizes >= min_group_size)
    order = large[np.argsort(-sizes[large], kind="stable")]
    code = np.full(clusters, len(order), np.int32)
    code[order] = np.arange(len(order))
    return Groups(tuple(f"{LEARNED}{number + 1}" for number in range(len(order))), code[label])


def group_name(key: str) -> str:
    """Return what a group is called in English.

    Examples
    --------
    >>> group_name("PL"), group_name("CH-fr"), group_name("151"), group_name("cluster-3")
    ('Poland', 'Switzerland (French)', 'Eastern Europe', 'cluster 3')
    """
    if key == ELSEWHERE:
        return key
    if key.startswith(LEARNED):
        return key.replace("-", " ")
    country, dash, language = key.partition("-")
    return f"{place_name(country)} ({language_name(language)})" if dash else place_name(country)


def place_of(key: str) -> str:
    """Return the country or region of a group, which may be those there who speak a language.

    Examples
    --------
    >>> place_of("CH-fr"), place_of("151")
    ('CH', '151')
    """
    return key.partition("-")[0]


def sums_by_place(keys: Iterable[str], sizes: Iterable[int]) -> dict[str, int]:
    """Return the sum of the sizes of groups in each country or region, the largest first.

    Examples
    --------
    >>> sums_by_place(["CH-de", "CH-fr", "PL"], [2, 3, 9])
    {'PL': 9, 'CH': 5}
    """
    sums = Counter[str]()
    for key, size in zip(keys, sizes, strict=True):
        sums[place_of(key)] += size
    return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))


def groups_of_place(place: str, keys: Sequence[str], fallback_of: Mapping[str, str]) -> tuple[list[int], str]:
    """Return the groups that stand for a place, and the place they stand for.

    Parameters
    ----------
    place
        A country ("PL") or a region ("151").
    keys, fallback_of
        As in :class:`Groups`.

    Returns
    -------
    groups
        Codes of the groups: of a country its own (several with languages), else that it fell back to, else all those of
        the nearest region; of a region all within it.
    stands_for
        The place itself, the region it fell back to, or the world where no group is near.

    Examples
    --------
    >>> keys = ("151", "BR", "PL")
    >>> groups_of_place("PL", keys, {}), groups_of_place("BY", keys, {}), groups_of_place("KE", keys, {})
    (([2], 'PL'), ([0, 2], '151'), ([], '001'))
    >>> groups_of_place("151", keys, {})
    ([0, 2], '151')
    """
    own = [code for code, key in enumerate(keys) if place_of(key) == place]
    if own and not place.isdigit():
        return own, place
    went = {group for small, group in fallback_of.items() if place_of(small) == place} & set(keys)
    if went:  # one: with no group of its own, a country's listeners fell back together
        return [code for code, key in enumerate(keys) if key in went], min(went)
    for region in (place, *regions(place)):
        near = [code for code, key in enumerate(keys) if _within(key, region)]
        if near and region != WORLD:
            return near, region
    return [], WORLD


def groups_of_language(language: str, keys: Sequence[str]) -> list[int]:
    """Return the groups that speak a language: by their name, or as their country's first official one.

    Examples
    --------
    >>> groups_of_language("pt", ("BR", "CH-fr", "PT", "US-pt"))
    [0, 2, 3]
    """
    return [code for code, key in enumerate(keys) if language == _language(key)]


def _language(key: str) -> str | None:
    country, dash, language = key.partition("-")
    if key.startswith(LEARNED) or country.isdigit():
        return None
    return language if dash else next(iter(official_languages(country)), None)


def locale_of(country: str, language: str | None) -> str:
    """Return the group of a country and a language, None for its most widely spoken official one."""
    spoken = language or next(iter(official_languages(country)), None)
    return f"{country}-{spoken}" if spoken else country


def _within(key: str, region: str) -> bool:
    if key.startswith(LEARNED):
        return False
    return key == region or region in regions(place_of(key))
