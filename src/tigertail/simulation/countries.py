"""The countries of the simulated world: real codes and languages, very unequal numbers of listeners.

Many listeners are one reason to be here, a language with a script of its own another. The numbers are rounded, about
per cent, and follow a published table that was not verified (:mod:`tigertail.simulation.config`).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Country(NamedTuple):
    """A country, its main language, and how many listeners it has relative to the others."""

    code: str
    language: str
    listeners: float


COUNTRIES: Final = (
    Country("US", "en", 18.5),
    Country("RU", "ru", 9.0),
    Country("DE", "de", 8.3),
    Country("GB", "en", 8.2),
    Country("PL", "pl", 8.0),
    Country("BR", "pt", 7.0),
    Country("FI", "fi", 2.6),
    Country("NL", "nl", 2.5),
    Country("ES", "es", 2.3),
    Country("SE", "sv", 2.2),
    Country("UA", "uk", 2.1),
    Country("CA", "en", 2.0),
    Country("FR", "fr", 1.9),
    Country("AU", "en", 1.8),
    Country("IT", "it", 1.8),
    Country("JP", "ja", 1.5),
    Country("MX", "es", 1.3),
    Country("TR", "tr", 0.9),
    Country("AT", "de", 0.8),
    Country("AR", "es", 0.7),
    Country("PT", "pt", 0.6),
    Country("GR", "el", 0.5),
    Country("KR", "ko", 0.5),
    Country("EG", "ar", 0.4),
)
