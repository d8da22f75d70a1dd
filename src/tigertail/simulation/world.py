"""Listeners with tastes and artists with styles.

Tastes and styles live in one space, so that the utility of artist ``a`` for listener ``l`` is an inner
product::

    u(l, a) = taste(l) . style(a)

The axes are genres (those shared by all countries, then the scenes: each country's own genres), moods that are
independent of genres, and, one-hot, country and language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.countries import COUNTRIES

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

GENRE_UTILITY: Final = 6.5  # utility of an artist in the middle of a listener's favourite genre
MOOD_AXES: Final = 6
MOOD_UTILITY: Final = 3.0  # utility of an artist in exactly the listener's mood
HOME_UTILITY: Final = 1.5  # of coming from the country whose tastes the listener has, at local structure 1
LANGUAGE_UTILITY: Final = 1.0  # of singing in a language the listener understands, at local structure 1
LOCAL_ARTISTS: Final = 0.6  # share of artists little known abroad
LOCAL_GENRES: Final = 0.6  # share of a listener's genres that are their country's own
GENRES_PER_LISTENER: Final = 3
POPULARITY_FLATTENING: Final = 0.06  # q of the Zipf-Mandelbrot law, as a share of the artists
INTERNATIONAL_BOOST: Final = 0.7  # added to the score by which international artists are ranked in popularity

LANGUAGES: Final = sorted({country.language for country in COUNTRIES})
_LANGUAGE_OF: Final = np.array([LANGUAGES.index(country.language) for country in COUNTRIES])


@dataclass(frozen=True)
class World:
    """The parameters of a simulated world, before listening is simulated.

    Parameters
    ----------
    config
        What it was made from.
    culture
        The country whose tastes each listener has, as a place in ``COUNTRIES``; int64, (listeners,).
    residence
        The country each listener lives in; int64, (listeners,).
    home
        The country each artist comes from; int64, (artists,).
    local
        Whether an artist is little known abroad; bool, (artists,).
    genre
        The main genre of each artist; int64, (artists,).
    log_popularity
        Log popularity of each artist, without taste; float64, (artists,).
    cold
        Whether no listener comes across an artist at all; bool, (artists,).
    taste
        Float64, (listeners, axes): genres, moods, countries, languages.
    style
        Float64, (artists, axes), of the same axes.
    """

    config: WorldConfig
    culture: Codes
    residence: Codes
    home: Codes
    local: Flags
    genre: Codes
    log_popularity: Reals
    cold: Flags
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

    # Local artists are spread over countries more evenly than listeners, international ones less evenly.
    local = rng.random(config.artists) < LOCAL_ARTISTS * config.local_structure
    home = np.where(
        local,
        rng.choice(share.size, config.artists, p=_normalised(share**0.7)),
        rng.choice(share.size, config.artists, p=_normalised(share**1.5)),
    )
    log_popularity = _log_popularity(local, config, rng)
    genre, genre_weights = _artist_genres(home, local, log_popularity, config, rng)
    return World(
        config=config,
        culture=culture,
        residence=residence,
        home=home,
        local=local,
        genre=genre,
        log_popularity=log_popularity,
        cold=np.zeros(config.artists, np.bool_),
        taste=tastes(culture, config, rng),
        style=np.hstack(
            [
                genre_weights,
                _directions(config.artists, rng),
                _one_hot(home, share.size),
                # Everybody understands an international artist.
                np.where(local[:, None], _one_hot(_language(home), len(LANGUAGES)), 1.0),
            ]
        ),
    )


def make_cold(world: World, rng: np.random.Generator) -> World:
    """Return the world with some artists, drawn whatever their popularity, that no listener comes across.

    Apart from :func:`make_world`, so that with a generator of its own it changes nothing else of the world.
    """
    artists = world.config.artists
    cold = np.zeros(artists, np.bool_)
    cold[rng.permutation(artists)[: round(world.config.cold * artists)]] = True
    return replace(world, cold=cold)


def tastes(culture: Codes, config: WorldConfig, rng: np.random.Generator) -> Reals:
    """Draw the tastes of people of some cultures, shape (people, axes)."""
    return np.hstack(
        [
            GENRE_UTILITY * _listener_genres(culture, config, rng),
            MOOD_UTILITY * _directions(culture.size, rng),
            HOME_UTILITY * config.local_structure * _one_hot(culture, config.countries),
            LANGUAGE_UTILITY * config.local_structure * _one_hot(_language(culture), len(LANGUAGES)),
        ]
    )


def listener_shares(config: WorldConfig) -> Reals:
    """Return each country's expected share of the listeners, shape (countries,)."""
    return _normalised(np.array([country.listeners for country in COUNTRIES[: config.countries]]))


def genre_count(config: WorldConfig) -> int:
    """Return how many genres there are: the shared ones first, then the scenes of each country."""
    return config.genres + config.countries * config.scenes_per_country


def popularity_quantile(log_popularity: Reals) -> Reals:
    """Return the share of artists each artist is more popular than, the first of equals less; float64, (artists,)."""
    rank = np.argsort(np.argsort(log_popularity, kind="stable"), kind="stable")
    quantile: Reals = rank / log_popularity.size
    return quantile


def _log_popularity(local: Flags, config: WorldConfig, rng: np.random.Generator) -> Reals:
    """Draw popularity by the Zipf-Mandelbrot law; international artists are more often near the top of the ranking."""
    ranking_score = rng.gumbel(size=local.size) + INTERNATIONAL_BOOST * ~local
    rank = np.empty(local.size)
    rank[np.argsort(-ranking_score, kind="stable")] = np.arange(1, local.size + 1)
    log_popularity: Reals = -config.zipf_exponent * np.log(rank + POPULARITY_FLATTENING * local.size)
    return log_popularity


def _artist_genres(
    home: Codes, local: Flags, log_popularity: Reals, config: WorldConfig, rng: np.random.Generator
) -> tuple[Codes, Reals]:
    """Give each artist a main and a second genre, which may be the same; the second weighs more for the popular."""
    count, own = home.size, config.scenes_per_country
    shared = rng.choice(config.genres, (count, 2), p=_unequal(config.genres))
    scenes = config.genres + home[:, None] * own + rng.choice(own, (count, 2), p=_unequal(own))
    main = np.where(local, scenes[:, 0], shared[:, 0])
    other = np.where(local & (rng.random(count) < 0.5), scenes[:, 1], shared[:, 1])
    second_weight = 0.5 * rng.random(count) * (0.4 + 0.6 * popularity_quantile(log_popularity))
    genre_weights = np.zeros((count, genre_count(config)))
    artists = np.arange(count)
    genre_weights[artists, main] += 1 - second_weight
    genre_weights[artists, other] += second_weight
    return main, genre_weights


def _listener_genres(culture: Codes, config: WorldConfig, rng: np.random.Generator) -> Reals:
    """Let each listener follow a few genres, shared or of their country: the favourite with weight 1, others less."""
    count = culture.size
    shared = _draw_distinct(config.genres, count, rng)
    scenes = config.genres + culture[:, None] * config.scenes_per_country
    scenes = scenes + _draw_distinct(config.scenes_per_country, count, rng)
    is_local = rng.random((count, GENRES_PER_LISTENER)) < LOCAL_GENRES * config.local_structure
    weight = np.column_stack([np.ones(count), rng.uniform(0.5, 1, count), rng.uniform(0.2, 0.8, count)])
    result = np.zeros((count, genre_count(config)))
    np.put_along_axis(result, np.where(is_local, scenes, shared), weight, axis=1)
    return result


def _draw_distinct(choices: int, count: int, rng: np.random.Generator) -> Codes:
    """Draw :data:`GENRES_PER_LISTENER` different ones of unequal ``choices``, ``count`` times."""
    keys = np.log(_unequal(choices)) + rng.gumbel(size=(count, choices))
    order: Codes = np.argsort(-keys, axis=1, kind="stable")[:, :GENRES_PER_LISTENER]
    return order


def _directions(count: int, rng: np.random.Generator) -> Reals:
    """Draw moods: unit vectors, shape (count, MOOD_AXES)."""
    vectors = rng.standard_normal((count, MOOD_AXES))
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
