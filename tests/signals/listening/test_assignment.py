"""Newcomers join the groups there are."""

from __future__ import annotations

import numpy as np

from tigertail.signals.listening.assignment import member_by_place, nearest_group
from tigertail.signals.listening.groups import by_place

COUNTRIES = ["PL"] * 3 + ["BY", "CZ"] + ["CH"] * 6 + ["CL", None]
LANGUAGES = [None] * 5 + ["fr"] * 3 + ["de"] * 2 + ["it"] + [None] * 2


def test_a_newcomer_goes_where_a_fit_put_their_neighbours() -> None:
    for languages in (None, LANGUAGES):
        groups = by_place(COUNTRIES, languages, min_group_size=2)
        found = member_by_place(COUNTRIES, languages, keys=groups.keys, fallback_of=groups.fallback_of)
        np.testing.assert_array_equal(found, groups.group_of)


def test_from_a_place_no_fit_has_seen_one_goes_to_the_region_or_to_nobody() -> None:
    found = member_by_place(["SK", "KE", None], keys=("151", "PL"), fallback_of={"BY": "151"})
    assert found.tolist() == [0, 2, 2]


def test_a_language_no_group_speaks_goes_to_the_country() -> None:
    found = member_by_place(["CH", "CH"], ["rm", "fr"], keys=("CH", "CH-fr"), fallback_of={})
    assert found.tolist() == [0, 1]


def test_learned_groups_are_joined_by_direction_and_not_by_length() -> None:
    vectors = np.array([[5, 0], [4, 1], [0, 1], [9, 9]], np.float32)
    member = np.array([0, 0, 1, 2], np.int32)  # the last is in no group
    newcomers = np.array([[0.1, 0], [1, 9]], np.float32)
    assert nearest_group(vectors, member, 2, newcomers).tolist() == [0, 1]
