"""What a world may be made of."""

from __future__ import annotations

import pytest

from tigertail.errors import ConfigError
from tigertail.simulation import WorldConfig


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"listeners": -1}, "listeners: "),
        ({"countries": 1_000}, "countries: "),
        ({"local_structure": 1.5}, "local_structure: "),
        ({"artists": 50, "artists_per_listener": 45}, "50 artists leave nothing to choose from"),
        ({"planets": 9}, "planets: "),
    ],
)
def test_absurd_worlds_are_refused(settings: dict[str, float], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        WorldConfig.checked(**settings)


def test_a_sensible_world_is_accepted() -> None:
    assert WorldConfig.checked(listeners=100).listeners == 100
