"""From where a question is asked: a country, a language, or a group of listeners found in the data."""

from __future__ import annotations

from dataclasses import dataclass

from tigertail.errors import ConfigError
from tigertail.geo.languages import language_code, language_name
from tigertail.geo.regions import WORLD, place_code, place_name
from tigertail.signals.contract import ListenerGroups
from tigertail.signals.local.groups import group_name, groups_of_language, groups_of_place


@dataclass(frozen=True)
class LensTarget:
    """The groups of listeners that stand for where a question is asked from.

    Parameters
    ----------
    groups
        Their codes; none means the whole world.
    name
        What to call the place.
    notice
        What a person should know: that the place asked for is too small to stand alone.
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
        Whose groups are meant.
    country
        A country or region by code or name, in English or its own language.
    language
        A language by BCP 47 code or name.
    group
        A group's key, as "cluster-3".

    Raises
    ------
    ConfigError
        If more than one is given, or what is given names nothing the model knows.
    """
    given = {"country": country, "language": language, "group": group}
    if sum(value is not None for value in given.values()) != 1:
        raise ConfigError(
            "a lens is one of country, language and group", remedy="give one of them and leave the others out"
        )
    if group is None and not signal.placed:
        groups = f"by group: {', '.join(signal.keys)}" if signal.keys else "without a lens"
        raise ConfigError(
            "this model does not group its listeners by where they live",
            remedy=f'ask it {groups}; or fit one with groups = "country"',
        )
    if country is not None:
        return _from_place(signal, country)
    if language is not None:
        return _from_language(signal, language)
    if group not in signal.keys:
        raise ConfigError(
            f"no group '{group}'", remedy=f"the groups are {', '.join(signal.keys) or 'none at all'}"
        )
    return LensTarget((signal.keys.index(str(group)),), group_name(str(group)))


def _from_place(signal: ListenerGroups, text: str) -> LensTarget:
    place = place_code(text)
    if place is None:
        raise ConfigError(
            f"no country or region called '{text}'", remedy="give its ISO 3166-1 code, as PL, or its name"
        )
    groups, stands_for = groups_of_place(place, signal.keys, signal.fallback_of)
    if stands_for == WORLD and place != WORLD:
        notice = f"too few listeners around {place_name(place)} to tell: this is the list for the whole world"
        return LensTarget((), place_name(WORLD), notice)
    fell = f"too few listeners in {place_name(place)} to tell: seen from {group_name(stands_for)}"
    return LensTarget(tuple(groups), group_name(stands_for), None if stands_for == place else fell)


def _from_language(signal: ListenerGroups, text: str) -> LensTarget:
    code = language_code(text)
    if code is None:
        raise ConfigError(
            f"no language called '{text}'", remedy="give its BCP 47 code, as pt, or its English name"
        )
    groups = groups_of_language(code, signal.keys)
    if groups:
        return LensTarget(tuple(groups), language_name(code))
    notice = f"no group of listeners speaks {language_name(code)}: this is the list for the whole world"
    return LensTarget((), place_name(WORLD), notice)
