"""Why annotations link two items: the labels they share, each in words that fit its facet."""

from __future__ import annotations

from collections.abc import Iterable
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
    every = list(shared)
    shown: list[tuple[str, str]] = []
    for facet, name in every:
        if facet not in (ANNOTATOR, PREDICTION) and not any(_covers(*other, facet, name) for other in shown):
            shown.append((facet, name))
    parts = []
    facets = [facet for facet, _ in every]
    if ANNOTATOR in facets and (not shown or facets[0] == ANNOTATOR):
        parts.append(_SAME_PEOPLE)
    elif PREDICTION in facets and not shown:
        parts.append(_SAME_LISTENERS)
    if shown:
        parts.append("both " + ", ".join(_format_label(*label) for label in shown[:MOST]))
    return ", ".join(parts)


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


def _covers(before: str, shown: str, facet: str, name: str) -> bool:
    """Return whether a label shown before covers another: it is the same, or a place around that place."""
    if facet in _PLACES and before in _PLACES:
        return shown.casefold() == name.casefold() or shown.endswith(f", {name}")
    return shown.casefold() == name.casefold() and {facet, before} <= _PLAIN
