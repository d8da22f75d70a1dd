from __future__ import annotations

from itertools import starmap

import pytest

from tigertail.signals.annotation.explain import label_name, shared_labels

TWO_TAGS = [("tag", "dark"), ("genre", "post-punk")]
PEOPLE = ("annotator", "")


def words_of(shared: list[tuple[str, str]]) -> str:
    return shared_labels(starmap(label_name, shared)).words


@pytest.mark.parametrize(
    ("shared", "words"),
    [
        ([], ""),
        (TWO_TAGS, "both dark, post-punk"),
        ([*TWO_TAGS, ("tag", "slow"), ("tag", "loud")], "both dark, post-punk, slow"),
        ([("birth place", "Berlin"), ("label", "4AD")], "both from Berlin, on 4AD"),
        ([("instrument", "Oud"), ("associated band", "Can")], "both with Oud, linked to Can"),
        ([("mood", "sad")], "both of mood sad"),
        ([("home", "from Wales")], "both from Wales"),
        ([("home", "NL"), ("home", "ZZZ"), ("home", "QQ")], "both from the Netherlands, from ZZZ, from QQ"),
        ([("hometown", "LA"), ("birth place", "CA")], "both from LA, from CA"),  # no codes
        ([("home", "Istanbul, Istanbul, TR")], "both from Istanbul, Türkiye"),
        (
            [("home", "Los Angeles, CA"), ("home", "Venice, CA, US")],
            "both from Los Angeles, CA, from Venice, CA, United States",
        ),
        ([*TWO_TAGS, PEOPLE], "both dark, post-punk"),
        ([PEOPLE, *TWO_TAGS], "tagged by the same people, both dark, post-punk"),
        ([PEOPLE], "tagged by the same people"),
        ([("prediction", ""), PEOPLE], "tagged by the same people"),
        ([("annotator", "jury 7"), ("prediction", "hit")], "both of annotator jury 7, of prediction hit"),
    ],
)
def test_each_label_is_said_as_fits_its_facet(shared: list[tuple[str, str]], words: str) -> None:
    assert words_of(shared) == words


def test_what_was_said_is_not_said_again() -> None:
    places = [("home", "Leeds, England, GB"), ("home", "GB"), ("hometown", "Leeds"), ("birth place", "leeds")]
    assert words_of(places) == "both from Leeds, England, United Kingdom, from Leeds"
    assert words_of([("home", "PL"), ("hometown", "Poland")]) == "both from Poland"
    assert words_of([("hometown", "Łódź, Poland"), ("country", "PL")]) == "both from Łódź, Poland"
    assert (
        words_of([("home", "Leeds, England, GB"), ("hometown", "England")])
        == "both from Leeds, England, United Kingdom"
    )
    assert words_of([("home", "Łódź, PL"), ("hometown", "Poland")]) == "both from Łódź, PL"
    assert words_of([("hometown", "łódź, poland"), ("country", "Poland")]) == "both from łódź, poland"
    assert words_of([("tag", "Post-Punk"), ("genre", "post-punk"), ("label", "Post-Punk")]) == (
        "both Post-Punk, on Post-Punk"
    )
