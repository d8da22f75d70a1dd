"""What Navidrome asks its plugins, in Navidrome's own JSON: the plugin passes it on, and the answer back.

Each route has the name of the function that Navidrome calls (``integrations/navidrome``). What the model lacks is an
empty list: Navidrome then asks its next agent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from tigertail import columns as c
from tigertail.errors import NoPathError
from tigertail.model.radio import SEEDS
from tigertail.service.compat.catalogue import Catalogue
from tigertail.service.compat.navidrome_schemas import (
    Artists,
    ArtistSongs,
    Matches,
    SimilarArtists,
    SimilarSongs,
    Song,
    Songs,
    SongsLikeTrack,
    SonicPath,
    SonicTracks,
)
from tigertail.service.compat.similarity_scores import like, seen_from
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import Short
from tigertail.service.http.problems import documented
from tigertail.service.serving.context import Context, ContextDependency
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["Navidrome"])
PATH: Final = "/navidrome"
_STATUSES: Final = (400, 401, 413, 422, 429, 503)

Country = Annotated[
    Short | None, Query(description="See the catalogue from a country or region, by code or name.")
]
Record = dict[str, Any]


@router.post(
    f"{PATH}/nd_get_similar_artists",
    summary="Artists like an artist",
    response_model=Artists,
    responses=documented(*_STATUSES),
)
async def nd_get_similar_artists(
    context: ContextDependency, body: SimilarArtists, country: Country = None
) -> Response:
    """List artists; none where the model lacks the artist."""

    def listed(served: ServedModel, n: int) -> Record:
        catalogue = Catalogue.of(served)
        code = catalogue.find(body.name, c.ARTIST, body.mbid)
        alike = [] if code is None else like(served, [code], n, c.ARTIST, country)
        return {"artists": [_artist(served, catalogue, one) for one, _ in alike]}

    return await _answered(context, f"{body!r} {country}", body.limit, listed)


@router.post(
    f"{PATH}/nd_get_artist_top_songs",
    summary="The tracks of an artist that have most listeners",
    response_model=Songs,
    responses=documented(*_STATUSES),
)
async def nd_get_artist_top_songs(context: ContextDependency, body: ArtistSongs) -> Response:
    """List tracks; none where the model lacks the artist, or is of artists alone."""

    def listed(served: ServedModel, n: int) -> Record:
        catalogue = Catalogue.of(served)
        tracks = catalogue.tracks_of(body.name, body.mbid)[:n]
        return {"songs": [_song(served, catalogue, one) for one in tracks]}

    return await _answered(context, f"top {body!r}", body.count, listed)


@router.post(
    f"{PATH}/nd_get_similar_songs_by_track",
    summary="Tracks like a track",
    response_model=Songs,
    responses=documented(*_STATUSES),
)
async def nd_get_similar_songs_by_track(
    context: ContextDependency, body: SongsLikeTrack, country: Country = None
) -> Response:
    """List tracks; none where the model lacks the track."""

    def seeds(catalogue: Catalogue) -> list[int]:
        code = catalogue.find(body.name, c.TRACK, body.mbid, body.artist or "")
        return [] if code is None else [code]

    return await _songs(context, f"track {body!r}", body.count, seeds, country)


@router.post(
    f"{PATH}/nd_get_similar_songs_by_album",
    summary="Tracks like an album",
    response_model=Songs,
    responses=documented(*_STATUSES),
)
async def nd_get_similar_songs_by_album(
    context: ContextDependency, body: SongsLikeTrack, country: Country = None
) -> Response:
    """List tracks like the album; where the model has no such album, like its artist."""

    def seeds(catalogue: Catalogue) -> list[int]:
        code = catalogue.find(body.name, c.ALBUM, body.mbid, body.artist or "")
        # The MBID asked for is the album's: the artist has their name alone.
        return _artist_seeds(catalogue, body.artist or "", None) if code is None else [code]

    return await _songs(context, f"album {body!r}", body.count, seeds, country)


@router.post(
    f"{PATH}/nd_get_similar_songs_by_artist",
    summary="Tracks like the tracks of an artist",
    response_model=Songs,
    responses=documented(*_STATUSES),
)
async def nd_get_similar_songs_by_artist(
    context: ContextDependency, body: SimilarSongs, country: Country = None
) -> Response:
    """List tracks; none where the model lacks the artist, or is of artists alone."""
    return await _songs(
        context,
        f"artist {body!r}",
        body.count,
        lambda catalogue: _artist_seeds(catalogue, body.name, body.mbid),
        country,
    )


@router.post(
    f"{PATH}/nd_get_sonic_similar_tracks",
    summary="Tracks like a track, with how much they are",
    response_model=Matches,
    responses=documented(*_STATUSES),
)
async def nd_get_sonic_similar_tracks(
    context: ContextDependency, body: SonicTracks, country: Country = None
) -> Response:
    """List tracks; none where the model lacks the track."""

    def listed(served: ServedModel, n: int) -> Record:
        catalogue = Catalogue.of(served)
        code = _code_of(catalogue, body.song)
        alike = [] if code is None else like(served, [code], n, c.TRACK, country)
        return {"matches": [_match(served, catalogue, one, match) for one, match in alike]}

    return await _answered(context, f"{body!r} {country}", body.count, listed)


@router.post(
    f"{PATH}/nd_find_sonic_path",
    summary="From one track to another, every step near",
    response_model=Matches,
    responses=documented(*_STATUSES),
)
async def nd_find_sonic_path(
    context: ContextDependency, body: SonicPath, country: Country = None
) -> Response:
    """List the tracks of a path, both ends included; none where there is no path, or the model lacks an end."""

    def listed(served: ServedModel, n: int) -> Record:
        catalogue = Catalogue.of(served)
        start, goal = (_code_of(catalogue, song) for song in (body.start_song, body.end_song))
        # A track to itself is a path of one; it is found all the same if two are asked for, the least that may be.
        if start is None or goal is None or n < len({start, goal}):
            return {"matches": []}
        try:
            path = served.path(start, goal, max(n, 2), seen_from(served, country))
        except NoPathError:
            return {"matches": []}
        # Of a path, these are shares of the best affinity already.
        steps = zip(path.items.tolist(), path.affinities.tolist(), strict=True)
        return {"matches": [_match(served, catalogue, one, share) for one, share in steps]}

    return await _answered(context, f"{body!r} {country}", body.count, listed)


def _code_of(catalogue: Catalogue, song: Song) -> int | None:
    artist = song.artist or next((one.name for one in song.artists if one.name), "")
    return catalogue.find(song.name, c.TRACK, song.mbid, artist)


def _match(served: ServedModel, catalogue: Catalogue, code: int, similarity: float) -> Record:
    # Affinities are float32: further digits would be noise.
    return {"song": _song(served, catalogue, code), "similarity": float(f"{similarity:.6g}")}


def _artist_seeds(catalogue: Catalogue, name: str, mbid: str | None) -> list[int]:
    """Return the codes that stand for an artist: the item's, or those of their tracks with most listeners."""
    code = catalogue.find(name, c.ARTIST, mbid)
    return catalogue.tracks_of(name, mbid)[:SEEDS] if code is None else [code]


async def _songs(
    context: Context, key: str, count: int, seeds: Callable[[Catalogue], list[int]], country: str | None
) -> Response:
    def listed(served: ServedModel, n: int) -> Record:
        catalogue = Catalogue.of(served)
        codes = seeds(catalogue)
        alike = like(served, codes, n, c.TRACK, country) if codes else []
        return {"songs": [_song(served, catalogue, one) for one, _ in alike]}

    return await _answered(context, f"{key} {country}", count, listed)


async def _answered(
    context: Context, key: str, count: int, listed: Callable[[ServedModel, int], Record]
) -> Response:
    """Answer from the current model, or from the cache.

    ``listed`` gets ``count`` within the limits. ``key`` differs by route and by all that is asked: the repr of a body
    has the name of its class, which routes may share. A body may be long, so a digest of it is kept.
    """
    served, n = context.served, min(max(count, 0), context.settings.limits.n)
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
    content = await context.queue.get_or_compute(
        f"{served.version} navidrome {digest}", lambda: to_json(listed(served, n))
    )
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _artist(served: ServedModel, catalogue: Catalogue, code: int) -> Record:
    return {"name": served.items[code]["name"]} | _given(mbid=catalogue.mbid(code))


def _song(served: ServedModel, catalogue: Catalogue, code: int) -> Record:
    mbids = catalogue.artist_mbids(code)
    return {"name": served.items[code]["name"]} | _given(
        mbid=catalogue.mbid(code),
        artist=catalogue.artist(code),
        artistMbid=mbids[0] if len(mbids) == 1 else "",  # a credit of several is no artist of its own
    )


def _given(**fields: str) -> Record:
    """Return the fields that have a value: Navidrome leaves out what it does not have."""
    return {name: value for name, value in fields.items() if value}
