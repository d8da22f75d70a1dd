"""Large worlds, drawn in seconds or minutes: artists or tracks, listeners, labels, pages, sound.

They are made in the shape of published sets, not of anybody's data. Of artists (:func:`write_world`):

- a listener has 45 artists on average, lognormal (Last.fm 360K: 48; O. Celma, "Music Recommendation and Discovery in
  the Long Tail", 2008); the share of plays by rank falls as a power;
- artists belong to scenes, one in some 400 artists; a scene has a country and one of 60 genres; a listener draws from
  those of a few, two of three in their own country, and one time in four from all artists by popularity;
- 70 % of artists have labels (scene, genre, country, and words of the scene), 30 % a page that mentions eight others of
  its scene, 40 % audio descriptors, which are a noisy function of the scene; 2 % have no listener.

Of tracks (:func:`write_tracks`), with artists and scenes of the same kind:

- an artist has ten tracks on average, lognormal, and the first are played most;
- a listener has 47.5 tracks on average, lognormal, and plays each 2.87 times, geometric, as in the Echo Nest taste
  profile (B. McFee et al., "The Million Song Dataset Challenge", WWW 2012);
- 20 % of tracks have labels, 10 % audio descriptors, and a play in twenty is of a track that is drawn from all alike.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset

COUNTRIES: Final = (
    *("US", "GB", "DE", "FR", "PL", "BR", "JP", "SE", "ES", "IT", "NL", "RU"),
    *("MX", "AR", "TR", "FI", "NO", "CA", "AU", "PT", "GR", "KR", "IN", "ZA"),
)
GENRES: Final = 60
SCENE: Final = 400  # artists of a scene
FROM_SCENES: Final = 0.75  # of what a listener plays
SCENES_OF_LISTENER: Final = 5
AT_HOME: Final = 0.65
SKEW: Final = 2.6  # rank = artists * u^skew: the higher, the more is played of few
DESCRIPTORS: Final = 16
TRACKS_OF_ARTIST: Final = 10
LISTENERS_OF_TRACK: Final = 0.49  # listeners of a world for each of its tracks: 23 play a track, on average
TRACKS_OF_LISTENER: Final = 47.5
DRAWN_TWICE: Final = 1.07  # draws of a listener for each track: some are of the same one
PLAYS_OF_TRACK: Final = 2.87
FROM_ALL: Final = 0.05
LISTENERS_AT_A_TIME: Final = 100_000


def write_world(
    path: Path, artists: int, listeners: int, *, mean: float = 45, seed: int = 0, side_tables: bool = True
) -> Dataset:
    """Draw a world and write it as a dataset.

    Parameters
    ----------
    path
        The folder to make.
    artists, listeners
        How many.
    mean
        Artists of a listener, on average.
    seed
        Same seed, same world.
    side_tables
        Whether there are labels, pages and sound.
    """
    rng = np.random.default_rng(seed)
    scenes = max(len(COUNTRIES), artists // SCENE)
    scene_of = rng.integers(0, scenes, artists)
    order = np.argsort(scene_of, kind="stable")  # within a scene the first is the most popular
    starts = np.searchsorted(scene_of[order], np.arange(scenes + 1))
    country_of_scene = rng.integers(0, len(COUNTRIES), scenes)
    genre_of_scene = rng.integers(0, GENRES, scenes)
    by_popularity = rng.permutation(artists)

    home = (len(COUNTRIES) * rng.random(listeners) ** 1.7).astype(np.int64)
    theirs = _scenes_of_listeners(rng, home, country_of_scene)
    counts = np.maximum(rng.lognormal(np.log(mean) - 0.5, 1.0, listeners), 2).astype(np.int64)
    listener = np.repeat(np.arange(listeners), counts)
    scene = theirs[listener, rng.integers(0, SCENES_OF_LISTENER, len(listener))]
    rank = rng.random(len(listener)) ** SKEW
    inside = order[starts[scene] + (rank * np.diff(starts)[scene]).astype(np.int64)]
    outside = by_popularity[(rng.random(len(listener)) ** (2 * SKEW) * artists).astype(np.int64)]
    artist = np.where(rng.random(len(listener)) < FROM_SCENES, inside, outside)
    cold = rng.random(artists) < 0.02
    pair = np.unique((listener * artists + artist)[~cold[artist]])
    items, people = _ids("a", artists), _ids("l", listeners)
    tables = {
        c.PLAYS_TABLE: pl.DataFrame(
            {
                c.LISTENER_ID: people.gather(pair // artists),
                c.ITEM_ID: items.gather(pair % artists),
                c.PLAYS: (1 + rng.geometric(0.05, len(pair))).astype(np.float32),
            }
        ),
        c.LISTENERS_TABLE: _profiles(people, home),
        c.ITEMS_TABLE: pl.DataFrame(
            {
                c.ITEM_ID: items,
                c.NAME: "Artist " + items,
                c.KIND: pl.Series([c.ARTIST]).gather(np.zeros(artists, np.int64)),
                c.COUNTRY: pl.Series(COUNTRIES).gather(country_of_scene[scene_of]),
            }
        ),
    }
    if side_tables:
        tables |= _side_tables(rng, items, scene_of, country_of_scene, genre_of_scene, order, starts)
    return Dataset.write(path, tables, name=f"large world (seed {seed})", simulated=True, replace=True)


def write_tracks(path: Path, tracks: int, *, seed: int = 0) -> Dataset:
    """Draw a world of tracks and write it as a dataset; plays are drawn and written some listeners at a time.

    Parameters
    ----------
    path
        The folder to make.
    tracks
        How many.
    seed
        Same seed, same world.
    """
    rng = np.random.default_rng(seed)
    artists, listeners = tracks // TRACKS_OF_ARTIST, int(tracks * LISTENERS_OF_TRACK)
    scenes = max(len(COUNTRIES), artists // SCENE)
    scene_of = np.sort(rng.integers(0, scenes, artists))  # artists of a scene follow each other
    starts = np.searchsorted(scene_of, np.arange(scenes + 1))
    country_of_scene = rng.integers(0, len(COUNTRIES), scenes)
    genre_of_scene = rng.integers(0, GENRES, scenes)
    share = np.cumsum(rng.lognormal(0, 1, artists))
    ends = np.round(share / share[-1] * tracks).astype(np.int64)
    first = np.concatenate([[0], ends[:-1]])
    artist_of = np.repeat(np.arange(artists), ends - first)
    by_popularity = rng.permutation(artists)
    home = (len(COUNTRIES) * rng.random(listeners) ** 1.7).astype(np.int64)
    items, people, performers = _ids("t", tracks), _ids("l", listeners), _ids("a", artists)
    with TemporaryDirectory(dir=path.parent) as folder:
        for begin in range(0, listeners, LISTENERS_AT_A_TIME):
            some = home[begin : begin + LISTENERS_AT_A_TIME]
            scene = _scenes_of_listeners(rng, some, country_of_scene)
            counts = np.maximum(
                rng.lognormal(np.log(TRACKS_OF_LISTENER * DRAWN_TWICE) - 0.5, 1.0, len(some)), 2
            ).astype(np.int64)
            listener = np.repeat(np.arange(len(some)), counts)
            draws = len(listener)
            where = scene[listener, rng.integers(0, SCENES_OF_LISTENER, draws)]
            near = starts[where] + (rng.random(draws) ** SKEW * np.diff(starts)[where]).astype(np.int64)
            far = by_popularity[(rng.random(draws) ** (2 * SKEW) * artists).astype(np.int64)]
            artist = np.where(rng.random(draws) < FROM_SCENES, np.minimum(near, artists - 1), far)
            size = (ends - first)[artist]
            track = first[artist] + (rng.random(draws) ** SKEW * size).astype(np.int64)
            everywhere = (size == 0) | (rng.random(draws) < FROM_ALL)
            track = np.where(everywhere, rng.integers(0, tracks, draws), track)
            pair = np.unique(listener * tracks + track)
            plays = pl.DataFrame(
                {
                    c.LISTENER_ID: people.gather(begin + pair // tracks),
                    c.ITEM_ID: items.gather(pair % tracks),
                    c.PLAYS: rng.geometric(1 / PLAYS_OF_TRACK, len(pair)).astype(np.float32),
                }
            )
            plays.write_parquet(Path(folder, f"{begin:09}.parquet"))
        scene = scene_of[artist_of]
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
            c.PLAYS_TABLE: pl.scan_parquet(folder),
            c.LISTENERS_TABLE: _profiles(people, home),
            c.ITEMS_TABLE: pl.DataFrame(
                {
                    c.ITEM_ID: items,
                    c.NAME: "Track " + items,
                    c.KIND: pl.Series([c.TRACK]).gather(np.zeros(tracks, np.int64)),
                    c.ARTIST_ID: performers.gather(artist_of),
                    c.ARTIST_NAME: "Artist " + performers.gather(artist_of),
                    c.COUNTRY: pl.Series(COUNTRIES).gather(country_of_scene[scene]),
                }
            ),
            c.ANNOTATIONS_TABLE: _labels(rng, items, scene, country_of_scene, genre_of_scene, 0.2),
            c.AUDIO_TABLE: _sound(rng, items, scene, scenes, 0.1),
        }
        name = f"large world of tracks (seed {seed})"
        return Dataset.write(path, tables, name=name, simulated=True, replace=True)


def _ids(letter: str, count: int) -> pl.Series:
    return letter + pl.Series(np.arange(count)).cast(pl.String).str.zfill(8)


def _profiles(people: pl.Series, home: np.ndarray) -> pl.DataFrame:
    """Return the listeners with their countries."""
    return pl.DataFrame({c.LISTENER_ID: people, c.COUNTRY: pl.Series(COUNTRIES).gather(home)})


def _scenes_of_listeners(
    rng: np.random.Generator, home: np.ndarray, country_of_scene: np.ndarray
) -> np.ndarray:
    """Return some scenes of each listener, most of them of their country; int64, (listeners, 5)."""
    scenes = len(country_of_scene)
    theirs = (scenes * rng.random((len(home), SCENES_OF_LISTENER)) ** 1.5).astype(np.int64)
    local = np.argsort(country_of_scene, kind="stable")
    first = np.searchsorted(country_of_scene[local], np.arange(len(COUNTRIES) + 1))
    sizes = np.diff(first)[home]
    own = local[
        np.minimum(
            first[home][:, None] + (rng.random(theirs.shape) ** 1.5 * sizes[:, None]).astype(np.int64),
            scenes - 1,
        )
    ]
    at_home = (rng.random(theirs.shape) < AT_HOME) & (sizes > 0)[:, None]
    return np.where(at_home, own, theirs)


def _side_tables(
    rng: np.random.Generator,
    items: pl.Series,
    scene_of: np.ndarray,
    country_of_scene: np.ndarray,
    genre_of_scene: np.ndarray,
    order: np.ndarray,
    starts: np.ndarray,
) -> dict[str, pl.DataFrame]:
    """Return labels, pages, the artists they mention, and sound."""
    artists = len(items)
    annotations = _labels(rng, items, scene_of, country_of_scene, genre_of_scene, 0.7)
    owners = np.flatnonzero(rng.random(artists) < 0.3)
    pages = "page " + items.gather(owners)
    rank = rng.random((len(owners), 8)) ** SKEW
    scene = scene_of[owners][:, None]
    mentioned = order[starts[scene] + (rank * np.diff(starts)[scene]).astype(np.int64)]
    mentions = (
        pl.DataFrame(
            {
                c.ITEM_ID: pl.concat([items.gather(owners), items.gather(mentioned.ravel())]),
                c.DOCUMENT_ID: pl.concat([pages, pages.gather(np.repeat(np.arange(len(owners)), 8))]),
                "position": np.concatenate(
                    [np.zeros(len(owners)), np.tile(40 * np.arange(1, 9), len(owners))]
                ).astype(np.int32),
            }
        )
        .group_by(c.DOCUMENT_ID, c.ITEM_ID, maintain_order=True)
        .agg(
            pl.len().cast(pl.Float32).alias(c.COUNT),
            pl.col("position").alias(c.POSITIONS),
            pl.lit(1.0, pl.Float32).alias(c.LINKS),
        )
    )
    vocabulary = pl.Series(scene_of[owners]).cast(pl.String)
    documents = pl.DataFrame(
        {
            c.DOCUMENT_ID: pages,
            c.TEXT: "An artist of scene" + vocabulary + " with sound" + vocabulary,
            c.MARKUP: pl.Series(["plain"]).gather(np.zeros(len(owners), np.int64)),
            c.TITLE: "Artist " + items.gather(owners),
            c.ITEM_ID: items.gather(owners),
        }
    )

    return {
        c.ANNOTATIONS_TABLE: annotations,
        c.MENTIONS_TABLE: mentions,
        c.DOCUMENTS_TABLE: documents,
        c.AUDIO_TABLE: _sound(rng, items, scene_of, len(starts) - 1, 0.4),
    }


def _labels(
    rng: np.random.Generator,
    items: pl.Series,
    scene_of: np.ndarray,
    country_of_scene: np.ndarray,
    genre_of_scene: np.ndarray,
    share: float,
) -> pl.DataFrame:
    """Return labels of a share of the items."""
    labelled = np.flatnonzero(rng.random(len(items)) < share)
    scene = scene_of[labelled]
    words = [scene * 20 + rng.integers(0, 20, len(labelled)) for _ in range(3)]
    labels = [
        ("tag", pl.Series(scene).cast(pl.String) + " scene"),
        ("genre", "genre " + pl.Series(genre_of_scene[scene]).cast(pl.String)),
        ("country", pl.Series(COUNTRIES).gather(country_of_scene[scene])),
        *(("tag", "word " + pl.Series(word).cast(pl.String)) for word in words),
    ]
    return pl.concat(
        pl.DataFrame({c.ITEM_ID: items.gather(labelled), c.LABEL: label}).with_columns(
            pl.lit(facet).alias(c.FACET),
            pl.lit(1.0, pl.Float32).alias(c.WEIGHT),
            pl.lit(c.EXPERT).alias(c.SOURCE),
            pl.lit(None, pl.String).alias(c.ANNOTATOR),
        )
        for facet, label in labels
    ).unique([c.ITEM_ID, c.FACET, c.LABEL], maintain_order=True)


def _sound(
    rng: np.random.Generator, items: pl.Series, scene_of: np.ndarray, scenes: int, share: float
) -> pl.DataFrame:
    """Return audio descriptors of a share of the items."""
    analysed = np.flatnonzero(rng.random(len(items)) < share)
    centre = rng.normal(size=(scenes, DESCRIPTORS))
    sound = centre[scene_of[analysed]] + 0.7 * rng.normal(size=(len(analysed), DESCRIPTORS))
    return pl.DataFrame(
        {c.ITEM_ID: items.gather(analysed)}
        | {f"timbre_{one}": sound[:, one].astype(np.float32) for one in range(DESCRIPTORS)}
    )
