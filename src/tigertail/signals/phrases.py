"""English phrases that evidence is worded with."""

from __future__ import annotations

from typing import Final

# Places as geo.regions.place_name names them, a former country (USSR) too.
_ARTICLE: Final = {
    *("Americas", "Bahamas", "Caribbean", "Comoros", "Gambia", "Isle of Man", "Maldives", "Netherlands"),
    *("Philippines", "Seychelles", "USSR"),
}
_ARTICLE_ENDS: Final = ("Islands", "Republic", "Territories", "Territory")


def format_count(number: int, noun: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> format_count(1, "listener"), format_count(12, "listener")
    ('1 listener', '12 listeners')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def within(place: str) -> str:
    """Return a place as it is called after "in" or "from".

    Examples
    --------
    >>> within("Poland"), within("Netherlands"), within("United States (English)")
    ('Poland', 'the Netherlands', 'the United States (English)')
    """
    country = place.partition(" (")[0]
    named = country in _ARTICLE or country.startswith("United ") or country.endswith(_ARTICLE_ENDS)
    return f"the {place}" if named else place
