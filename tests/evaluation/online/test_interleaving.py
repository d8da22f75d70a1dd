"""Team draft: a fair coin, nothing twice, and credit that no place and no longer list can buy."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.evaluation.online import duels, listener_scores, team_draft
from tigertail.evaluation.online.interleaving import Duel
from tigertail.evaluation.online.log import Log
from tigertail.testing.simulated_listeners import Population

RANKING = st.lists(st.integers(0, 12), unique=True, max_size=10)


@given(RANKING, RANKING, st.integers(0, 25), st.integers(0, 9))
def test_nothing_twice_as_much_as_there_is_each_pick_its_teams_best(
    first: list[int], second: list[int], n: int, seed: int
) -> None:
    items, teams = team_draft(first, second, n, seed)
    assert len(set(items)) == len(items) == len(teams) == min(n, len({*first, *second}))
    for place, (item, team) in enumerate(zip(items, teams, strict=True)):
        left = [other for other in (first, second)[team] if other not in items[:place]]
        assert item == left[0]


@given(RANKING, RANKING, st.integers(0, 9))
def test_no_team_is_ahead_by_more_than_one_while_both_have_something(
    first: list[int], second: list[int], seed: int
) -> None:
    items, teams = team_draft(first, second, 30, seed)
    for place in range(1, len(teams) + 1):
        if all(set(ranking) - set(items[:place]) for ranking in (first, second)):
            assert abs(place - 2 * sum(teams[:place])) <= 1


def test_the_coin_is_fair_in_every_round() -> None:
    ours, theirs = list(range(10)), list(range(100, 110))
    teams = np.array([team_draft(ours, theirs, 10, seed)[1] for seed in range(2000)])
    assert (teams[:, ::2] + teams[:, 1::2] == 1).all(), "each picks once per round"
    assert np.abs(teams.mean(axis=0) - 0.5).max() < 0.04
    assert np.abs(np.corrcoef(teams[:, ::2].T) - np.eye(5)).max() < 0.08, "rounds know nothing of each other"


@pytest.mark.parametrize("seed", range(16))
def test_a_last_item_that_both_would_pick_next_is_no_prize_of_the_coin(seed: int) -> None:
    assert team_draft("a", "abcd", 4, seed) == (list("abcd"), [1, 1, 1, 1])
    assert team_draft("abcd", "a", 4, seed) == (list("abcd"), [0, 0, 0, 0])
    items, teams = team_draft("abc", "abcdef", 6, seed)
    assert items == list("abcdef")
    assert sum(teams[:2]) == 1, "one round, in which each picks"
    assert teams[2:] == [1, 1, 1, 1]


def test_a_shorter_list_of_the_same_order_wins_as_often_as_it_loses() -> None:
    lists = []
    for seed in range(400):
        _, teams = team_draft(range(3), range(10), 10, seed)
        lists.append((f"u{seed}", "".join("AB"[team] for team in teams), "xxx......."))
    won, lost, drawn = duel(*lists).outcomes()
    assert won + lost + drawn == 400
    assert drawn == 400, "each picks one of the two items that count, and both are played"
    won, lost, _ = duel(*((who, teams, "x.x.......") for who, teams, _ in lists)).outcomes()
    assert won + lost == 400
    assert abs(won - lost) < 60


def test_a_seed_makes_the_same_list_and_so_does_a_generator() -> None:
    made = [team_draft("abcdef", "fedcba", 6, seed) for seed in (3, 3, np.random.default_rng(3))]
    assert made[0] == made[1] == made[2]


def shown(listener: str, number: int, teams: str, positive: str) -> list[dict[str, object]]:
    """Return the events of one list: who picked each item, and where a play stood."""
    rows = []
    for rank, (team, played) in enumerate(zip(teams, positive, strict=True), start=1):
        row = {"query": "q", "item": f"i{rank}", "rank": rank, "model": team, "list_id": str(number)}
        rows += [row | {"listener": listener, "kind": "impression"}]
        rows += [row | {"listener": listener, "kind": "play"}] * (played == "x")
    return rows


def duel(*lists: tuple[str, str, str]) -> Duel:
    rows = [row for number, one in enumerate(lists) for row in shown(one[0], number, *one[1:])]
    return duels(Log.of(pl.DataFrame(rows)))[0]


@pytest.mark.parametrize(
    ("teams", "positive", "score"),
    [
        ("ABBA", "x..x", 1),
        ("ABBA", ".x..", -1),
        ("ABBA", "xx..", 0),
        ("ABBA", "....", 0),
        ("ABA", "..x", 0),  # the odd pick of the last round wins nothing
        ("ABBBB", "..xxx", 0),  # nor do those for which the other had no answer
        ("ABBBB", ".x..x", -1),
    ],
)
def test_who_wins_a_list(teams: str, positive: str, score: int) -> None:
    assert duel(("me", teams, positive)).lists["score"].to_list() == [score]


def test_models_are_told_apart_pair_by_pair_and_lists_of_one_model_are_no_duel() -> None:
    rows = [*shown("me", 0, "AB", "x."), *shown("me", 1, "CB", "x."), *shown("me", 2, "AB", ".x")]
    rows += shown("me", 3, "AA", "x.")
    found = duels(Log.of(pl.DataFrame(rows)))
    assert [(one.first, one.second, one.outcomes()) for one in found] == [
        ("A", "B", (1, 1, 0)),
        ("B", "C", (0, 1, 0)),
    ]


def test_a_listener_counts_once_with_the_lists_until_they_are_due() -> None:
    met = duel(
        ("a", "AB", "x."),  # due at once: the first list alone counts
        ("b", "AB", ".x"),  # due at the list that is 2 (1 + 1/2) = 3rd
        ("b", "AB", "x."),
        ("a", "AB", ".x"),
        ("c", "AB", "x."),  # due at the 7th, which has not come
    )
    assert listener_scores(met, delay=0.5).tolist() == [1, 0]
    assert listener_scores(met, delay=0).tolist() == [1, -1, 1]


def test_a_longer_log_only_adds(unequal: Population) -> None:
    met = unequal.duel(80, seed=3).duel()
    whole = listener_scores(met)
    for length in range(1, len(met.lists)):
        part = listener_scores(Duel("A", "B", met.lists.head(length)))
        assert part.tolist() == whole[: len(part)].tolist()


def test_the_simulation_and_the_log_agree_on_who_won(unequal: Population) -> None:
    responses = unequal.duel(100, seed=4)
    told, read = responses.duel(), duels(Log.of(responses.events()))[0]
    assert (read.first, read.second) == (told.first, told.second)
    for column in ("listener", "first", "second", "score"):
        assert read.lists[column].to_list() == told.lists[column].to_list()
