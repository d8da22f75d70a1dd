"""New listeners join the groups that exist; they form no new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tigertail.geo.regions import regions
from tigertail.signals.directions import directions
from tigertail.signals.listening.groups import locale_of


def member_by_place(
    countries: Sequence[str | None],
    languages: Sequence[str | None] | None = None,
    *,
    keys: Sequence[str],
    fallback_of: Mapping[str, str],
) -> NDArray[np.int32]:
    """Return the group of each listener by where they live, among groups that exist.

    Parameters
    ----------
    countries, languages
        As in :func:`tigertail.signals.listening.groups.by_place`.
    keys, fallback_of
        As in :class:`tigertail.signals.listening.groups.Groups`.

    Returns
    -------
    NDArray[np.int32]
        The first there is: the group of the place (the country, or those there who speak the language), the group that
        it fell back to, that of the country, that of the nearest region around it, ``len(keys)``; int32.

    Examples
    --------
    >>> member_by_place(["PL", "BY", "SK", "KE", None], keys=("151", "PL"), fallback_of={"BY": "151"}).tolist()
    [1, 0, 0, 2, 2]
    """
    code = {key: number for number, key in enumerate(keys)}
    each_language = [None] * len(countries) if languages is None else languages
    groups: dict[tuple[str | None, str | None], int] = {}
    for country, language in zip(countries, each_language, strict=True):
        if (country, language) in groups:
            continue
        places: list[str] = []
        if country:
            own = country if languages is None else locale_of(country, language)
            places = [own, fallback_of.get(own, own), country, *regions(country)]
        groups[country, language] = next((code[place] for place in places if place in code), len(keys))
    return np.array([groups[home] for home in zip(countries, each_language, strict=True)], np.int32)


def nearest_group(
    vectors: NDArray[np.float32], member: NDArray[np.int32], groups: int, new_vectors: NDArray[np.float32]
) -> NDArray[np.int32]:
    """Return the group whose members' mean direction is nearest to each new listener's.

    Parameters
    ----------
    vectors
        Vectors of those who have a group; float32, (listeners, factors).
    member
        Their groups, ``groups`` for none; int32, (listeners,).
    groups
        Number of groups.
    new_vectors
        Vectors of those who look for one; float32, (new listeners, factors).

    Examples
    --------
    >>> vectors, member = np.array([[1, 0], [2, 0], [0, 3]], np.float32), np.array([0, 0, 1], np.int32)
    >>> nearest_group(vectors, member, 2, np.array([[1, 5], [9, 1]], np.float32)).tolist()
    [1, 0]
    """
    toward = directions(vectors.astype(np.float64))
    centres = np.zeros((groups, vectors.shape[1]))
    for group in range(groups):
        own = toward[member == group]
        centres[group] = own.sum(axis=0) / max(1, len(own))
    # |x - c|^2 without |x|^2, which is the same for every centre.
    distance = (centres**2).sum(axis=1) - 2 * directions(new_vectors.astype(np.float64)) @ centres.T
    return np.asarray(distance.argmin(axis=1), np.int32)
