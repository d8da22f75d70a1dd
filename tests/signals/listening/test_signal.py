"""Listening, group by group: against the formula written out, and in two countries that share one star."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support import als_config

from tigertail.dataset.exposure import Exposure
from tigertail.factorization import fit_als
from tigertail.signals.contract import GroupAware
from tigertail.signals.listening import GroupedCoListening, Groups, ListeningConfig, fit_listening
from tigertail.signals.listening.kernels import PlayGraph, most_common
from tigertail.sparse import CSR

Reals = NDArray[np.float64]


def drawn(
    sizes: Sequence[int], *, seed: int = 0, items: int = 20, config: ListeningConfig | None = None
) -> GroupedCoListening:
    """Draw who hears what, and vectors whose products are mostly positive, as fitted ones' are.

    ``sizes`` are the listeners of each group, and of none. The first items are heard by the most, the last
    by nobody; a group has its own vectors of those that two or more of it hear.
    """
    rng = np.random.default_rng(seed)
    heard = rng.random((sum(sizes), items)) < np.linspace(0.6, 0.05, items)
    heard[:, -1] = False
    starts = np.concatenate([[0], np.cumsum(sizes)])
    vectors = rng.normal(0.5, 0.3, (items, 5)).astype(np.float32)
    vectors[-1] = 0
    known = [
        np.flatnonzero(heard[starts[group] : starts[group + 1]].sum(axis=0) >= 2)
        for group in range(len(sizes) - 1)
    ]
    local_items = np.concatenate([*known, np.empty(0)]).astype(np.int32)
    moved = rng.normal(0, 0.2, (len(local_items), 5))
    return GroupedCoListening(
        tuple(f"cluster-{group + 1}" for group in range(len(known))),
        {},
        starts.astype(np.int64),
        CSR.from_coo(*np.nonzero(heard), np.ones(heard.sum()), shape=heard.shape),
        vectors,
        np.cumsum([0, *(len(one) for one in known)]).astype(np.int64),
        local_items,
        (vectors[local_items] + moved).astype(np.float32),
        config or ListeningConfig(),
    )


def more_by_exposure(signal: GroupedCoListening, counts: dict[int, float]) -> list[float]:
    """Return s(A, B)^-d of every B, from what each listener of A counts."""
    exposure, items = signal.exposure, range(signal.plays.shape[1])
    if exposure is None:
        return [1.0 for _ in items]
    able = [sum(n for u, n in counts.items() if exposure.offered[exposure.catalogue_of[u], b]) for b in items]
    return [(one / sum(counts.values())) ** -signal.config.exposure if one else 1.0 for one in able]


def written_out(signal: GroupedCoListening) -> Reals:
    """Return the affinity of every pair by the formula of the module, term by term."""
    listeners, items = signal.plays.shape
    config, lens = signal.config, signal.lens
    hears = [set(signal.plays.row(listener)[0].tolist()) for listener in range(listeners)]
    n = [sum(item in one for one in hears) for item in range(items)]
    groups = [range(*signal.starts[group : group + 2]) for group in range(len(signal.keys) + 1)]
    affinity = np.full((items, items), -np.inf)
    for a in range(items):
        total = np.zeros(items)  # sum over groups of W_g(A) aff_g(A -> B), for every B
        weight = 0.0  # and of W_g(A)
        all_counts = {  # of the listeners of A, under the lens
            u: max(1, len(hears[u])) ** -config.listener_exponent
            * (
                1 + lens.strength * n[a] / config.lens_evidence
                if lens is not None and g in lens.groups
                else 1
            )
            for g, members in enumerate(groups)
            for u in members
            if a in hears[u]
        }
        for g, members in enumerate(groups):
            y = {item: signal.vectors[item].astype(np.float64) for item in range(items)}
            if g < len(signal.keys):
                rows = signal.local(g)
                for item, vector in zip(signal.local_items[rows], signal.local_vectors[rows], strict=True):
                    y[int(item)] = vector.astype(np.float64)
            counts = {u: max(1, len(hears[u])) ** -config.listener_exponent for u in members}
            common = [
                sum(counts[u] for u in members if a in hears[u] and b in hears[u]) for b in range(items)
            ]
            common[a] = 0
            met = sum(common)
            common = [k * more for k, more in zip(common, more_by_exposure(signal, all_counts), strict=True)]
            m = 1.0
            if lens is not None and g in lens.groups:
                m = 1 + lens.strength * n[a] / config.lens_evidence
            products = [float(y[a] @ y[b]) if b != a else 0.0 for b in range(items)]
            for b in range(items):
                expected = met * products[b] / sum(products) if sum(products) > 0 else 0.0
                total[b] += m * common[b] + config.prior * expected
            weight += (m + config.prior) * met
        for b in range(items):
            if n[a] and n[b]:
                affinity[a, b] = total[b] / (weight or 1) * signal.adjusted_listeners[b] ** -config.beta
                if lens is not None:
                    there = [u for g in lens.groups for u in groups[g]]
                    n_there = sum(b in hears[u] for u in there)
                    placed = [u for g in range(len(signal.keys)) for u in groups[g]]
                    expected = sum(b in hears[u] for u in placed) * len(there) / len(placed)
                    lift = (n_there + config.lens_smoothing) / (expected + config.lens_smoothing)
                    affinity[a, b] *= lift**lens.strength
    return affinity


def everything(signal: GroupedCoListening) -> NDArray[np.float32]:
    return signal.affinity(np.arange(signal.plays.shape[1], dtype=np.int32))


GROUPINGS = {
    "three groups": [14, 9, 5, 0],
    "three groups and some of none": [14, 9, 5, 8],
    "one group": [30, 0],
    "no group": [30],
}


@pytest.mark.parametrize("sizes", GROUPINGS.values(), ids=GROUPINGS.keys())
@pytest.mark.parametrize("seed", range(3))
def test_affinity_is_the_formula(sizes: list[int], seed: int) -> None:
    signal = drawn(sizes, seed=seed)
    np.testing.assert_allclose(everything(signal), written_out(signal), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    "settings",
    [
        {"prior": 0.0},
        {"prior": 40.0},
        {"beta": 0.0},
        {"beta": 1.3},
        {"listener_exponent": 0.0},
        {"listener_exponent": 1.0},
    ],
)
def test_affinity_is_the_formula_for_any_setting(settings: dict[str, float]) -> None:
    signal = drawn([14, 9, 5, 8], config=ListeningConfig(**settings))
    np.testing.assert_allclose(everything(signal), written_out(signal), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("groups", [[0], [2], [0, 1, 2]])
@pytest.mark.parametrize("strength", [0.1, 1.0])
def test_affinity_under_a_lens_is_the_formula(groups: list[int], strength: float) -> None:
    settings = ListeningConfig(lens_evidence=5, lens_smoothing=7)
    signal = drawn([14, 9, 5, 8], config=settings).localised_by_group(groups, strength)
    np.testing.assert_allclose(everything(signal), written_out(signal), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("exposure", [0.0, 1.0])
def test_the_affinity_to_some_items_through_a_lens_follows_from_that_without(exposure: float) -> None:
    plain = two_countries()
    listeners, items = plain.plays.shape
    services = Exposure(
        ("all", "stars"), np.arange(2 * items).reshape(2, items) < 1.5 * items, np.arange(listeners) % 2
    )
    plain = replace(plain, exposure=services.including(plain.plays)).with_exposure(exposure)
    lens = plain.localised_by_group([1], 0.7)
    queries = np.arange(plain.plays.shape[1], dtype=np.int32)
    items = np.tile(queries[::-1], len(queries))
    starts = np.arange(len(queries) + 1, dtype=np.int64) * len(queries)
    others = items != np.repeat(queries, len(queries))
    without = plain.affinity(queries)[:, ::-1].ravel()
    through = lens.localised_affinity(queries, starts, items, without)
    np.testing.assert_allclose(
        through[others], lens.affinity(queries)[:, ::-1].ravel()[others], rtol=1e-5, atol=1e-8
    )
    assert plain.localised_affinity(queries, starts, items, without) is without


def test_factors_that_expect_less_than_nothing_expect_nothing() -> None:
    signal = drawn([14, 9, 5, 8])
    vectors = signal.vectors.copy()
    vectors[4] *= -1  # item 4 points away from all others
    there = signal.local_items == 4
    assert there.any()
    local = np.where(there[:, None], vectors[4], signal.local_vectors)
    against = replace(signal, vectors=vectors, local_vectors=local.astype(np.float32))
    np.testing.assert_allclose(everything(against), written_out(against), rtol=1e-5, atol=1e-8)
    assert against.affinity(np.array([4], np.int32)).max() > 0, "what was counted still counts"


@pytest.mark.parametrize("lens", [(), (1,)])
def test_common_listeners_count_more_where_fewer_could_play_the_answer(lens: tuple[int, ...]) -> None:
    plain = drawn([14, 9, 5, 8], config=ListeningConfig(exposure=1))
    listeners, items = plain.plays.shape
    offered = np.ones((2, items), np.bool_)
    offered[1, 10:] = False  # the second service has the first ten items
    member = (np.arange(listeners) % 2).astype(np.int32)
    services = Exposure(("all", "stars"), offered, member).including(plain.plays)
    signal = replace(plain, exposure=services).localised_by_group(lens)
    np.testing.assert_allclose(everything(signal), written_out(signal), rtol=1e-5, atol=1e-8)
    blind = replace(signal, config=ListeningConfig(exposure=0))
    assert (everything(signal)[:, :10] >= everything(blind)[:, :10] * 0.999).all()
    codes = np.arange(items, dtype=np.int32)
    np.testing.assert_allclose(signal.shares(0, codes).sum(axis=0)[1:-1], 1, rtol=1e-5)


def test_a_lens_of_no_strength_and_one_on_nowhere_are_none() -> None:
    signal = drawn([14, 9, 5, 8])
    plain = everything(signal)
    for same in (
        signal.localised_by_group([1], 0.0),
        signal.localised_by_group([]),
        signal.localised_by_group([0]).localised_by_group([]),
    ):
        assert everything(same).tobytes() == plain.tobytes()
    assert everything(signal.localised_by_group([1])).tobytes() != plain.tobytes()
    weak = everything(signal.localised_by_group([1], 1e-6))
    np.testing.assert_allclose(weak, plain, rtol=1e-4)


def test_a_lens_is_as_strong_as_the_settings_say_unless_told_otherwise() -> None:
    signal = drawn([14, 9], config=ListeningConfig(lens=0.7))
    assert (
        everything(signal.localised_by_group([0])).tobytes()
        == everything(signal.localised_by_group([0], 0.7)).tobytes()
    )


def test_neither_beta_nor_a_lens_changes_the_signal_itself() -> None:
    signal = drawn([14, 9, 5, 8])
    plain = everything(signal)
    seen = everything(signal.localised_by_group([0]))
    leaning = signal.with_beta(1.0)
    assert everything(leaning).tobytes() != plain.tobytes()
    assert (
        everything(leaning.localised_by_group([0]).with_beta(signal.config.beta)).tobytes() == seen.tobytes()
    )
    assert everything(signal).tobytes() == plain.tobytes()


def test_what_lasts_is_worked_out_once() -> None:
    # A question from somewhere must not turn the whole matrix of plays over again.
    signal = drawn([14, 9, 5, 8])
    for other in (
        signal.localised_by_group([0]),
        signal.with_beta(1.0),
        signal.localised_by_group([0]).localised_by_group([]),
    ):
        assert other.popularity is signal.popularity
        assert everything(other).tobytes() == everything(replace(other)).tobytes()


def test_shares_are_what_each_group_adds() -> None:
    signal = drawn([14, 9, 5, 8])
    some = np.array([0, 3, 11], np.int32)
    shares = signal.shares(2, some)
    assert shares.shape == (4, 3)
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    # Without the listeners of a group, what they added is missing.
    for group in range(4):
        mute = signal.plays.entry_rows()
        rest = (mute < signal.starts[group]) | (mute >= signal.starts[group + 1])
        heard = CSR.from_coo(mute[rest], signal.plays.indices[rest], np.ones(rest.sum()), signal.plays.shape)
        counted, all_counted = (totals(replace(signal, plays=of), 2)[some] for of in (heard, signal.plays))
        np.testing.assert_allclose(shares[group], 1 - counted / all_counted, rtol=1e-3, atol=1e-6)


def totals(signal: GroupedCoListening, query: int) -> Reals:
    """Return an affinity before it is divided by its weights and the popularity of the answers."""
    plain = signal.with_beta(0.0)
    sizes = [len(signal.plays.row(listener)[0]) for listener in signal.plays.transpose().row(query)[0]]
    met = sum((size - 1) * size**-signal.config.listener_exponent for size in sizes)
    return np.asarray(plain.affinity(np.array([query], np.int32))[0] * met * (1 + signal.config.prior))


def test_what_is_kept_is_kept_as_text_and_arrays() -> None:
    signal = replace(drawn([14, 9, 5, 8]), fallback_of={"CZ": "151"})
    arrays, settings = signal.to_arrays()
    again = GroupedCoListening.from_arrays(arrays, json.loads(json.dumps(settings)))
    assert (again.keys, again.fallback_of, again.config) == (signal.keys, signal.fallback_of, signal.config)
    assert (
        everything(again.localised_by_group([1])).tobytes()
        == everything(signal.localised_by_group([1])).tobytes()
    )


# Sixteen Poles and twenty Brazilians all hear the star, code 0, and two of their country's three artists.
STAR = 0
POLISH, BRAZILIAN = {1, 2, 3}, {4, 5, 6}
NOBODYS = 7
FEW = ListeningConfig(lens_smoothing=5, lens_evidence=5)  # where so few live, few must do


def two_countries(config: ListeningConfig = FEW, wanderers: int = 0) -> GroupedCoListening:
    """Fit the world of two countries; ``wanderers`` of unknown country hear the star and a Pole."""
    heard = [
        (first + place, item)
        for first, listeners, artists in ((0, 16, POLISH), (16, 20, BRAZILIAN))
        for place in range(listeners)
        for item in (STAR, *sorted(artists - {min(artists) + place % 3}))
    ]
    heard += [(36 + one, item) for one in range(wanderers) for item in (STAR, 1)]
    rows, columns = zip(*heard, strict=True)
    weights = CSR.from_coo(rows, columns, np.ones(len(heard)), (36 + wanderers, 8))
    factors = fit_als(weights, als_config(factors=6, alpha0=0.1), seed=1)
    groups = Groups(("BR", "PL"), np.repeat([1, 0, 2], [16, 20, wanderers]).astype(np.int32))
    return fit_listening(weights, factors, groups, config, alpha0=0.1)


def best(signal: GroupAware, query: int, n: int = 1) -> set[int]:
    scores = signal.affinity(np.array([query], np.int32))[0]
    scores[query] = -np.inf
    return set(np.argsort(-scores, kind="stable")[:n].tolist())


def test_after_the_star_each_country_hears_its_own() -> None:
    signal = two_countries()
    assert isinstance(signal, GroupAware)
    assert best(signal, STAR) < BRAZILIAN, "there are more Brazilians"
    assert best(signal.localised("PL"), STAR, 3) == POLISH
    assert best(signal.localised("BR"), STAR, 3) == BRAZILIAN
    assert best(signal.localised("151"), STAR, 3) == POLISH, "all that is known of Eastern Europe"


def test_after_a_local_artist_come_those_of_the_country_wherever_one_asks_from() -> None:
    signal = two_countries()
    for place in ("PL", "BR"):
        for artists in (POLISH, BRAZILIAN):
            for query in artists:
                assert best(signal.localised(place), query, 3) == artists - {query} | {STAR}


def test_a_stronger_lens_lifts_what_is_local_higher() -> None:
    signal = two_countries()
    query = np.array([STAR], np.int32)
    lifted = []
    for strength in (0.0, 0.3, 1.0):
        scores = signal.localised("PL", strength).affinity(query)[0]
        lifted.append(scores[sorted(POLISH)].sum() / scores[sorted(BRAZILIAN)].sum())
    assert lifted == sorted(lifted)
    assert lifted[0] < 1 < lifted[1] < lifted[2] / 2


def test_a_place_nobody_is_near_sees_the_world() -> None:
    signal = two_countries()
    assert everything(signal.localised("JP")).tobytes() == everything(signal).tobytes()


def test_shares_name_the_country_that_carries_an_answer() -> None:
    signal = two_countries(wanderers=3)
    shares = signal.shares(STAR, np.array([1, 2, 4, 6], np.int32))
    assert [signal.keys[group] for group in shares.argmax(axis=0)] == ["PL", "PL", "BR", "BR"]
    assert shares[2, 0] > shares[2, 1] > 0, "the wanderers hear artist 1"
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    assert (signal.shares(2, np.array([1, 3], np.int32))[1] == 1).all(), "only Poles hear artist 2"


def test_a_lens_moves_the_shares() -> None:
    signal = two_countries()
    some = np.array([2], np.int32)
    before, after = (seen.shares(STAR, some)[:, 0] for seen in (signal, signal.localised("PL", 1.0)))
    assert after[1] > before[1]
    np.testing.assert_allclose(after.sum(), 1)


def told(signal: GroupedCoListening, query: int, *items: int) -> list[str]:
    return [evidence.words for evidence in signal.explain(query, np.array(items, np.int32))]


def test_it_tells_how_many_listeners_are_common_and_where_most_are() -> None:
    # Of 16 Poles 10 hear artist 1 beside the star; with the three wanderers 14 hear artist 2 or 1.
    signal = two_countries(wanderers=3)
    assert told(signal, STAR, 2, 1, 4) == [
        "11 listeners in common, all in Poland",
        "13 listeners in common, most in Poland",
        "13 listeners in common, all in Brazil",
    ]
    assert told(signal, 2, STAR) == ["11 listeners in common, all in Poland"]


def test_the_lens_changes_no_count() -> None:
    signal = two_countries(wanderers=3)
    seen = signal.localised("PL", 1.0)
    assert told(seen, STAR, 1, 4) == told(signal, STAR, 1, 4)


def test_without_a_common_listener_it_tells_that_tastes_are_alike_or_nothing() -> None:
    heard = CSR.from_coo([0, 0, 1, 1], [0, 1, 1, 2], np.ones(4), (2, 4))
    vectors = np.array([[1, 0], [1, 0.5], [1, 0], [-1, 0]], np.float32)
    none = np.empty(0, np.int32)
    world = GroupedCoListening(
        (), {}, np.array([0, 2]), heard, vectors, np.array([0]), none, vectors[:0], ListeningConfig()
    )
    assert told(world, 0, 0, 1, 2, 3) == [
        *("", "1 listener in common", "no listener in common, but listeners with similar taste", "")
    ]
    assert told(replace(world, vectors=-vectors * [1, 0]), 3, 0) == [""]


def test_an_item_nobody_knows_has_no_answer_and_is_none() -> None:
    signal = two_countries()
    for seen in (signal, signal.localised("PL")):
        assert not seen.known[NOBODYS]
        scores = everything(seen)
        assert (scores[NOBODYS] == -np.inf).all()
        assert (scores[:, NOBODYS] == -np.inf).all()
        assert np.isfinite(scores[:NOBODYS, :NOBODYS]).all()
    assert signal.shares(NOBODYS, np.array([1], np.int32)).tolist() == [[0], [0], [0]]


def test_a_group_has_vectors_of_the_items_it_knows_alone() -> None:
    signal = two_countries()
    known = {
        key: set(signal.local_items[signal.local(code)].tolist()) for code, key in enumerate(signal.keys)
    }
    assert known == {"BR": BRAZILIAN | {STAR}, "PL": POLISH | {STAR}}
    assert signal.local_vectors.shape == (8, 6)


def test_a_question_touches_only_the_groups_that_know_the_item() -> None:
    signal = two_countries()
    spoiled = signal.local_vectors.copy()
    spoiled[signal.local(signal.keys.index("BR"))] = np.nan
    without = replace(signal, local_vectors=spoiled)
    asked = np.array(sorted(POLISH), np.int32)
    known = np.flatnonzero(signal.known)
    for place in (None, "PL", "BR"):
        seen, whole = (one.localised(place) if place else one for one in (without, signal))
        assert seen.affinity(asked)[:, known].tobytes() == whole.affinity(asked)[:, known].tobytes()
    assert np.isnan(without.affinity(np.array([STAR], np.int32))[0, 4]), "Brazilians do hear the star"
    assert np.isfinite(without.shares(2, np.array([1, 3], np.int32))).all()


def test_a_listener_of_one_item_says_nothing() -> None:
    heard = CSR.from_coo([0, 1, 1], [0, 1, 2], [1, 1, 1], (2, 3))
    vectors = np.ones((3, 2), np.float32)
    none = np.empty(0, np.int32)
    signal = GroupedCoListening(
        (), {}, np.array([0, 2]), heard, vectors, np.array([0]), none, vectors[:0], ListeningConfig()
    )
    scores = everything(signal)
    assert (scores[0] == 0).all(), "known, but to nobody who hears another"
    assert scores[1, 2] > scores[1, 0] > 0
    assert (signal.shares(0, np.array([1], np.int32)) == 0).all()


def test_popularity_is_divided_out_as_if_all_could_hear_an_item() -> None:
    """b and c have two listeners each, and so many in common with a; two of four listeners could not play c."""
    plays = CSR.from_coo([0, 0, 0, 1, 1, 1, 2, 3], [0, 1, 2, 0, 1, 2, 0, 0], np.ones(8), shape=(4, 3))
    offered = np.array([[True, True, True], [True, True, False]])
    services = Exposure(("large", "small"), offered, np.array([0, 0, 1, 1], np.int32))
    signal = GroupedCoListening(
        (),
        {},
        np.array([0, 4]),
        plays,
        np.ones((3, 2), np.float32),
        np.array([0]),
        np.empty(0, np.int32),
        np.empty((0, 2), np.float32),
        ListeningConfig(prior=0, beta=1),
    )
    blind = signal.affinity(np.array([0], np.int32))[0]
    aware = replace(signal, exposure=services).affinity(np.array([0], np.int32))[0]
    assert blind[1] == blind[2]
    assert aware[1] == blind[1]
    assert aware[2] == pytest.approx(blind[2] / 2), "four would play it if all could"


def test_of_items_with_common_listeners_those_that_factors_expect_are_retrieved_as_well() -> None:
    # One listener plays everything, another the first thirty items; the vectors of two others are the query's.
    items, shared = 2000, 30
    rows, columns = np.repeat([0, 1], [items, shared]), np.r_[:items, :shared]
    graph = PlayGraph.of(
        CSR.from_coo(rows, columns, np.ones(items + shared), shape=(2, items)),
        np.array([0, 2]),
        np.ones(2, np.float32),
        np.zeros(2, np.int32),
    )
    vectors = np.full((items, 2), [0.1, 0], np.float32)
    vectors[[0, 1500, 1700]] = [0.5, 0]
    query, weights, gain = np.zeros(1, np.int32), np.ones((1, 1), np.float32), np.ones(items, np.float32)
    found = most_common(query, graph, weights, vectors[:1], vectors, gain, 4, np.zeros(items, np.uint8))
    by_sum, by_expected = np.split(found[0], 2)
    assert by_sum.max() < shared
    assert {1500, 1700} <= set(by_expected.tolist())
