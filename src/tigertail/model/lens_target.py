"""The target of the lens, which localises a query: a country, a language, or a group of listeners found in the data."""

from __future__ import annotations

from dataclasses import dataclass

from tigertail.errors import ConfigError
from tigertail.geo.languages import language_code, language_name
from tigertail.geo.regions import WORLD, place_code, place_name
from tigertail.signals.contract import ListenerGroups
from tigertail.signals.listening.groups import group_name, groups_of_language, groups_of_place
from tigertail.signals.phrases import within


@dataclass(frozen=True)
class LensTarget:
    """The groups of listeners that a query is localised to.

    Parameters
    ----------
    groups
        Their codes; none means all listeners.
    name
        Name of the place, the language or the group.
    notice
        What a person should know: that the place has too few listeners, or no group the language.
    """

    groups: tuple[int, ...]
    name: str
    notice: str | None = None


def lens_target(
    signal: ListenerGroups,
    country: str | None = None,
    language: str | None = None,
    group: str | None = None,
) -> LensTarget:
    """Find the groups that stand for a country or region, a language, or a group by its key.

    Parameters
    ----------
    signal
        The signal that has the groups.
    country
        A country or region by code or name, in English or its own language.
    language
        A language by BCP 47 code or name.
    group
        A group's key, as "cluster-3".

    Raises
    ------
    ConfigError
        If not exactly one is given, the text names no place or language, the model has no such group, or its groups
        are not of places. A place with too few listeners is no error: the target is the nearest region that has a
        group, or the world, and a notice says so.
    """
    given = {"country": country, "language": language, "group": group}
    if sum(value is not None for value in given.values()) != 1:
        raise ConfigError(
            "the lens takes one of country, language and group", remedy="give one of them alone"
        )
    if group is None and not signal.placed:
        groups = f"give one of its groups: {', '.join(signal.keys)}" if signal.keys else "leave the lens out"
        raise ConfigError(
            "this model does not group its listeners by country",
            remedy=f'{groups}; or fit a model with groups = "country"',
        )
    if country is not None:
        return _from_place(signal, country)
    if language is not None:
        return _from_language(signal, language)
    if group not in signal.keys:
        raise ConfigError(
            f"unknown group '{group}'", remedy=f"the groups are: {', '.join(signal.keys) or 'none'}"
        )
    return LensTarget((signal.keys.index(str(group)),), group_name(str(group)))


def _from_place(signal: ListenerGroups, text: str) -> LensTarget:
    place = place_code(text)
    if place is None:
        raise ConfigError(
            f"unknown country or region '{text}'", remedy="give its ISO 3166-1 code, as PL, or its name"
        )
    groups, stands_for = groups_of_place(place, signal.keys, signal.fallback_of)
    if stands_for == WORLD and place != WORLD:
        notice = f"too few listeners around {within(place_name(place))}: this is the list for the whole world"
        return LensTarget((), place_name(WORLD), notice)
    name = group_name(stands_for)
    fallback = f"too few listeners in {within(place_name(place))}: localised to {within(name)}"
    return LensTarget(tuple(groups), name, None if stands_for == place else fallback)


def _from_language(signal: ListenerGroups, text: str) -> LensTarget:
    code = language_code(text)
    if code is None:
        raise ConfigError(
            f"unknown language '{text}'", remedy="give its BCP 47 code, as pt, or its English name"
        )
    groups = groups_of_language(code, signal.keys)
    if groups:
        return LensTarget(tuple(groups), language_name(code))
    notice = (
        f"no group of listeners has the language {language_name(code)}: this is the list for the whole world"
    )
    return LensTarget((), place_name(WORLD), notice)
