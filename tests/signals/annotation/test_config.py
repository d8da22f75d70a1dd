from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from tigertail.signals.annotation import AnnotationConfig


def test_settings_can_be_kept_as_json() -> None:
    config = AnnotationConfig(facets={"mood": 2.0})
    assert AnnotationConfig.model_validate(json.loads(json.dumps(config.model_dump()))) == config


@pytest.mark.parametrize(
    "settings",
    [
        {"beta": -1},
        {"facets": {"mood": -1.0}},
        {"facets": {"mood": float("nan")}},
        {"facets": {"mood": float("inf")}},
        {"norm_floor": float("inf")},
        {"prediction_weight": 1.0},
        {"tags": 1},
        {"decay": 0.5},
    ],
)
def test_absurd_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AnnotationConfig.model_validate(settings)
