"""Requests per second of each client, the same however many workers count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.service.middleware.rates import SETS, WAYS, RateLimiter, client_of


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_after_a_burst_a_client_asks_at_its_rate_and_others_are_not_held_up() -> None:
    clock = Clock()
    rates = RateLimiter(rate=2, burst=3, clock=clock)
    assert [rates.take_token("a") for _ in range(4)] == pytest.approx([0, 0, 0, 0.5])
    assert rates.take_token("b") == 0
    clock.now += 0.5
    assert [rates.take_token("a") for _ in range(2)] == pytest.approx([0, 0.5])
    clock.now += 3600
    assert [rates.take_token("a") for _ in range(4)] == pytest.approx([0, 0, 0, 0.5])


def test_two_workers_count_together(tmp_path: Path) -> None:
    clock = Clock()
    one, other = (RateLimiter(rate=1, burst=4, file=tmp_path / "rates", clock=clock) for _ in range(2))
    waits = [rates.take_token("a") for _ in range(3) for rates in (one, other)]
    assert waits == pytest.approx([0, 0, 0, 0, 1, 1])
    assert one.take_token("b") == other.take_token("b") == 0


def test_the_table_holds_no_address_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    RateLimiter(rate=1, burst=1, file=tmp_path / "rates").take_token("address 192.0.2.7")
    assert b"192.0.2.7" not in (tmp_path / "rates").read_bytes()
    assert (tmp_path / "rates").stat().st_mode & 0o777 == 0o600


def test_more_clients_than_there_is_room_for_neither_grow_the_table_nor_free_the_busiest(
    tmp_path: Path,
) -> None:
    clock = Clock()
    rates = RateLimiter(rate=1, burst=100, file=tmp_path / "rates", clock=clock)
    for _ in range(100):
        assert rates.take_token("busy") == 0
    size = (tmp_path / "rates").stat().st_size
    for number in range(SETS * WAYS * 2):
        assert rates.take_token(f"client {number}") == 0
    assert rates.take_token("busy") > 0
    assert (tmp_path / "rates").stat().st_size == size


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
    ],
)
def test_who_has_a_network_of_addresses_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client
