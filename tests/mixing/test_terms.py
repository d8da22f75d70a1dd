"""Terms: curves of shares, products where two signals speak, and what is known of an item alone."""

from __future__ import annotations

import numpy as np

from tigertail.mixing.terms import PopularityFeatures, Terms, curves, least_listeners, term_values

LISTENERS = np.array([100, 10, 10, 0], np.int64)
POPULARITY = PopularityFeatures.of(LISTENERS, LISTENERS.astype(float))
TERMS = Terms(("heard", "tagged", "seen"), ("heard",), (("heard", "tagged"),))
ITEMS = np.array([1, 3], np.int32)


def test_a_curve_is_of_shares_and_0_without_data() -> None:
    first, second = curves(np.array([1.5, -2.0, -np.inf], np.float32), np.float32(3))
    np.testing.assert_allclose(first, [np.log1p(0.5 / 0.02), 0, 0], rtol=1e-5)
    np.testing.assert_allclose(second, [np.log1p(0.5 / 0.3), 0, 0], rtol=1e-5)


def test_every_term_has_a_name_and_a_place() -> None:
    assert len(TERMS.names) == len(TERMS) == 13
    assert TERMS.names[TERMS.of_signal("seen")] == ["seen, bend 0.02", "seen, bend 0.3"]
    assert TERMS.names[TERMS.of_overlap(("heard", "tagged"))][0] == "heard x tagged, bend 0.02"
    assert Terms(TERMS.signals, ("heard",), (("tagged", "heard"),)).names == TERMS.names
    of_items = ["popularity", "support", "not offered", "no listener"]
    assert TERMS.names[TERMS.no_content_data :] == ["no content data", *of_items]


def values(without: tuple[str, ...] = ()) -> np.ndarray:
    affinities = {"heard": np.float32([1, -np.inf]), "tagged": np.float32([-np.inf, 2])}
    scale = {"heard": np.float32(1), "tagged": np.float32(2)}
    return term_values(TERMS, affinities, scale, ITEMS, POPULARITY, without)


def test_terms_of_pairs() -> None:
    found = values()
    full = np.log1p([1 / 0.02, 1 / 0.3])
    np.testing.assert_allclose(found[:, TERMS.of_signal("heard")], [full, [0, 0]], rtol=1e-5)
    np.testing.assert_allclose(found[:, TERMS.of_signal("tagged")], [[0, 0], full], rtol=1e-5)
    assert not found[:, TERMS.of_overlap(("heard", "tagged"))].any(), "no pair has both"
    assert found[:, TERMS.no_content_data].tolist() == [1, 0], "listening does not count here"
    np.testing.assert_allclose(found[0, TERMS.of_items], [np.log(10), np.log(10 / 13), 0, 0], rtol=1e-5)
    np.testing.assert_allclose(found[1, TERMS.of_items], [0, np.log(1 / 4), 0, 1], rtol=1e-5)


def test_a_signal_left_out_is_as_one_without_data() -> None:
    found = values(("tagged",))
    assert not found[:, TERMS.of_signal("tagged")].any()
    assert found[:, TERMS.no_content_data].tolist() == [1, 1]


def test_an_overlap_is_the_product_of_two_curves() -> None:
    both = {name: np.float32([1, 1]) for name in ("heard", "tagged")}
    found = term_values(TERMS, both, {name: np.float32(1) for name in both}, ITEMS, POPULARITY)
    product = found[:, TERMS.of_signal("heard")] * found[:, TERMS.of_signal("tagged")]
    assert found[:, TERMS.of_overlap(("heard", "tagged"))].tolist() == product.tolist()


def test_an_item_without_listeners_differs_from_one_of_a_single_listener_by_one_term() -> None:
    found = PopularityFeatures.of(np.array([0, 1]), np.array([0.0, 1.0]))
    none, one = found.values[found.level]
    assert none[:-1].tolist() == one[:-1].tolist()
    assert (none[-1], one[-1]) == (1, 0)
    assert found.log_popularity(0.5)[found.level].tolist() == [np.log(4)] * 2


def test_an_item_less_known_than_any_that_taught_counts_as_the_least_known_of_them() -> None:
    found = PopularityFeatures.of(np.array([0, 2, 6, 7]), np.array([0.0, 2.0, 6.0, 7.0]), listener_floor=6)
    assert found.values[found.level][:, 0].tolist() == np.log([6, 6, 6, 7]).tolist()
    assert found.log_popularity(1)[found.level].tolist() == np.log([9, 9, 9, 10]).tolist()


def test_the_least_known_item_is_one_of_those_that_somebody_knows() -> None:
    assert least_listeners(np.array([0, 9, 4])) == 4
    assert least_listeners(np.array([0, 0])) == 1


def test_an_item_that_many_could_not_hear_is_as_popular_as_if_all_could() -> None:
    """Items 1 and 2 have ten listeners each; only every fifth listener could hear item 2."""
    found = PopularityFeatures.of(LISTENERS, np.array([100.0, 10.0, 50.0, 0.0]))
    values = found.values[found.level]
    assert values[1, :2].tolist() == values[2, :2].tolist(), "ten listeners are as much evidence as ten"
    np.testing.assert_allclose(values[:, 2], np.log([1, 1, 5, 1]))
    taste, between, kinship = (found.log_popularity(character)[found.level] for character in (0, 0.5, 1))
    np.testing.assert_allclose(taste, np.log([103, 13, 5 * 13, 4]))
    np.testing.assert_allclose(between, np.log([103, 13, 5**0.5 * 13, 4]))
    np.testing.assert_allclose(kinship, np.log([103, 13, 13, 4]))
