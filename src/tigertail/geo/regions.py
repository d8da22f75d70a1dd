"""Countries and the regions around them, from the nearest to the world."""

from __future__ import annotations

from functools import cache
from typing import Final

from tigertail.dataset.folding import fold
from tigertail.errors import DataError
from tigertail.geo import cldr
from tigertail.geo.countries import country_code, current_country, looks_like_code, past_name

WORLD: Final = "001"
_NORTH_AMERICA: Final = "003"  # a grouping that overlaps 019's regions: it goes down to Panama

# United Nations M49, "Standard country or area codes for statistical use": regions within regions ...
_WITHIN: Final = {
    "002": WORLD,  # Africa
    "009": WORLD,  # Oceania
    "019": WORLD,  # Americas
    "142": WORLD,  # Asia
    "150": WORLD,  # Europe
    "202": "002",  # Sub-Saharan Africa
    "419": "019",  # Latin America and the Caribbean
    "015": "002",
    "011": "202",
    "014": "202",
    "017": "202",
    "018": "202",
    "021": "019",
    "005": "419",
    "013": "419",
    "029": "419",
    "030": "142",
    "034": "142",
    "035": "142",
    "143": "142",
    "145": "142",
    "039": "150",
    "151": "150",
    "154": "150",
    "155": "150",
    "053": "009",
    "054": "009",
    "057": "009",
    "061": "009",
}
# ... and countries within them. Taiwan and Kosovo, which M49 has not, stand where CLDR puts them.
_COUNTRIES: Final = {
    "001": "AQ",
    "005": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "011": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "013": "BZ CR GT HN MX NI PA SV",
    "014": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "015": "DZ EG EH LY MA SD TN",
    "017": "AO CD CF CG CM GA GQ ST TD",
    "018": "BW LS NA SZ ZA",
    "021": "BM CA GL PM US",
    "029": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    "030": "CN HK JP KP KR MN MO TW",
    "034": "AF BD BT IN IR LK MV NP PK",
    "035": "BN ID KH LA MM MY PH SG TH TL VN",
    "039": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    "053": "AU CC CX HM NF NZ",
    "054": "FJ NC PG SB VU",
    "057": "FM GU KI MH MP NR PW UM",
    "061": "AS CK NU PF PN TK TO TV WF WS",
    "143": "KG KZ TJ TM UZ",
    "145": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "151": "BG BY CZ HU MD PL RO RU SK UA",
    "154": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "155": "AT BE CH DE FR LI LU MC NL",
}
# The United Nations' own names where CLDR's are others, but for Micronesia, which is the country's too.
_COMMON_NAMES: Final = {
    "Australia and New Zealand": "053",
    "Latin America and the Caribbean": "419",
    "South-eastern Asia": "035",
}


def regions(place: str) -> tuple[str, ...]:
    """Return the regions around a country or region, from the nearest to the world.

    Parameters
    ----------
    place
        An alpha-2 code as :func:`~tigertail.geo.countries.country_code` gives them (for one withdrawn, its likeliest
        successor answers), or an M49 region.

    Returns
    -------
    tuple of str
        M49 codes, each within the next, the last one :data:`WORLD`. Empty for the world.
        Groupings that overlap others (the EU; North America with the Caribbean) are no part of it.

    Raises
    ------
    DataError
        If no place has the code.

    Examples
    --------
    >>> regions("PL"), regions("BR"), regions("151")
    (('151', '150', '001'), ('005', '419', '019', '001'), ('150', '001'))
    """
    chain = []
    here = _around(place)
    while here is not None:
        chain.append(here)
        here = _WITHIN.get(here)
    return tuple(chain)


def place_name(code: str) -> str:
    """Return the English name of a country or region.

    Raises
    ------
    DataError
        If no place has the code.

    Examples
    --------
    >>> place_name("PL"), place_name("151"), place_name("001"), place_name("SU")
    ('Poland', 'Eastern Europe', 'world', 'USSR')
    """
    _around(code)
    return cldr.english("territories").get(code) or past_name(code)


def place_code(text: str | None) -> str | None:
    """Return the code of a country or region.

    Parameters
    ----------
    text
        Whatever :func:`~tigertail.geo.countries.country_code` reads, an M49 region ("151"), or a region's
        name in a language that is official somewhere ("Eastern Europe", "Europa Wschodnia"). A country goes
        before a region of the same name, in any of these languages ("Amerika": the United States, in Yoruba).

    Returns
    -------
    str or None
        An alpha-2 code or an M49 region. None if the text names no place of :func:`regions`, as
        "North America" in any language: it may include Mexico or not, and M49 calls its region "Northern America". None
        too if it names several regions, or if a region's name in another language than English looks like a code.

    Examples
    --------
    >>> place_code("Poland"), place_code("Eastern Europe"), place_code("151"), place_code("Middle-earth")
    ('PL', '151', '151', None)
    """
    country = country_code(text)
    if country or not text:
        return country
    code = text.strip()
    return code if code == WORLD or code in _WITHIN else _region_names().get(fold(text))


def _around(place: str) -> str | None:
    """Return the region just around a place; None for the world."""
    if place == WORLD or place in _WITHIN:
        return _WITHIN.get(place)
    country = current_country(place)
    if country is None:
        remedy = "give an ISO 3166-1 alpha-2 code such as PL, or a region of UN M49 such as 151"
        raise DataError(f"no place has the code {place!r}", remedy=remedy)
    return _region_of()[country]


@cache
def _region_of() -> dict[str, str]:
    return {country: region for region, within in _COUNTRIES.items() for country in within.split()}


@cache
def _region_names() -> dict[str, str]:
    """Map every folded name of a region to its code, where it is the only one of that name."""
    codes: dict[str, set[str]] = {}
    for locale in cldr.official_locales():
        for code, name in cldr.names_in(locale, "territories").items():
            if code in (WORLD, _NORTH_AMERICA) or code in _WITHIN:
                codes.setdefault(fold(name), set()).add(code)
    agreed = {
        name: min(found)
        for name, found in codes.items()
        if len(found) == 1 and _NORTH_AMERICA not in found and not looks_like_code(name)
    }
    names = cldr.english("territories")
    english = {fold(names[code]): code for code in (WORLD, *_WITHIN)}
    return agreed | english | {fold(name): code for name, code in _COMMON_NAMES.items()}
