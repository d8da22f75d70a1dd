"""Who asks, and how often."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from tigertail.service.middleware.keys import Keys, Rates, digest, key_given, new_key


def test_a_new_key_is_known_by_its_digest_alone() -> None:
    key, kept = new_key()
    assert key not in kept
    keys = Keys({"radio": kept})
    assert keys.name(key) == "radio"
    assert keys.name(key + "x") is None
    assert keys.name(None) is None
    assert keys.name(kept) is None, "who reads the settings has no key"


def test_no_keys_means_none_is_needed() -> None:
    assert not Keys({})
    assert Keys({"radio": digest("k")})


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer k"}, b""),
        ({"authorization": "Token k"}, b""),
        ({"X-API-Key": "k"}, b""),
        ({}, b"method=artist.getSimilar&api_key=k&artist=x"),
    ],
)
def test_a_key_comes_in_the_ways_of_programs_and_players(headers: dict[str, str], query: bytes) -> None:
    assert key_given(Headers(headers), query) == "k"


@pytest.mark.parametrize("scheme", ["Basic dTpw", "Bearer", "Bearer "])
def test_what_is_no_key(scheme: str) -> None:
    assert key_given(Headers({"Authorization": scheme}), b"item=api_key") is None


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_after_a_burst_a_client_asks_at_its_rate_and_others_are_not_held_up() -> None:
    clock = Clock()
    rates = Rates(rate=2, burst=3, clock=clock)
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.wait("b") == 0
    clock.now += 0.5
    assert [rates.wait("a") for _ in range(2)] == [0, 0.5]
    clock.now += 3600
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
