"""Why annotations link two items: the labels they share, each in words that fit its facet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tigertail.errors import DataError
from tigertail.geo.regions import place_name
from tigertail.signals.phrases import within

ANNOTATOR: Final = "annotator"  # the facet of being annotated by the same people
PREDICTION: Final = "prediction"  # the facet of labels that predict the same listening
MOST: Final = 3  # labels named

_PLAIN: Final = frozenset(("tag", "genre"))
_PLACES: Final = frozenset(("home", "hometown", "birth place", "country"))
_PREPOSITIONS: Final = {"label": "on", "instrument": "with", "associated band": "linked to"}
_SAME_PEOPLE: Final = "tagged by the same people"
_SAME_LISTENERS: Final = "with labels that lead to the same listeners"


def format_shared_labels(shared: Iterable[tuple[str, str]]) -> str:
    """Return in words what two items share.

    Parameters
    ----------
    shared
        Facet and name of each shared label, the one that links them most first. The people who annotate both
        are named where they link them most, or alone. What the labels of both predict is named alone.

    Examples
    --------
    >>> format_shared_labels([("genre", "post-punk"), ("tag", "coldwave"), ("hometown", "Berlin"), ("label", "4AD")])
    'both post-punk, coldwave, from Berlin'
    >>> format_shared_labels([("annotator", ""), ("home", "US"), ("mood", "sad")])
    'tagged by the same people, both from the United States, of mood sad'
    """
    shown: list[str] = []
    plain: list[str] = []
    places: list[str] = []
    people = predicted = first = False
    for facet, name in shared:
        if facet in _PLAIN:
            if (folded := name.casefold()) in plain:
                continue
            plain.append(folded)
        elif facet in _PLACES:
            if any(_covers(place, name) for place in places):
                continue
            places.append(name)
        elif facet == ANNOTATOR:
            people, first = True, not (shown or predicted)
            continue
        elif facet == PREDICTION:
            predicted = True
            continue
        shown.append(_format_label(facet, name))
        if len(shown) == MOST:
            break
    if not shown:
        return _SAME_PEOPLE if people else _SAME_LISTENERS if predicted else ""
    labels = f"both {', '.join(shown)}"
    return f"{_SAME_PEOPLE}, {labels}" if first else labels


@lru_cache(4096)
def _format_label(facet: str, name: str) -> str:
    """Return what an item of a label is, to stand after "both".

    Examples
    --------
    >>> _format_label("label", "4AD"), _format_label("home", "PL")
    ('on 4AD', 'from Poland')
    >>> _format_label("home", "from Wales"), _format_label("mood", "sad")
    ('from Wales', 'of mood sad')
    """
    if facet in _PLAIN:
        return name
    if facet in _PLACES:
        return f"from {within(_place(name.removeprefix('from ')))}"
    return f"{_PREPOSITIONS.get(facet, f'of {facet}')} {name}"


def _place(name: str) -> str:
    """Return what a place is called that may be named by its code."""
    if len(name) != 2 or not name.isupper():
        return name
    try:
        return place_name(name)
    except DataError:
        return name


def _covers(place: str, name: str) -> bool:
    """Return whether a place that is shown implies another: the same, or one around it."""
    return place.casefold() == name.casefold() or place.endswith(f", {name}")
