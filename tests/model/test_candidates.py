"""Candidates that are chosen anew, and what a model must have for them."""

from __future__ import annotations

import pytest

import tigertail
from tigertail.errors import ConfigError
from tigertail.model import Model
from tigertail.model.candidates import choose_candidates


def model_of(able: int) -> Model:
    """Return a model of forty listeners, so many of whom play two artists and the others one."""
    plays = [
        (f"u{who:02}", f"a{artist % 5}") for who in range(40) for artist in (who, who + 1)[: 1 + (who < able)]
    ]
    return tigertail.fit({"user": [who for who, _ in plays], "artist": [artist for _, artist in plays]})


def test_a_model_without_a_mixture_has_none_and_the_remedy_gives_it_some() -> None:
    with pytest.raises(ConfigError, match="has no mixture") as refused:
        choose_candidates(model_of(9), candidates=2)
    assert refused.value.remedy == "fit it to 10 or more listeners of two items or more"
    assert choose_candidates(model_of(10), candidates=2).config.retrieval.candidates == 2
