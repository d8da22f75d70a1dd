"""Countries by any of their English names, present or past."""

from __future__ import annotations

from functools import cache
from typing import Final

from tigertail.data.names import fold

# Names in wide use which ISO 3166 does not give.
_COMMON_NAMES: Final = {
    "Bosnia": "BA",
    "Britain": "GB",
    "Brunei": "BN",
    "Burma": "MM",
    "Cape Verde": "CV",
    "Congo-Brazzaville": "CG",
    "Congo-Kinshasa": "CD",
    "Czech Republic": "CZ",
    "Democratic Republic of the Congo": "CD",
    "DR Congo": "CD",
    "East Germany": "DE",
    "England": "GB",
    "Falkland Islands": "FK",
    "Great Britain": "GB",
    "Holland": "NL",
    "Ivory Coast": "CI",
    "Kosovo": "XK",
    "Libyan Arab Jamahiriya": "LY",
    "Macau": "MO",
    "Macedonia": "MK",
    "Macedonia, the former Yugoslav Republic of": "MK",
    "Micronesia": "FM",
    "North Korea": "KP",
    "Northern Ireland": "GB",
    "Palestine": "PS",
    "Palestinian Territory": "PS",
    "Palestinian Territory, Occupied": "PS",
    "Reunion Island": "RE",
    "Russia": "RU",
    "Saint Helena": "SH",
    "Scotland": "GB",
    "Soviet Union": "SU",
    "South Korea": "KR",
    "Swaziland": "SZ",
    "Turkey": "TR",
    "U.A.E.": "AE",
    "U.K.": "GB",
    "United States of America": "US",
    "Vatican": "VA",
    "Vatican City": "VA",
    "Vatican City State": "VA",
    "Wales": "GB",
    "Yugoslavia": "YU",
    "Zaire": "CD",
}


def country_code(text: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country.

    Parameters
    ----------
    text
        A short, official or common English name, a name of the past, or an alpha-2 or alpha-3 code. Case,
        accents and punctuation do not matter; nothing else is guessed.

    Returns
    -------
    str or None
        The code; for a country that is no more, its one successor's, or its withdrawn code where several
        states followed it ("AN" for the Netherlands Antilles). None if the text names no country.

    Examples
    --------
    >>> country_code("Russian Federation"), country_code("Korea, Republic of"), country_code("gbr")
    ('RU', 'KR', 'GB')
    >>> country_code("Atlantis") is None
    True
    """
    return _codes().get(fold(text)) if text else None


@cache
def _codes() -> dict[str, str]:
    """Map every folded name and code to its alpha-2 code; names of today win over those of the past."""
    import pycountry

    present = {country.alpha_2 for country in pycountry.countries}
    codes: dict[str, str] = {}
    for past in pycountry.historic_countries:
        successor = past.alpha_4[2:]  # ISO 3166-3: two letters of the old code, two of the new
        code = successor if successor in present else past.alpha_2
        if code == successor or code not in present:
            codes |= dict.fromkeys(_spellings(past.name), code)
    for country in pycountry.countries:
        names = (country.name, getattr(country, "official_name", ""), getattr(country, "common_name", ""))
        for name in (*names, country.alpha_2, country.alpha_3):
            codes |= dict.fromkeys(_spellings(name), country.alpha_2)
    return codes | {fold(name): code for name, code in _COMMON_NAMES.items()}


def _spellings(name: str) -> list[str]:
    """Return the folded spellings of a name: "Korea, Republic of" is also "Republic of Korea"."""
    if not name:
        return []
    head, comma, tail = name.partition(", ")
    return [fold(name), fold(f"{tail} {head}")] if comma else [fold(name)]
