"""Languages: their codes and names, and the countries whose official languages they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from tigertail.dataset.folding import fold
from tigertail.errors import DataError
from tigertail.geo import cldr
from tigertail.geo.countries import countries, current_country

# A BCP 47 tag (RFC 5646, section 2.1): a language, then extended language, script, region, variants, extensions.
# Systems write it with underscores too, and with a character set behind it ("pt_BR.UTF-8").
_TAG: Final = re.compile(
    r"([a-z]{2,3})(?:[-_][a-z]{3}){0,3}(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|\d{3}))?"
    r"(?:[-_](?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:[-_][a-z0-9](?:[-_][a-z0-9]{2,8})+)*(?:[.@].*)?",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"[a-z]{2,3}", re.IGNORECASE)
# CLDR has one locale for Norwegian and Bokmål, "no"; its "nb" only inherits from it.
_NORWEGIAN: Final = {"nb": "no"}
# Names in wide use which neither CLDR nor ISO 639-3 gives.
_COMMON_NAMES: Final = {
    "Bahasa Indonesia": "id",
    "Bahasa Melayu": "ms",
    "castellano": "es",
    "Castilian": "es",
    "Farsi": "fa",
    "Mandarin": "zh",
    "Moldovan": "ro",
    "Slovene": "sl",
    "Valencian": "ca",
}
_NO_LANGUAGE: Final = "S"  # scope of ISO 639-3's "mul", "und", "zxx" and "mis"


def language_code(text: str | None) -> str | None:
    """Return the BCP 47 code of a language, without script or region.

    Parameters
    ----------
    text
        A tag ("pt-BR", "pt_BR.UTF-8"), an ISO 639 code of two or three letters ("POR"), the English name
        ("Portuguese"), or the name the language gives itself ("português"). Case, accents and punctuation
        do not matter; nothing else is guessed. Two or three letters are always a code, never a name: "Mon" is
        Mongolian.

    Returns
    -------
    str or None
        The shortest code, in lower case, that of today ("he" for "iw", "sr" for "sh"); Norwegian Bokmål is
        "no". None if the text names no language, several ("mul", "Bari") or none ("zxx").

    Examples
    --------
    >>> language_code("pt-BR"), language_code("POR"), language_code("Portuguese"), language_code("português")
    ('pt', 'pt', 'pt', 'pt')
    >>> language_code("Elvish") is None
    True
    """
    name = (text or "").strip()
    if _BARE.fullmatch(name):
        return _known(name)
    code = _english().get(fold(name))
    if code is None and (tag := _TAG.fullmatch(name)):
        code = _known(tag[1])
    return code or (_native().get(fold(name)) if name else None)


def language_name(code: str) -> str:
    """Return the English name of a language.

    Raises
    ------
    DataError
        If no language has the code.

    Examples
    --------
    >>> language_name("pt"), language_name("cy")
    ('Portuguese', 'Welsh')
    """
    import pycountry

    known = _require(code)
    name = cldr.english("languages").get(known)
    return name or str(pycountry.languages.lookup(known).name)


def official_languages(country: str) -> tuple[str, ...]:
    """Return the languages that are official, by law or in fact, in the whole of a country.

    Parameters
    ----------
    country
        An alpha-2 code; for one withdrawn, its likeliest successor answers.

    Returns
    -------
    tuple of str
        Codes as of :func:`language_code`, by share of the population who speak them, as CLDR estimates it;
        where equal, the language official in fewer countries goes first. Empty for places nobody lives in.

    Raises
    ------
    DataError
        If no country has the code.

    Examples
    --------
    >>> official_languages("PL"), official_languages("CH")
    (('pl',), ('de', 'gsw', 'fr', 'it'))
    """
    current = current_country(country)
    if current is None:
        raise DataError(
            f"no country has the code {country!r}", remedy="give an ISO 3166-1 alpha-2 code, such as PL"
        )
    shares = _shares()[current]
    return tuple(sorted(shares, key=lambda language: (-shares[language], len(_homes()[language]), language)))


def countries_speaking(language: str) -> tuple[str, ...]:
    """Return the countries of today in which a language is official, by law or in fact, everywhere.

    Parameters
    ----------
    language
        Its code.

    Returns
    -------
    tuple of str
        Alpha-2 codes, by the share of their population who speak it, ties by code. Empty if there is none.

    Raises
    ------
    DataError
        If no language has the code.

    Examples
    --------
    >>> countries_speaking("de")
    ('LI', 'AT', 'DE', 'CH', 'LU', 'BE')
    """
    return _homes().get(_require(language), ())


@cache
def _shares() -> dict[str, dict[str, float]]:
    """Return the percentage of each country's people who speak its official languages, whatever the script."""
    shares: dict[str, dict[str, float]] = {country: {} for country in sorted(countries())}
    for country, spoken in shares.items():
        for entry in cldr.languages_of().get(country, ()):
            if entry.nationwide:
                language = _canonical(entry.language.partition("_")[0])
                spoken[language] = max(spoken.get(language, 0.0), entry.percent)
    return shares


@cache
def _homes() -> dict[str, tuple[str, ...]]:
    """Return the countries of each official language, as :func:`countries_speaking` orders them."""
    homes: dict[str, list[tuple[float, str]]] = {}
    for country, spoken in _shares().items():
        for language, percent in spoken.items():
            homes.setdefault(language, []).append((-percent, country))
    return {language: tuple(country for _, country in sorted(places)) for language, places in homes.items()}


def _require(code: str) -> str:
    known = _known(code) if _BARE.fullmatch(code) else None
    if known is None:
        raise DataError(f"no language has the code {code!r}", remedy="give an ISO 639 code, such as pt")
    return known


def _canonical(code: str) -> str:
    code = cldr.renamed_languages().get(code, code)
    return _NORWEGIAN.get(code, code)


@cache
def _known(code: str) -> str | None:
    """Return the code to use for an ISO 639 or CLDR code, None if it is none."""
    import pycountry

    code = _canonical(code.lower())
    found = pycountry.languages.get(**{"alpha_2" if len(code) == len("pt") else "alpha_3": code})
    if found is None or found.scope == _NO_LANGUAGE:
        return None
    # Another code than before only where CLDR does not shorten it; of today's codes there is none.
    return _canonical(getattr(found, "alpha_2", code))


@cache
def _english() -> dict[str, str]:
    """Map every folded English name to its code; those of CLDR win over ISO 639-3's."""
    import pycountry

    iso = _of_one((language.name, _known(language.alpha_3)) for language in pycountry.languages)
    names = cldr.english("languages").items()
    usual = _of_one((name, _known(code.partition("_")[0])) for code, name in names)
    return iso | usual | _of_one(_COMMON_NAMES.items())


@cache
def _native() -> dict[str, str]:
    """Map the folded name that each language gives itself to its code."""
    return _of_one(
        (name, own)
        for locale in cldr.language_locales()
        if (own := _known(locale))
        for code, name in cldr.names_in(locale, "languages").items()
        if _known(code.partition("_")[0]) == own
    )


def _of_one(named: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Map the folded names that only one language has to its code."""
    codes: dict[str, set[str]] = {}
    for name, code in named:
        if code:
            codes.setdefault(fold(name), set()).add(code)
    return {name: found.pop() for name, found in codes.items() if len(found) == 1}
