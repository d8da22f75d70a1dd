"""What ListenBrainz Labs answers, filled from a Tigertail model; what the model lacks is null."""

from __future__ import annotations

from typing import Any, Final

import orjson

from tigertail import columns as c
from tigertail.service.compat.catalogue import Catalogue
from tigertail.service.compat.similarity_scores import like
from tigertail.service.serving.served_model import ServedModel

_BEST: Final = 10_000  # score of what the model finds closest, listed or not
_LISTED: Final = 100  # for each MBID, as there
_LOOKED_AT: Final = 500  # where some of the first have no MBID: so many take a look at every item


def rows_of(served: ServedModel, kind: str, mbid: str) -> list[dict[str, Any]]:
    """Return the rows of one MBID, the closest first; none where it is unknown."""
    catalogue = Catalogue.of(served)
    code = catalogue.by_mbid(mbid, kind)
    if code is None:
        return []
    row = _artist_row if kind == c.ARTIST else _recording_row
    for looked_at in (_LISTED, _LOOKED_AT):
        found = like(served, [code], looked_at, kind)
        named = [(item, match) for item, match in found if catalogue.mbid(item)]
        if len(named) == len(found):
            break
    return [
        row(served, catalogue, item) | {"score": round(_BEST * match), "reference_mbid": mbid}
        for item, match in named[:_LISTED]
    ]


def _artist_row(served: ServedModel, catalogue: Catalogue, code: int) -> dict[str, Any]:
    return {
        "artist_mbid": catalogue.mbid(code),
        "name": served.items[code]["name"],
        "comment": "",  # MusicBrainz' disambiguation, a text that is never null there
        "type": None,
        "gender": None,
    }


def _recording_row(served: ServedModel, catalogue: Catalogue, code: int) -> dict[str, Any]:
    return {
        "recording_mbid": catalogue.mbid(code),
        "recording_name": served.items[code]["name"],
        "artist_credit_name": catalogue.artist(code),
        "artist_credit_mbids": catalogue.artist_mbids(code) or None,
        "release_name": None,
        "release_mbid": None,
        "caa_id": None,
        "caa_release_mbid": None,
    }


def merged(served: ServedModel, lists: list[bytes], kind: str, asked: list[str]) -> list[dict[str, Any]]:
    """Return several lists as one: each item once, where it is closest, and none that was asked about.

    Parameters
    ----------
    served
        The served model.
    lists
        What :func:`rows_of` returned for each MBID, as JSON.
    kind
        Artist or track.
    asked
        The MBIDs, in lower case as :meth:`Catalogue.mbid` has them; an item may have others there.
    """
    catalogue = Catalogue.of(served)
    codes = [catalogue.by_mbid(mbid, kind) for mbid in asked]
    left_out = {*asked, *(catalogue.mbid(code) for code in codes if code is not None)}
    name = "artist_mbid" if kind == c.ARTIST else "recording_mbid"
    best: dict[str, dict[str, Any]] = {}
    for row in (row for one in lists for row in orjson.loads(one)):
        other = best.get(row[name])
        if row[name] not in left_out and (other is None or row["score"] > other["score"]):
            best[row[name]] = row
    return sorted(best.values(), key=lambda row: -row["score"])
