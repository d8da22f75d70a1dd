"""Countries by their names, present or past, in English and in the languages of the world."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Final

from tigertail.dataset.folding import fold
from tigertail.geo import cldr

# Names in wide use which ISO 3166 does not give.
_COMMON_NAMES: Final = {
    "Abyssinia": "ET",
    "Basutoland": "LS",
    "Bechuanaland": "BW",
    "Belgian Congo": "CD",
    "Bosnia": "BA",
    "Belorussia": "BY",
    "Britain": "GB",
    "British Guiana": "GY",
    "British Honduras": "BZ",
    "Brunei": "BN",
    "Burma": "MM",
    "Byelorussia": "BY",
    "Byelorussian Soviet Socialist Republic": "BY",
    "Byelorussian SSR": "BY",  # in ISO's list of former names this one is garbled
    "Cape Verde": "CV",
    "Ceylon": "LK",
    "Congo-Brazzaville": "CG",
    "Congo-Kinshasa": "CD",
    "Czech Republic": "CZ",
    "Czechoslovakia": "CZ",  # ISO gave its code, CS, to Serbia and Montenegro afterwards
    "Czechoslovakia, Czechoslovak Socialist Republic": "CZ",
    "Democratic Republic of Congo": "CD",
    "Democratic Republic of the Congo": "CD",
    "DR Congo": "CD",
    "Dutch East Indies": "ID",
    "Dutch Guiana": "SR",
    "East Germany": "DE",
    "East Pakistan": "BD",
    "England": "GB",
    "Falkland Islands": "FK",
    "French Somaliland": "DJ",
    "French Sudan": "ML",
    "Gold Coast": "GH",
    "Great Britain": "GB",
    "Holland": "NL",
    "Ivory Coast": "CI",
    "Kampuchea": "KH",
    "Kosovo": "XK",
    "XK": "XK",
    "Libyan Arab Jamahiriya": "LY",
    "Macau": "MO",
    "Macedonia": "MK",
    "Macedonia, the former Yugoslav Republic of": "MK",
    "Micronesia": "FM",
    "North Korea": "KP",
    "North Vietnam": "VN",
    "North Yemen": "YE",
    "Northern Ireland": "GB",
    "Northern Rhodesia": "ZM",
    "Nyasaland": "MW",
    "Palestine": "PS",
    "Palestinian Territory": "PS",
    "Palestinian Territory, Occupied": "PS",
    "Persia": "IR",
    "Portuguese East Africa": "MZ",
    "Portuguese Guinea": "GW",
    "Reunion Island": "RE",
    "Rhodesia": "ZW",
    "Russia": "RU",
    "Saint Helena": "SH",
    "Scotland": "GB",
    "Siam": "TH",
    "South Vietnam": "VN",
    "South West Africa": "NA",
    "South Yemen": "YE",
    "Soviet Union": "SU",
    "South Korea": "KR",
    "Spanish Guinea": "GQ",
    "Swaziland": "SZ",
    "Tanganyika": "TZ",
    "Turkey": "TR",
    "U.A.E.": "AE",
    "U.K.": "GB",
    "Ubangi-Shari": "CF",
    "Union of Soviet Socialist Republics": "SU",
    "United States of America": "US",
    "Upper Volta": "BF",
    "USSR": "SU",
    "Vatican": "VA",
    "Vatican City": "VA",
    "Vatican City State": "VA",
    "Wales": "GB",
    "West Germany": "DE",
    "Western Samoa": "WS",
    "Yugoslavia": "YU",
    "Zaire": "CD",
    "Zanzibar": "TZ",
}
# Names in wide use in other languages which CLDR does not give.
_COMMON_NAMES_ABROAD: Final = {
    "Angleterre": "GB",
    "Anglia": "GB",
    "Česká republika": "CZ",
    "EE. UU.": "US",
    "EEUU": "US",
    "EUA": "US",
    "Holanda": "NL",
    "Hollande": "NL",
    "Hongkong": "HK",
    "Inglaterra": "GB",
    "Inghilterra": "GB",
    "República Checa": "CZ",
    "República Tcheca": "CZ",
    "République tchèque": "CZ",
    "Shqipëria": "AL",
    "Tschechische Republik": "CZ",
    "Англия": "GB",
    "Белоруссия": "BY",
    "США": "US",
    "澳門": "MO",
    "澳门": "MO",
    "香港": "HK",
    "한국": "KR",
}
_CODE_LENGTH: Final = 3
_NOT_AVAILABLE: Final = re.compile(r"\W*n\s*\.\s*a\W*", re.IGNORECASE)  # folded, it would be Namibia's code


def country_code(text: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country.

    Parameters
    ----------
    text
        A short, official or common English name, a name of the past, an alpha-2 or alpha-3 code of today, an
        alpha-2 code of the past that this function gives ("AN", "CS", "FQ", "NT", "PC", "SU", "YU"), or a name in a
        language that is official somewhere.
        Case, accents and punctuation do not matter; nothing else is guessed.

    Returns
    -------
    str or None
        The code; for a country that is no more, its one successor's, or its withdrawn code where several
        states followed it ("AN" for the Netherlands Antilles). Where another country got that code afterwards, it is
        one successor's ("CZ" for Czechoslovakia), or None. None if the text names no country.

    Notes
    -----
    English names go first, then names in the country's own official languages, then names in other
    languages. A name that those give to several countries ("Lusia": Russia in Tongan, Saint Lucia in Yoruba)
    is None; so is a name of up to three Latin letters in those languages, because it looks like a code ("Mon": the
    Isle of Man in Icelandic). The names are those of ISO 3166, of the Unicode CLDR, and a few more in wide use.

    Examples
    --------
    >>> country_code("Russian Federation"), country_code("Korea, Republic of"), country_code("gbr")
    ('RU', 'KR', 'GB')
    >>> country_code("Polska"), country_code("日本"), country_code("Allemagne")
    ('PL', 'JP', 'DE')
    >>> country_code("Atlantis") is None
    True
    """
    name = fold(text) if text else ""
    if not text or not name or _NOT_AVAILABLE.fullmatch(text):
        return None
    return _english().get(name) or _abroad().get(name)  # most data is English: spare it the other names


@cache
def countries() -> frozenset[str]:
    """Return the codes of today's countries: ISO 3166-1 alpha-2, and "XK" for Kosovo."""
    import pycountry

    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}


def current_country(code: str) -> str | None:
    """Return the code of a country of today as it is, and for a withdrawn one that of its likeliest successor.

    Parameters
    ----------
    code
        An alpha-2 code as :func:`country_code` gives them.

    Returns
    -------
    str or None
        The code itself, or that of the successor which CLDR names first ("RU" for "SU"). None if unknown, as "DD":
        :func:`country_code` gives the code of East Germany's one successor instead.
    """
    if code in countries():
        return code
    return cldr.successors()[code][0] if code in _withdrawn() else None


def past_name(code: str) -> str:
    """Return the short English name a country had whose code is withdrawn, such as "USSR" for "SU".

    Of two countries that had a code one after the other ("CS") it is the later. Of a code that another country has
    today it is that of the past ("Sikkim" for "SK").

    Raises
    ------
    KeyError
        If the code never was withdrawn.
    """
    import pycountry

    by_end = sorted(pycountry.historic_countries, key=lambda past: past.withdrawal_date)
    names = {past.alpha_2: past.name for past in by_end}
    return names[code].partition(",")[0]


def looks_like_code(name: str) -> bool:
    """Return whether a folded name could be a code: it has up to three characters, of ASCII alone."""
    return name.isascii() and len(name) <= _CODE_LENGTH


@cache
def _withdrawn() -> frozenset[str]:
    return frozenset(_english().values()) - countries()


@cache
def _english() -> dict[str, str]:
    """Map every folded English name and code to its alpha-2 code; names of today win over those of the past."""
    import pycountry

    codes = {fold(name): code for code, name in cldr.english("territories").items() if code in countries()}
    for past in pycountry.historic_countries:
        successor = past.alpha_4[2:]  # ISO 3166-3: two letters of the old code, two of the new
        code = successor if successor in countries() else past.alpha_2
        if code == successor or code not in countries():
            codes |= dict.fromkeys([*_spellings(past.name), fold(code)], code)
    for country in pycountry.countries:
        names = (country.name, getattr(country, "official_name", ""), getattr(country, "common_name", ""))
        for name in (*names, country.alpha_2, country.alpha_3):
            codes |= dict.fromkeys(_spellings(name), country.alpha_2)
    return codes | {fold(name): code for name, code in _COMMON_NAMES.items()}


@cache
def _abroad() -> dict[str, str]:
    """Map every folded name in a language other than English to its alpha-2 code."""
    native: defaultdict[str, set[str]] = defaultdict(set)
    foreign: defaultdict[str, set[str]] = defaultdict(set)
    official = _official()
    for locale in cldr.official_locales():
        for country, name in cldr.names_in(locale, "territories").items():
            if country in countries():
                (native if locale in official[country] else foreign)[fold(name)].add(country)
    unambiguous = {name: codes for name, codes in foreign.items() if not looks_like_code(name)}
    return (
        _agreed(unambiguous)
        | _agreed(native)
        | {fold(name): code for name, code in _COMMON_NAMES_ABROAD.items()}
    )


def _official() -> dict[str, set[str]]:
    """Return the locales of each country's languages that are official there, be it in one region."""
    languages = cldr.languages_of()
    return {
        country: {spoken.language for spoken in languages.get(country, ()) if spoken.status}
        for country in countries()
    }


def _agreed(names: Mapping[str, set[str]]) -> dict[str, str]:
    return {name: min(codes) for name, codes in names.items() if len(codes) == 1}


def _spellings(name: str) -> list[str]:
    """Return the folded spellings of a name: "Korea, Republic of" is also "Republic of Korea"."""
    if not name:
        return []
    head, comma, tail = name.partition(", ")
    return [fold(name), fold(f"{tail} {head}")] if comma else [fold(name)]
