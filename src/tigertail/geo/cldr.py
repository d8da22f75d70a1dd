"""Unicode CLDR data on countries and languages, from Babel: names, speakers, renamed codes.

In CLDR, countries and regions are territories, and a language has its script if that is not the usual one
("sr_Latn").
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal, NamedTuple

Kind = Literal["territories", "languages"]

_NATIONWIDE: Final = ("official", "de_facto_official")


class Spoken(NamedTuple):
    """A language of a country.

    Attributes
    ----------
    language
        Its CLDR locale, such as "pt" or "sr_Latn".
    percent
        Share of the population that speaks it, be it as a second language; 0 to 100.
    status
        "official", "de_facto_official", "official_regional", or None.
    """

    language: str
    percent: float
    status: str | None

    @property
    def nationwide(self) -> bool:
        """Whether the whole country uses it officially, by law or in fact."""
        return self.status in _NATIONWIDE


@cache
def languages_of() -> Mapping[str, tuple[Spoken, ...]]:
    """Return the languages of every country, from CLDR's territory-language information."""
    from babel.core import get_global

    return {
        country: tuple(
            Spoken(language, facts["population_percent"], facts["official_status"])
            for language, facts in languages.items()
        )
        for country, languages in get_global("territory_languages").items()
    }


@cache
def official_locales() -> tuple[str, ...]:
    """Return the locales of all languages that are official somewhere, be it in one region; sorted."""
    from babel.localedata import exists

    official = {spoken.language for country in languages_of().values() for spoken in country if spoken.status}
    return tuple(sorted(locale for locale in official if exists(locale)))


@cache
def language_locales() -> tuple[str, ...]:
    """Return the locale of each language that CLDR has one for, be it without names; sorted."""
    from babel.localedata import locale_identifiers

    return tuple(sorted(locale for locale in locale_identifiers() if "_" not in locale))


def names_in(locale: str, kind: Kind) -> dict[str, str]:
    """Return the names, by code, which a locale gives itself rather than inherits; empty where it gives none.

    The file is read directly: Babel's loader would keep everything it reads, dates and currencies too, and
    would afterwards give others the locale without what it inherits.

    Raises
    ------
    FileNotFoundError
        If CLDR has no such locale.
    """
    from babel.localedata import resolve_locale_filename

    with open(resolve_locale_filename(locale), "rb") as file:  # noqa: PTH123 - Babel gives a str or a path
        names: dict[str, str] = pickle.load(file).get(kind, {})
    return names


@cache
def english(kind: Kind) -> Mapping[str, str]:
    """Return the English names by code."""
    return names_in("en", kind)


@cache
def renamed_languages() -> Mapping[str, str]:
    """Return today's code of each language code that CLDR deprecates or shortens, such as "por": "pt".

    Scripts and countries are left out: "sh" is "sr", though CLDR has "sr_Latn".
    """
    from babel.core import get_global

    return {old: new.partition("_")[0] for old, new in get_global("language_aliases").items()}


@cache
def successors() -> Mapping[str, tuple[str, ...]]:
    """Return what each territory code that CLDR replaces means today, the one CLDR holds likeliest first.

    Some codes are of countries that are no more, such as "SU". Others, of three letters or numbers, or "UK", are of
    countries that exist, and some mean a region: "QU" is "EU".
    """
    from babel.core import get_global

    return {old: tuple(new) for old, new in get_global("territory_aliases").items()}
