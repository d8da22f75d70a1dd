"""Evidence: what links two items, as facts of a known kind, and the same in words.

A signal states facts; their English words, for people who read a terminal or a document, are known here alone. Other
programs get the facts, and the page has its own words for each kind in each of its languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, Self

from tigertail.errors import DataError
from tigertail.geo.regions import place_name
from tigertail.signals.phrases import format_count, within

PLAIN_FACETS: Final = frozenset(("tag", "genre"))
PLACE_FACETS: Final = frozenset(("home", "hometown", "birth place", "country"))
"""Facets whose labels are places; the page has the same. Labels of these count less in how much is known of an item."""
CODED_FACETS: Final = frozenset(("home", "country"))
"""Facets whose labels may be codes of countries; "LA" as a hometown is a city. The page has the same."""
PREPOSITIONS: Final = {"label": "on", "instrument": "with", "associated band": "linked to"}
"""Of the facets whose labels have one; of any other the facet is named."""


class Name(NamedTuple):
    """Something that a fact names.

    Parameters
    ----------
    key
        Of a group of listeners its key, of a label its facet, of a descriptor of sound "high" or "low".
    name
        Its name. A label of :data:`CODED_FACETS` may be a code (ISO 3166-1 alpha-2).
    """

    key: str
    name: str


class Fact(NamedTuple):
    """One thing that links two items.

    Parameters
    ----------
    kind
        One of :data:`KINDS`, or one that a signal brings.
    n
        How many listeners or pages; of "all_in" the listeners that are all there, whom no words count.
    names
        What it names, the most important first.
    text
        Its words in English, where the kind is one that a signal brings; :meth:`Evidence.of` refuses one without.
    """

    kind: str
    n: int | None = None
    names: tuple[Name, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """It in English."""
        return KINDS[self.kind](self) if self.kind in KINDS else self.text

    def record(self) -> dict[str, Any]:
        """Return it for JSON, without what it lacks."""
        found: dict[str, Any] = {"kind": self.kind}
        if self.n is not None:
            found["n"] = self.n
        if self.names:
            found["names"] = [name._asdict() for name in self.names]
        if self.text:
            found["text"] = self.text
        return found


@dataclass(frozen=True)
class Evidence:
    """What links two items; nothing where it has no facts.

    Parameters
    ----------
    facts
        In their order in a sentence.
    seed
        Name of the item of the query that is linked, where the query has several; else "".

    Examples
    --------
    >>> common = Fact("common_listeners", 12), Fact("most_in", names=(Name("PL", "Poland"),))
    >>> Evidence(common).words
    '12 listeners in common, most in Poland'
    >>> Evidence((Fact("next_in_catalogue", text="next in the catalogue"),), seed="Kult").words
    'Kult: next in the catalogue'
    >>> bool(Evidence())
    False
    """

    facts: tuple[Fact, ...] = ()
    seed: str = ""

    @classmethod
    def of(cls, kind: str, n: int | None = None, names: Iterable[Name] = (), text: str = "") -> Self:
        """Return evidence of one fact.

        Raises
        ------
        ValueError
            If the kind is not one of :data:`KINDS`, and there is no text.
        """
        if kind not in KINDS and not text:
            raise ValueError(f"no words are known for evidence of the kind '{kind}': give its text")
        return cls((Fact(kind, n, tuple(names), text),))

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.facts)

    def about(self, seed: str) -> Self:
        """Return the same, said of one item of the query."""
        return replace(self, seed=seed) if self.facts else self

    @cached_property
    def words(self) -> str:
        """It in English; "" if there is none."""
        words = ", ".join([fact.words for fact in self.facts])
        return f"{self.seed}: {words}" if self.seed else words


NO_EVIDENCE: Final = Evidence()


def _always(words: str) -> Callable[[Fact], str]:
    return lambda fact: words


def _common_listeners(fact: Fact) -> str:
    return f"{format_count(fact.n or 0, 'listener')} in common"


def _most_in(fact: Fact) -> str:
    return f"most {_in_groups(fact)}"


def _all_in(fact: Fact) -> str:
    return _in_groups(fact) if len(fact.names) > 1 else f"all {_in_groups(fact)}"


def _in_groups(fact: Fact) -> str:
    return f"in {' and '.join([within(group.name) for group in fact.names])}"


def _mentioned_together(fact: Fact) -> str:
    return f"mentioned together on {format_count(fact.n or 0, 'page')}"


def _shared_labels(fact: Fact) -> str:
    return f"both {_labels(fact)}"


def _leading_labels(fact: Fact) -> str:
    return f"with labels that lead to the same listeners: {_labels(fact)}"


def _labels(fact: Fact) -> str:
    return ", ".join([_label(*label) for label in fact.names])


@lru_cache(4096)
def _label(facet: str, name: str) -> str:
    """Return what an item of a label is, to stand after "both".

    Examples
    --------
    >>> _label("label", "4AD"), _label("home", "PL"), _label("mood", "sad")
    ('on 4AD', 'from Poland', 'of mood sad')
    """
    if facet in PLAIN_FACETS:
        return name
    if facet in PLACE_FACETS:
        return f"from {within(named_place(facet, name))}"
    return f"{PREPOSITIONS.get(facet, f'of {facet}')} {name}"


@lru_cache(4096)
def named_place(facet: str, name: str) -> str:
    """Return the name of a label, of a place with its country by name where that is a code.

    The code is the whole name or follows two places or more: "LA" as a hometown is a city, and so "Los Angeles, CA" is
    not in Canada. A city that its region is called after is named once. The page does the same.

    Examples
    --------
    >>> named_place("home", "PL"), named_place("home", "Berlin, Berlin, DE"), named_place("hometown", "LA")
    ('Poland', 'Berlin, Germany', 'LA')
    """
    if facet not in CODED_FACETS:
        return name
    parts = name.split(", ")
    if len(parts) != 2:
        parts[-1] = _country_name(parts[-1])
    return ", ".join([part for part, before in zip(parts, ["", *parts], strict=False) if part != before])


def _country_name(code: str) -> str:
    """Return the name of a country by its code; what is none as it is."""
    if len(code) != 2 or not code.isupper():
        return code
    try:
        return place_name(code)
    except DataError:
        return code


def _similar_descriptors(fact: Fact) -> str:
    return f"similar sound: {', '.join([f'{side} {name}' for side, name in fact.names])}"


KINDS: Final[dict[str, Callable[[Fact], str]]] = {
    "common_listeners": _common_listeners,
    "most_in": _most_in,
    "all_in": _all_in,
    "no_common_listener": _always("no listener in common, but listeners with similar taste"),
    "similar_taste": _always("played by listeners with similar taste"),
    "same_listeners": _always("played by the same listeners"),
    "same_shows": _always("played on the same shows or playlists"),
    "paired": _always("often paired in the pair counts"),
    "mentioned_together": _mentioned_together,
    "named_on_page": _always("named on the other's page"),
    "each_named_on_page": _always("each named on the other's page"),
    "similar_text": _always("similar text on their pages"),
    "same_artist": _always("by the same artist"),
    "similar_artists": _always("by similar artists"),
    "shared_labels": _shared_labels,
    "same_annotators": _always("tagged by the same people"),
    "predicted_by_labels": _always("with labels that lead to the same listeners"),
    "leading_labels": _leading_labels,
    "similar_sound": _always("similar sound"),
    "similar_descriptors": _similar_descriptors,
    "popularity": _always("what an item of its popularity may expect"),
}
"""The kinds of facts of our own signals, each with its words in English."""
