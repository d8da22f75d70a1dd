"""AudioMuse-AI's API, as far as players' plugins ask it for what is similar.

The requests and answers are those of NeptuneHub/AudioMuse-AI: ``app_voyager.py`` at commit
0266669abb6d8780a5ffcb42462c4f46cb284474, ``app_artist_similarity.py`` at
040ae8ef4ff68fb21239be5efe740a5327f2475c, ``app_path.py`` at 0260069b498beb66942385c06c4085c82ddcef93. A distance is 1
less the share of the best affinity, as is a divergence. Items have the ids of the model, which are a player's own where
the catalogue was made from it; otherwise a title and an artist find a track.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from starlette.types import Scope

from tigertail import columns as c
from tigertail.errors import NoPathError
from tigertail.service.compat.audiomuse_schemas import (
    AudioMuseError,
    AudioMuseSimilarArtist,
    FoundTrack,
    Path,
    SimilarTrack,
)
from tigertail.service.compat.catalogue import Catalogue
from tigertail.service.compat.similarity_scores import like, seen_from
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import LONGEST
from tigertail.service.http.problems import RETRY, Problem, ServiceError
from tigertail.service.serving.context import Context, ContextDependency
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["AudioMuse-AI"])
PATH: Final = "/api/"
_JSON: Final = "application/json"
_UNKNOWN: Final = "unknown"  # what AudioMuse-AI says of an album, or an album's artist, that it lacks
_LEAST_SEARCHED: Final = 3  # characters; fewer find nothing, as in AudioMuse-AI
_MOST_FOUND: Final = 20  # as in AudioMuse-AI
_MOST_OF_ONE: Final = 3  # tracks of an artist, where duplicates are eliminated; as in AudioMuse-AI
_WHY: Final = {
    400: "Something that is needed is missing",
    401: "Missing or invalid API key",
    404: "No such item, or nothing is like it",
    422: "A number is out of range",
    429: "Too many requests",
    503: "The request queue is full",
}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": why, "model": AudioMuseError} for status, why in _WHY.items()
}

Name = Annotated[str | None, Query(max_length=LONGEST)]
Count = Annotated[int, Query(ge=1, le=10_000)]
"""How many are asked for; lists are cut at the service's ``limits.n``."""


@router.get(
    "/api/search_tracks",
    summary="Find tracks by title and artist",
    response_model=list[FoundTrack],
    responses={status: _RESPONSES[status] for status in (401, 422, 429, 503)},
)
async def search_tracks(
    context: ContextDependency, search_query: Name = None, title: Name = None, artist: Name = None
) -> Response:
    """List the tracks whose titles and artists match best: the query, or else title and artist."""
    query, title, artist = ((one or "").strip() for one in (search_query, title, artist))
    text = query or f"{artist} {title}".strip()

    def found(served: ServedModel) -> Any:
        catalogue = Catalogue.of(served)
        if len(text) < _LEAST_SEARCHED:
            return []
        exact = None if query else catalogue.find(title, c.TRACK, artist=artist or None)
        first = [] if exact is None else [exact]
        codes = dict.fromkeys([*first, *catalogue.search_tracks(text, _MOST_FOUND)])
        return [_track(served, catalogue, one) for one in list(codes)[:_MOST_FOUND]]

    return await _answered(context, f"search {query!r} {title!r} {artist!r}", found)


@router.get(
    "/api/similar_tracks",
    summary="Tracks like a track",
    response_model=list[SimilarTrack],
    responses=_RESPONSES,
)
async def similar_tracks(
    context: ContextDependency,
    item_id: Name = None,
    title: Name = None,
    artist: Name = None,
    n: Count = 10,
    eliminate_duplicates: Name = None,
) -> Response:
    """List tracks, the closest first; the track is given by its id, or by title and artist.

    A list has three tracks of one artist at most, unless `eliminate_duplicates` is given and is not `true`.
    """
    most = _MOST_OF_ONE if (eliminate_duplicates or "true").lower() == "true" else None
    if not item_id and not (title and artist):
        raise ServiceError(400, "no track", remedy="send item_id, or title and artist")

    def listed(served: ServedModel) -> Any:
        catalogue = Catalogue.of(served)
        code = (
            _by_id(catalogue, served, item_id)
            if item_id
            else catalogue.find(title or "", c.TRACK, artist=artist)
        )
        alike = (
            [] if code is None else like(served, [code], _length(context, n), c.TRACK, max_per_artist=most)
        )
        if not alike:
            raise ServiceError(
                404, "no such track, or no track is like it", remedy="look it up: /api/search_tracks"
            )
        return [_track(served, catalogue, one) | {"distance": _distance(match)} for one, match in alike]

    return await _answered(context, f"tracks {item_id!r} {title!r} {artist!r} {n} {most}", listed)


@router.get(
    "/api/similar_artists",
    summary="Artists like an artist",
    response_model=list[AudioMuseSimilarArtist],
    responses=_RESPONSES,
)
async def similar_artists(
    context: ContextDependency, artist: Name = None, artist_id: Name = None, n: Count = 10
) -> Response:
    """List artists, the closest first."""
    asked = artist or artist_id
    if not asked:
        raise ServiceError(400, "no artist", remedy="send artist, or artist_id")

    def listed(served: ServedModel) -> Any:
        catalogue = Catalogue.of(served)
        code = _artist(catalogue, served, artist, artist_id)
        alike = [] if code is None else like(served, [code], _length(context, n), c.ARTIST)
        if not alike:
            raise ServiceError(
                404, f"no artist '{asked}', or no artist is like it", remedy="look it up: /v1/items"
            )
        return [
            {
                "artist": served.items[one]["name"],
                "artist_id": served.items[one]["id"],
                "divergence": _distance(match),
            }
            for one, match in alike
        ]

    return await _answered(context, f"artists {artist!r} {artist_id!r} {n}", listed)


@router.get(
    "/api/find_path",
    summary="From one track to another, every step near",
    response_model=Path,
    responses=_RESPONSES,
)
async def find_path(
    context: ContextDependency,
    start_song_id: Name = None,
    end_song_id: Name = None,
    max_steps: Annotated[int, Query(ge=2, le=10_000)] = 25,
) -> Response:
    """List the tracks of a path, both ends included, and how long it is."""
    if not start_song_id or not end_song_id:
        raise ServiceError(400, "an end of the path is missing", remedy="send start_song_id and end_song_id")
    if start_song_id == end_song_id:
        raise ServiceError(400, "both ends of the path are the same", remedy="send two tracks")

    def walked(served: ServedModel) -> Any:
        catalogue = Catalogue.of(served)
        start, goal = (_by_id(catalogue, served, one) for one in (start_song_id, end_song_id))
        if start is None or goal is None:
            raise ServiceError(404, "no such track", remedy="look it up: /api/search_tracks")
        try:
            path = served.path(start, goal, _length(context, max_steps), seen_from(served))
        except NoPathError as error:
            raise ServiceError(404, error.problem, remedy=error.remedy) from None
        steps = path.items.tolist()
        # AudioMuse-AI has the key in any case; without a vector it is an empty list there too.
        tracks = [_track(served, catalogue, one) | {"embedding_vector": []} for one in steps]
        return {"path": tracks, "total_distance": float(sum(map(_distance, path.affinities.tolist())))}

    return await _answered(context, f"path {start_song_id!r} {end_song_id!r} {max_steps}", walked)


def format_error(scope: Scope, problem: Problem, retry: int | None = None) -> Response:
    """Format a problem as AudioMuse-AI does."""
    headers = {"Cache-Control": "no-store"} | ({} if retry is None else {RETRY: str(retry)})
    detail = problem.detail + (f"; {problem.remedy}" if problem.remedy else "")
    return Response(to_json({"error": detail}), problem.status, headers, _JSON)


async def _answered(context: Context, key: str, work: Callable[[ServedModel], Any]) -> Response:
    served = context.served
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
    content = await context.queue.get_or_compute(
        f"{served.version} audiomuse {digest}", lambda: to_json(work(served))
    )
    return Response(content, headers={"Cache-Control": "no-store"}, media_type=_JSON)


def _artist(
    catalogue: Catalogue, served: ServedModel, artist: str | None, artist_id: str | None
) -> int | None:
    """Return the code of an artist. As in AudioMuse-AI, both parameters take names and ids; each its own first."""
    if artist:
        code = catalogue.by_name(artist, c.ARTIST)
        return _by_id(catalogue, served, artist, c.ARTIST) if code is None else code
    if not artist_id:
        return None
    code = _by_id(catalogue, served, artist_id, c.ARTIST)
    return catalogue.by_name(artist_id, c.ARTIST) if code is None else code


def _by_id(catalogue: Catalogue, served: ServedModel, item: str, kind: str = c.TRACK) -> int | None:
    """Return the code of an item of a kind by its id, or its MBID."""
    code = served.index.by_id(item)
    return code if code is not None and served.items[code]["kind"] == kind else catalogue.by_mbid(item, kind)


def _length(context: Context, n: int) -> int:
    return min(n, context.settings.limits.n)


def _distance(share: float) -> float:
    return float(f"{max(0.0, 1 - share):.6g}")


def _track(served: ServedModel, catalogue: Catalogue, code: int) -> dict[str, Any]:
    artist = catalogue.artist(code)
    return {
        "item_id": served.items[code]["id"],
        "title": served.items[code]["name"],
        "author": artist,
        "album": _UNKNOWN,
        "album_artist": artist or _UNKNOWN,
    }
