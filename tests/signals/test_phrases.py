from __future__ import annotations

import pytest

from tigertail.geo.regions import place_name
from tigertail.signals.phrases import within


@pytest.mark.parametrize(
    ("code", "called"),
    [
        ("US", "the United States"),
        ("CZ", "Czechia"),
        ("DO", "the Dominican Republic"),
        ("FO", "the Faroe Islands"),
        ("PH", "the Philippines"),
        ("029", "the Caribbean"),
        ("151", "Eastern Europe"),
    ],
)
def test_places_are_called_as_in_a_sentence(code: str, called: str) -> None:
    assert within(place_name(code)) == called
