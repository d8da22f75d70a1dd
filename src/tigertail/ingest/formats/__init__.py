"""The formats of sources: one module for each, and one line here (docs/extending.md)."""

from __future__ import annotations

from typing import Final

from tigertail.ingest.formats.dbpedia import Dbpedia
from tigertail.ingest.formats.delimited import Csv, Tsv
from tigertail.ingest.formats.documents import Documents
from tigertail.ingest.formats.echonest_location import EchonestLocation
from tigertail.ingest.formats.hetrec_lastfm import HetrecLastfm
from tigertail.ingest.formats.json_tables import Json
from tigertail.ingest.formats.lastfm_1k import Lastfm1K
from tigertail.ingest.formats.lastfm_360k import Lastfm360K
from tigertail.ingest.formats.lastfm_country import LastfmCountry
from tigertail.ingest.formats.listenbrainz import ListenBrainz
from tigertail.ingest.formats.listenbrainz_spark import ListenBrainzSpark
from tigertail.ingest.formats.musicbrainz import MusicBrainz
from tigertail.ingest.formats.parquet import Parquet
from tigertail.ingest.formats.source import Batch, Source
from tigertail.ingest.formats.spotify import SpotifyHistory
from tigertail.ingest.formats.wfmu import WfmuPlaylists, WfmuRepertoires

__all__ = ["FORMATS", "Batch", "Source"]

# Published layouts first, then those of any file; the message about an unknown format lists them in this order.
FORMATS: Final[dict[str, type[Source]]] = {
    "lastfm-country": LastfmCountry,
    "hetrec-lastfm": HetrecLastfm,
    "lastfm-360k": Lastfm360K,
    "lastfm-1k": Lastfm1K,
    "listenbrainz": ListenBrainz,
    "listenbrainz-spark": ListenBrainzSpark,
    "musicbrainz": MusicBrainz,
    "spotify-history": SpotifyHistory,
    "dbpedia": Dbpedia,
    "echonest-location": EchonestLocation,
    "wfmu-playlists": WfmuPlaylists,
    "wfmu-repertoires": WfmuRepertoires,
    "csv": Csv,
    "tsv": Tsv,
    "parquet": Parquet,
    "json": Json,
    "documents": Documents,
}
