"""From where a question is asked: what people type, and the groups that stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tigertail.errors import ConfigError
from tigertail.model.lens_target import LensTarget, lens_target
from tigertail.signals.listening import GroupedCoListening, ListeningConfig
from tigertail.sparse import CSR

KEYS = ("151", "BR", "CH", "CH-fr", "PL", "PT")
FALLBACK_OF = {"BY": "151", "CZ": "151", "KE": "elsewhere", "CH-it": "CH"}


def signal(
    keys: tuple[str, ...] = KEYS, fallback_of: Mapping[str, str] = FALLBACK_OF, **settings: Any
) -> GroupedCoListening:
    """Return a signal of nothing but its groups."""
    nothing = np.zeros(len(keys) + 2, np.int64)
    vectors = np.empty((0, 1), np.float32)
    return GroupedCoListening(
        keys,
        fallback_of,
        nothing,
        CSR.from_coo([], [], [], (0, 0)),
        vectors,
        nothing[1:],
        np.empty(0, np.int32),
        vectors,
        ListeningConfig(**settings),
    )


@pytest.mark.parametrize("name", ["PL", "pl", "Poland", "Polska", "Польша", "ポーランド", " poland "])
def test_a_country_by_any_of_its_names(name: str) -> None:
    assert lens_target(signal(), country=name) == LensTarget((4,), "Poland")


def test_a_country_of_several_languages_is_all_of_them() -> None:
    assert lens_target(signal(), country="Schweiz") == LensTarget((2, 3), "Switzerland")


@pytest.mark.parametrize(
    ("name", "groups", "called"),
    [
        ("Europe", (0, 2, 3, 4, 5), "Europe"),
        ("Eastern Europe", (0, 4), "Eastern Europe"),
        ("South America", (1,), "South America"),
        ("019", (1,), "Americas"),
        ("Europa Wschodnia", (0, 4), "Eastern Europe"),
    ],
)
def test_a_region_is_all_within_it(name: str, groups: tuple[int, ...], called: str) -> None:
    assert lens_target(signal(), country=name) == LensTarget(groups, called)


@pytest.mark.parametrize(
    ("name", "groups", "called"),
    [("Belarus", (0,), "Eastern Europe"), ("AR", (1,), "South America"), ("Italia", (5,), "Southern Europe")],
)
def test_a_place_too_small_is_localised_to_its_region_with_a_notice(
    name: str, groups: tuple[int, ...], called: str
) -> None:
    view = lens_target(signal(), country=name)
    assert (view.groups, view.name) == (groups, called)
    assert view.notice is not None
    assert view.notice.startswith("too few listeners in ")
    assert view.notice.endswith(f"localised to {called}")


def test_a_place_is_called_as_it_is_in_a_sentence() -> None:
    view = lens_target(signal(("029",), {"BS": "029"}), country="Bahamas")
    assert view.notice == "too few listeners in the Bahamas: localised to the Caribbean"
    assert view.name == "Caribbean"


@pytest.mark.parametrize("name", ["KE", "Japan", "Oceania"])
def test_a_place_nobody_is_near_is_the_world_and_says_so(name: str) -> None:
    view = lens_target(signal(), country=name)
    assert (view.groups, view.name) == ((), "world")
    assert view.notice is not None
    assert "this is the list for the whole world" in view.notice


def test_the_world_is_no_lens_and_nothing_to_tell() -> None:
    assert lens_target(signal(), country="world") == LensTarget((), "world")


@pytest.mark.parametrize("name", ["pt", "pt-BR", "POR", "Portuguese", "português"])
def test_a_language_by_any_of_its_names(name: str) -> None:
    assert lens_target(signal(), language=name) == LensTarget((1, 5), "Portuguese")


def test_a_language_without_a_group_is_the_world_and_says_so() -> None:
    view = lens_target(signal(), language="sw")
    assert view.groups == ()
    assert (
        view.notice == "no group of listeners has the language Swahili: this is the list for the whole world"
    )


def test_a_group_by_its_key() -> None:
    assert lens_target(signal(), group="CH-fr") == LensTarget((3,), "Switzerland (French)")
    learned = signal(("cluster-1", "cluster-2"), {}, groups="learned")
    assert lens_target(learned, group="cluster-2") == LensTarget((1,), "cluster 2")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"country": "Middle-earth"}, "unknown country or region 'Middle-earth'\n  -> give its ISO 3166-1"),
        ({"country": ""}, "unknown country or region ''"),
        ({"language": "Quenya of old"}, "unknown language 'Quenya of old'\n  -> give its BCP 47 code"),
        (
            {"group": "cluster-9"},
            "unknown group 'cluster-9'\n  -> the groups are: 151, BR, CH, CH-fr, PL, PT",
        ),
        ({"country": "PL", "language": "pl"}, "the lens takes one of country, language and group"),
        ({"country": "PL", "group": "PL"}, "the lens takes one of country, language and group"),
        ({}, "the lens takes one of country, language and group"),
    ],
)
def test_what_names_nothing_is_refused_with_a_remedy(asked: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        lens_target(signal(), **asked)
    assert str(raised.value).startswith(says)
    assert raised.value.remedy


@pytest.mark.parametrize("asked", [{"country": "PL"}, {"language": "pl"}])
def test_learned_groups_know_of_no_places(asked: dict[str, str]) -> None:
    learned = signal(("cluster-1", "cluster-2"), {}, groups="learned")
    with pytest.raises(
        ConfigError, match=r"by country\n.*give one of its groups: cluster-1, cluster-2; or fit"
    ):
        lens_target(learned, **asked)
    with pytest.raises(ConfigError, match=r"by country\n.*leave the lens out; or fit"):
        lens_target(signal((), {}, groups="none"), **asked)
    with pytest.raises(ConfigError, match="the groups are: none"):
        lens_target(signal((), {}, groups="none"), group="cluster-1")
