from __future__ import annotations

import pytest

from tigertail.dataset.full_names import MAX_CREDITED, is_credited


@pytest.mark.parametrize(
    "credit",
    [
        *(
            "Zorble feat. Finch",
            "Zorble ft Finch",
            "Finch vs. Zorble",
            "Zorble x Finch",
            "Zorble (with Finch)",
        ),
        *("Finch, Zorble & Mork", "Zorble \u2022 Finch", "Zorble; Finch", "ZORBLE FEATURING FINCH", "Finch"),
    ],
)
def test_an_artist_of_a_credit(credit: str) -> None:
    assert is_credited("finch", credit)


@pytest.mark.parametrize("credit", ["Finchley", "Zorble Finch", "Finch/Zorble", "Feat Finch", ""])
def test_no_artist_of_a_credit(credit: str) -> None:
    assert not is_credited("finch", credit)


def test_a_long_credit_takes_no_longer() -> None:
    many = [f"a{number}" for number in range(10_000)]
    assert is_credited("a3", " & ".join(many))
    assert not is_credited(many[MAX_CREDITED], " & ".join(many))
