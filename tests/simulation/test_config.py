"""What a world may be made of."""

from __future__ import annotations

from typing import Any

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
        ({"services": "global=0.5, global =0.5,full=0.5"}, "services: .* names a service twice"),
        ({"services": "full=nan"}, "must be 0 or more and add up to 1"),
        ({"services": "regional=1,full=0"}, "missing in some countries: add global or full"),
        ({"services": "nope=1"}, "services: 'nope' is none of global, full and regional"),
    ],
)
def test_absurd_worlds_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        WorldConfig.checked(**settings)


def test_a_service_that_nobody_uses_makes_no_difference() -> None:
    settings = {"services": "full=1,global=0", "catalogue": 0.001}
    assert WorldConfig.checked(**settings).services == {"full": 1.0, "global": 0.0}


def test_a_sensible_world_is_accepted() -> None:
    assert WorldConfig.checked(listeners=100).listeners == 100
