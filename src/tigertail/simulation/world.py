"""Listeners with tastes and artists with styles.

Tastes and styles live in one space, so that the utility of artist ``a`` for listener ``l`` is an inner
product::

    u(l, a) = taste(l) . style(a)

The axes are scenes (shared genres, then those of each country), moods that are independent of scenes, and, one-hot,
country and language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.countries import COUNTRIES

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

PICKINESS: Final = 6.5  # utility of an artist in the middle of a listener's favourite scene
MOODS: Final = 6
MOOD: Final = 3.0  # utility of an artist in exactly the listener's mood
HOME: Final = 1.5  # utility of coming from the country whose tastes the listener has
TONGUE: Final = 1.0  # utility of singing in a language the listener understands
LOCAL_ARTISTS: Final = 0.6  # share of artists little known abroad
LOCAL_SCENES: Final = 0.6  # share of a listener's scenes that are their country's own
SCENES_PER_LISTENER: Final = 3
PLATEAU: Final = 0.06  # share of the artists over which fame falls slowly before it plunges
FAME: Final = 0.7  # added to the score by which international artists are ranked in popularity
BLOCK_CELLS: Final = 2**20  # numbers in the largest matrix at work


@dataclass(frozen=True)
class World:
    """Everything that is true of a simulated world before anyone presses play.

    Parameters
    ----------
    config
        What it was made from.
    culture
        The country whose tastes each listener has, shape (listeners,).
    residence
        The country each listener lives in, shape (listeners,).
    home
        The country each artist comes from, shape (artists,).
    local
        Whether an artist is little known abroad, shape (artists,).
    scene
        The main scene of each artist, shape (artists,).
    fame
        Log popularity of each artist, without taste, shape (artists,).
    unheard
        Whether no listener comes across an artist at all, shape (artists,).
    taste
        Shape (listeners, axes).
    style
        Shape (artists, axes).
    """

    config: WorldConfig
    culture: Codes
    residence: Codes
    home: Codes
    local: Flags
    scene: Codes
    fame: Reals
    unheard: Flags
    taste: Reals
    style: Reals


def make_world(config: WorldConfig, rng: np.random.Generator) -> World:
    """Draw the listeners and artists of a world.

    Parameters
    ----------
    config
        Its size and character.
    rng
        Random generator.

    Returns
    -------
    World
        The world.
    """
    share = listener_shares(config)
    culture = rng.choice(share.size, config.listeners, p=share)
    moved = rng.random(config.listeners) < config.diaspora
    residence = np.where(moved, rng.choice(share.size, config.listeners, p=share), culture)

    local = rng.random(config.artists) < LOCAL_ARTISTS * config.local_structure
    home = np.where(
        local,
        rng.choice(share.size, config.artists, p=_normalised(share**0.7)),
        rng.choice(share.size, config.artists, p=_normalised(share**1.5)),
    )
    fame = _fame(local, config, rng)
    scene, mix = _artist_scenes(home, local, fame, config, rng)
    return World(
        config=config,
        culture=culture,
        residence=residence,
        home=home,
        local=local,
        scene=scene,
        fame=fame,
        unheard=np.zeros(config.artists, np.bool_),
        taste=tastes(culture, config, rng),
        style=np.hstack(
            [
                mix,
                _directions(config.artists, rng),
                _one_hot(home, share.size),
                np.where(local[:, None], _one_hot(_language(home), len(LANGUAGES)), 1.0),
            ]
        ),
    )


def hush(world: World, rng: np.random.Generator) -> World:
    """Return the world with some artists, drawn whatever their fame, out of all listeners' reach."""
    artists = world.config.artists
    unheard = np.zeros(artists, np.bool_)
    unheard[rng.permutation(artists)[: round(world.config.unheard * artists)]] = True
    return replace(world, unheard=unheard)


def tastes(culture: Codes, config: WorldConfig, rng: np.random.Generator) -> Reals:
    """Draw the tastes of people of some cultures, shape (people, axes)."""
    return np.hstack(
        [
            PICKINESS * _listener_scenes(culture, config, rng),
            MOOD * _directions(culture.size, rng),
            HOME * config.local_structure * _one_hot(culture, config.countries),
            TONGUE * config.local_structure * _one_hot(_language(culture), len(LANGUAGES)),
        ]
    )


LANGUAGES: Final = sorted({country.language for country in COUNTRIES})
_LANGUAGE_OF: Final = np.array([LANGUAGES.index(country.language) for country in COUNTRIES])


def listener_shares(config: WorldConfig) -> Reals:
    """Return each country's expected share of the listeners, shape (countries,)."""
    return _normalised(np.array([country.listeners for country in COUNTRIES[: config.countries]]))


def scene_count(config: WorldConfig) -> int:
    """Return how many scenes there are: genres first, then those of each country."""
    return config.genres + config.countries * config.scenes_per_country


def blocks(rows: int, columns: int) -> list[slice]:
    """Cut the rows of a matrix into blocks that fit into memory."""
    step = max(1, BLOCK_CELLS // columns)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


def product(left: Reals, right: Reals) -> Reals:
    """Multiply two matrices on one thread: one order of summation, so one result on any number of cores."""
    with threadpool_limits(1, user_api="blas"):
        result: Reals = left @ right
    return result


def _fame(local: Flags, config: WorldConfig, rng: np.random.Generator) -> Reals:
    """Fame by the Zipf-Mandelbrot law; international artists are more often near the top of the ranking."""
    strength = rng.gumbel(size=local.size) + FAME * ~local
    rank = np.empty(local.size)
    rank[np.argsort(-strength, kind="stable")] = np.arange(1, local.size + 1)
    fame: Reals = -config.popularity_exponent * np.log(rank + PLATEAU * local.size)
    return fame


def _artist_scenes(
    home: Codes, local: Flags, fame: Reals, config: WorldConfig, rng: np.random.Generator
) -> tuple[Codes, Reals]:
    """Give each artist a main scene and a lean towards another; the famous lean further."""
    count, own = home.size, config.scenes_per_country
    genres = rng.choice(config.genres, (count, 2), p=_unequal(config.genres))
    scenes = config.genres + home[:, None] * own + rng.choice(own, (count, 2), p=_unequal(own))
    main = np.where(local, scenes[:, 0], genres[:, 0])
    other = np.where(local & (rng.random(count) < 0.5), scenes[:, 1], genres[:, 1])
    standing = np.argsort(np.argsort(fame, kind="stable"), kind="stable") / count
    lean = 0.5 * rng.random(count) * (0.4 + 0.6 * standing)
    mix = np.zeros((count, scene_count(config)))
    artists = np.arange(count)
    mix[artists, main] += 1 - lean
    mix[artists, other] += lean
    return main, mix


def _listener_scenes(culture: Codes, config: WorldConfig, rng: np.random.Generator) -> Reals:
    """Let each listener follow a few scenes, the favourite with weight 1, the others with less."""
    count = culture.size
    genres = _draw_distinct(config.genres, count, rng)
    scenes = config.genres + culture[:, None] * config.scenes_per_country
    scenes = scenes + _draw_distinct(config.scenes_per_country, count, rng)
    is_local = rng.random((count, SCENES_PER_LISTENER)) < LOCAL_SCENES * config.local_structure
    weight = np.column_stack([np.ones(count), rng.uniform(0.5, 1, count), rng.uniform(0.2, 0.8, count)])
    result = np.zeros((count, scene_count(config)))
    np.put_along_axis(result, np.where(is_local, scenes, genres), weight, axis=1)
    return result


def _draw_distinct(choices: int, count: int, rng: np.random.Generator) -> Codes:
    """Draw :data:`SCENES_PER_LISTENER` different ones of unequal ``choices``, ``count`` times."""
    keys = np.log(_unequal(choices)) + rng.gumbel(size=(count, choices))
    order: Codes = np.argsort(-keys, axis=1, kind="stable")[:, :SCENES_PER_LISTENER]
    return order


def _directions(count: int, rng: np.random.Generator) -> Reals:
    """Draw moods: unit vectors, shape (count, MOODS)."""
    vectors = rng.standard_normal((count, MOODS))
    length: Reals = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    return vectors / length


def _language(countries: Codes) -> Codes:
    languages: Codes = _LANGUAGE_OF[countries]
    return languages


def _one_hot(codes: Codes, size: int) -> Reals:
    result: Reals = (codes[:, None] == np.arange(size)).astype(np.float64)
    return result


def _unequal(count: int) -> Reals:
    return _normalised(1.0 / np.sqrt(np.arange(1, count + 1)))


def _normalised(weights: Reals) -> Reals:
    result: Reals = weights / weights.sum()
    return result
