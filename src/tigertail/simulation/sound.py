"""Audio descriptors of artists: a random non-linear function of their style, with noise.

Genres (a country's own scenes among them) and moods are mixed into a few hidden traits, transformed by tanh, and mixed
again into columns like those of music analysis programs. Home and language have no influence of their own: where an
artist is from can be heard as far as the scene says it. Some columns carry no information, and each has its own scale,
as in real tables.

That sound finds little with these numbers is by choice, after real data (docs/simulated-world.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from tigertail.simulation.numerics import product
from tigertail.simulation.styles import genre_weights, moods
from tigertail.simulation.world import MOOD_AXES, Reals, World

TRAITS: Final = 12
GENRE: Final = 1.0  # weight of the genre in a trait
MOOD: Final = 1.3  # weight of the mood, a unit vector: the standard deviation of its part of a trait
SHIFT: Final = 0.5  # standard deviation of b, which differs by trait
NOISE: Final = 0.4  # standard deviation of the noise, relative to the spread by style


def _share(x: Reals) -> Reals:
    result: Reals = 1 / (1 + np.exp(-x))
    return result


SCALES: Final[dict[str, Callable[[Reals], Reals]]] = {
    "acousticness": lambda x: _share(2 * x - 1),
    "danceability": _share,
    "energy": _share,
    "instrumentalness": lambda x: _share(3 * x - 3),
    "speechiness": lambda x: _share(x - 2),
    "valence": _share,
    "loudness": lambda x: -9 + 3 * x,  # dB
    "tempo": lambda x: 118 * np.exp(0.15 * x),  # beats a minute
    "brightness": lambda x: 2_000 * np.exp(0.35 * x),  # Hz
    **{f"timbre_{number}": lambda x: x for number in range(1, 8)},
}
"""Columns that depend on the style, each a function of a number with a spread of about 1."""

USELESS: Final[dict[str, Callable[[Reals], Reals]]] = {
    "liveness": lambda x: _share(x - 1.5),
    "duration_ms": lambda x: 230_000 * np.exp(0.3 * x),
    "key": lambda x: np.floor(12 * _share(2 * x)),
}
"""Columns that are pure noise."""


def describe_sound(world: World, rng: np.random.Generator) -> pl.DataFrame:
    """Return audio descriptors of some artists.

    With s the genres and m the mood of an artist, and R, Q, V, b random but the same for all,

        x = scaled(V tanh(R s + Q m + b)) + noise

    where each column is scaled to mean 0 and standard deviation 1. :data:`SCALES` then brings it to a scale of its own.

    Returns
    -------
    pl.DataFrame
        A column ``item``, artist codes in order, then one for each of :data:`SCALES` and :data:`USELESS`.
    """
    artists = world.config.artists
    known = np.sort(rng.permutation(artists)[: round(world.config.audio * artists)])
    mix, mood = genre_weights(world), moods(world)
    hidden = product(mix, GENRE * rng.standard_normal((mix.shape[1], TRAITS)))
    hidden += product(mood, MOOD * rng.standard_normal((MOOD_AXES, TRAITS)))
    traits = np.tanh(hidden + SHIFT * rng.standard_normal(TRAITS))
    clean = product(traits, rng.standard_normal((TRAITS, len(SCALES))))
    clean = (clean - clean.mean(axis=0)) / clean.std(axis=0)
    noisy = clean + NOISE * rng.standard_normal(clean.shape)
    noise = rng.standard_normal((artists, len(USELESS)))
    columns = {name: scale(noisy[known, i]) for i, (name, scale) in enumerate(SCALES.items())}
    columns |= {name: scale(noise[known, i]) for i, (name, scale) in enumerate(USELESS.items())}
    return pl.DataFrame({"item": known, **columns}).cast(dict.fromkeys(columns, pl.Float32))
