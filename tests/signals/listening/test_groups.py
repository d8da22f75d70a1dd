"""Groups of listeners, on populations one can count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tigertail.signals.listening.groups import (
    Groups,
    by_place,
    group_name,
    groups_of_language,
    groups_of_place,
    learned,
)


def members(groups: Groups) -> list[str]:
    """Return the key of each listener's group, "" for those of none."""
    return [(*groups.keys, "")[code] for code in groups.group_of]


def test_countries_large_enough_stand_alone() -> None:
    groups = by_place(["PL", "BR", "PL", "BR", "SE"])
    assert groups.keys == ("BR", "PL", "SE")
    assert members(groups) == ["PL", "BR", "PL", "BR", "SE"]
    assert groups.sizes.tolist() == [2, 2, 1, 0]
    assert not groups.fallback_of


def test_listeners_of_unknown_country_are_of_no_group() -> None:
    groups = by_place(["PL", None, "PL", None, None])
    assert members(groups) == ["PL", "", "PL", "", ""]
    assert groups.sizes.tolist() == [2, 3]
    assert by_place([None, None]).keys == ()


def test_the_small_fall_back_to_their_region_and_the_one_around_it() -> None:
    # Czechia and Belarus are of Eastern Europe, Sweden and Norway of Northern; Belgium is of Western alone.
    countries = ["CZ", "BY", "SE", "NO", "BE", "IT"]
    groups = by_place(countries, min_group_size=2)
    assert members(groups) == ["151", "151", "154", "154", "150", "150"], "Belgium and Italy meet in Europe"
    assert groups.fallback_of == {
        "CZ": "151",
        "BY": "151",
        "SE": "154",
        "NO": "154",
        "BE": "150",
        "IT": "150",
    }


def test_those_without_a_region_of_their_size_fall_back_to_the_world() -> None:
    groups = by_place(["PL"] * 5 + ["CL", "KE"], min_group_size=3)
    assert members(groups) == ["PL"] * 5 + ["", ""]
    assert groups.fallback_of == {"CL": "elsewhere", "KE": "elsewhere"}
    everyone_small = by_place(["PL", "BR"], min_group_size=9)
    assert everyone_small.keys == ()
    assert everyone_small.sizes.tolist() == [2]


def test_a_country_that_stands_alone_is_no_part_of_its_region() -> None:
    groups = by_place(["PL"] * 4 + ["CZ", "SK", "HU"], min_group_size=3)
    assert members(groups) == ["PL"] * 4 + ["151"] * 3
    assert "PL" not in groups.fallback_of


def test_every_group_has_the_fewest_listeners_or_more_and_nobody_is_lost() -> None:
    rng = np.random.default_rng(0)
    codes = ["PL", "CZ", "BY", "BR", "AR", "CL", "MX", "US", "KE", "NG", "JP", "KR", "SE", "AU", "AQ", None]
    shares = rng.dirichlet(np.full(len(codes), 0.5))
    countries = [codes[code] for code in rng.choice(len(codes), 400, p=shares)]
    for min_group_size in (1, 5, 20, 100, 500):
        groups = by_place(countries, min_group_size=min_group_size)
        assert groups.sizes[:-1].min(initial=min_group_size) >= min_group_size
        assert groups.sizes.sum() == 400
        for country, group in zip(countries, members(groups), strict=True):
            went = groups.fallback_of.get(str(country), country) if country else ""
            assert group == ("" if went == "elsewhere" else went)


@pytest.mark.parametrize(("language", "group"), [("fr", "CH-fr"), ("de", "CH-de"), (None, "CH-de")])
def test_by_language_too(language: str | None, group: str) -> None:
    # Most Swiss speak German, so CLDR says of one who tells nothing else.
    groups = by_place(["CH", "CH", "CH"], ["de", "fr", language])
    assert groups.keys == ("CH-de", "CH-fr")
    assert members(groups)[2] == group


def test_a_small_language_falls_back_to_its_country() -> None:
    countries = ["CH"] * 6 + ["FR"] * 3
    languages = ["de", "de", "de", "fr", "it", "rm", "fr", "fr", "fr"]
    groups = by_place(countries, languages, min_group_size=3)
    assert groups.keys == ("CH", "CH-de", "FR-fr")
    assert groups.fallback_of == {"CH-fr": "CH", "CH-it": "CH", "CH-rm": "CH"}
    fewer = by_place(countries, languages, min_group_size=4)
    assert members(fewer) == ["CH"] * 6 + [""] * 3, "the German speakers join the others at home"


def test_a_place_without_an_official_language_is_counted_as_one() -> None:
    groups = by_place(["AQ"] * 3, [None, None, "en"], min_group_size=2)
    assert members(groups) == ["AQ"] * 3, "the English speaker joins the others in Antarctica"
    assert groups.fallback_of == {"AQ-en": "AQ"}


def test_a_language_without_a_country_says_nothing() -> None:
    assert by_place([None], ["pl"]).keys == ()


def two_tastes(seed: int = 0, listeners: int = 40) -> NDArray[np.float32]:
    """Return vectors of listeners of whom every other likes metal, and the rest polka, some of them a lot."""
    rng = np.random.default_rng(seed)
    taste = np.array([[1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0]])[np.arange(listeners) % 2]
    noisy = taste + rng.normal(0, 0.1, taste.shape)
    return (noisy * rng.uniform(0.1, 10, (listeners, 1))).astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_learned_groups_find_two_planted_tastes(seed: int) -> None:
    groups = learned(two_tastes(), 2, seed=seed)
    assert groups.keys == ("cluster-1", "cluster-2")
    assert groups.sizes.tolist() == [20, 20, 0]
    assert len(set(groups.group_of[::2])) == len(set(groups.group_of[1::2])) == 1


def test_a_seed_gives_the_same_groups_for_any_number_of_threads() -> None:
    vectors = np.random.default_rng(1).normal(size=(500, 16)).astype(np.float32)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(learned(vectors, 8, seed=3).group_of.tobytes())
    assert found[0] == found[1]
    assert found[0] != learned(vectors, 8, seed=4).group_of.tobytes()


def test_learned_groups_are_numbered_by_size_and_the_small_dissolved() -> None:
    metal, polka = two_tastes()[::2], two_tastes()[1::2]
    vectors = np.concatenate([polka[:3], metal, polka[3:8]])
    groups = learned(vectors, 2)
    assert groups.sizes.tolist() == [20, 8, 0]
    alone = learned(vectors, 2, min_group_size=9)
    assert (alone.keys, alone.sizes.tolist()) == (("cluster-1",), [20, 8])


def test_listeners_of_no_known_taste_and_more_clusters_than_listeners_are_no_trouble() -> None:
    nobody = learned(np.zeros((3, 4), np.float32), 20)
    assert nobody.sizes.sum() == 3
    assert learned(two_tastes(listeners=2), 20).sizes.sum() == 2


def test_a_place_is_its_own_group_or_those_of_its_languages() -> None:
    keys = ("BR", "CH", "CH-de", "CH-fr", "PL")
    assert groups_of_place("PL", keys, {}) == ([4], "PL")
    assert groups_of_place("CH", keys, {"CH-it": "CH"}) == ([1, 2, 3], "CH")


def test_a_place_too_small_is_where_its_listeners_went() -> None:
    keys, fallback_of = ("150", "BR", "PL"), {"BE": "150", "CL": "elsewhere"}
    assert groups_of_place("BE", keys, fallback_of) == ([0], "150")
    assert groups_of_place("CL", keys, fallback_of) == ([1], "005"), (
        "Brazil is what is known of South America"
    )
    assert groups_of_place("KE", keys, fallback_of) == ([], "001")


def test_a_region_is_all_within_it() -> None:
    keys = ("151", "BR", "PL", "SE", "US-es")
    assert groups_of_place("151", keys, {}) == ([0, 2], "151"), "its small countries, and Poland"
    assert groups_of_place("150", keys, {}) == ([0, 2, 3], "150")
    assert groups_of_place("019", keys, {}) == ([1, 4], "019")
    assert groups_of_place("001", keys, {}) == ([], "001"), "the world is no place to look from"


def test_learned_groups_are_no_place() -> None:
    keys = ("cluster-1", "cluster-2")
    assert groups_of_place("PL", keys, {}) == ([], "001")
    assert groups_of_language("pl", keys) == []


def test_a_language_is_spoken_where_it_is_the_first_official_one() -> None:
    keys = ("151", "BR", "CH", "CH-fr", "PT", "US-pt")
    assert groups_of_language("pt", keys) == [1, 4, 5]
    assert groups_of_language("fr", keys) == [3]
    assert groups_of_language("sw", keys) == []


def test_groups_have_names_people_know() -> None:
    names = [group_name(key) for key in ("PL", "CH-fr", "419", "cluster-12", "elsewhere")]
    assert names == ["Poland", "Switzerland (French)", "Latin America", "cluster 12", "elsewhere"]
