"""The invented words of pages."""

from __future__ import annotations

import numpy as np

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.vocabulary import Words, invent_vocabulary
from tigertail.simulation.world import MOOD_AXES, genre_count, make_world


def test_the_first_words_of_a_group_are_used_most() -> None:
    words = Words([["a", "b"], ["c", "d"]])
    drawn = words.draw(np.array([0, 1] * 3_000), np.random.default_rng(0))
    assert set(drawn[::2]) == {"a", "b"}
    assert set(drawn[1::2]) == {"c", "d"}
    assert 1.7 < drawn.count("a") / drawn.count("b") < 2.3  # by Zipf's law twice


def test_every_genre_mood_and_country_has_words() -> None:
    config = WorldConfig(listeners=50, artists=100, countries=3, artists_per_listener=10)
    words = invent_vocabulary(make_world(config, np.random.default_rng(0)), np.random.default_rng(1))
    assert len(words.genres.groups) == genre_count(config)
    assert len(words.moods.groups) == 2 * MOOD_AXES
    assert len(words.towns.groups) == 3
    assert all(town[0].isupper() for town in words.towns.groups[0])
    assert all(word.islower() for word in words.filler.groups[0])
