"""The cache holds what was used last, up to its bytes."""

from __future__ import annotations

from tigertail.service.serving.response_cache import OVERHEAD, ResponseCache


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    cache = ResponseCache(max_bytes=2 * (OVERHEAD + 5))
    for key in "abc":
        cache.put(key, key.encode() * 4)
    assert [cache.get(key) for key in "abc"] == [None, b"bbbb", b"cccc"]
    cache.get("b")
    cache.put("d", b"dddd")
    assert [cache.get(key) for key in "bcd"] == [b"bbbb", None, b"dddd"]
    cache.put("e", b"e" * 2 * OVERHEAD)
    assert cache.get("e") is None, "what is too large drives nothing out"
    assert cache.get("d") == b"dddd"


def test_a_new_answer_takes_the_place_of_the_old() -> None:
    cache = ResponseCache(max_bytes=2 * (OVERHEAD + 6))
    for size in (8, 2, 8):
        cache.put("a", b"a" * size)
    cache.put("b", b"bb")
    assert cache.get("a") == b"a" * 8


def test_small_answers_count_with_what_it_takes_to_remember_them() -> None:
    cache = ResponseCache(max_bytes=10_000)
    for number in range(1000):
        cache.put(f"unknown {number}", b"[]")
    kept = sum(cache.get(f"unknown {number}") is not None for number in range(1000))
    assert 10 < kept < 40
