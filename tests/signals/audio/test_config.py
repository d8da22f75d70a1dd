"""Which settings of the audio signal there can be."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from tigertail.signals.audio import AudioConfig


@pytest.mark.parametrize("setting", ["width", "penalty", "spread"])
@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_number_is_finite(setting: str, value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        AudioConfig.model_validate({setting: value})
