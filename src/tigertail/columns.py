"""The one vocabulary of table columns, used by every room.

Tables are Parquet files read with Polars. Only ``plays`` is required in a dataset.

==============  ==================================================================
table           columns (optional ones in brackets)
==============  ==================================================================
plays           listener_id, item_id, plays [, rating, last_played]
listeners       listener_id [, country, language]
items           item_id, name, kind [, artist_id, mbid, country]
annotations     item_id, facet, label, weight, source [, annotator]
mentions        item_id, document_id, count
neighbours      target_item_id, item_id, score, rank
==============  ==================================================================
"""

from typing import Final

# Tables.
PLAYS_TABLE: Final = "plays"
LISTENERS_TABLE: Final = "listeners"
ITEMS_TABLE: Final = "items"
ANNOTATIONS_TABLE: Final = "annotations"
MENTIONS_TABLE: Final = "mentions"

# Listening. A play count of a source that only says "listens to" is 1.
LISTENER_ID: Final = "listener_id"
ITEM_ID: Final = "item_id"
PLAYS: Final = "plays"
RATING: Final = "rating"  # scaled to 0 (the scale's lowest) .. 1 (its highest)
LAST_PLAYED: Final = "last_played"  # UTC

# Profiles.
COUNTRY: Final = "country"  # ISO 3166-1 alpha-2
LANGUAGE: Final = "language"  # BCP-47

# Items.
NAME: Final = "name"
KIND: Final = "kind"
ARTIST_ID: Final = "artist_id"
MBID: Final = "mbid"  # MusicBrainz identifier

# Annotations.
FACET: Final = "facet"
LABEL: Final = "label"
WEIGHT: Final = "weight"
SOURCE: Final = "source"
ANNOTATOR: Final = "annotator"

# Documents.
DOCUMENT_ID: Final = "document_id"
COUNT: Final = "count"

# Neighbour lists.
TARGET_ITEM_ID: Final = "target_item_id"
SCORE: Final = "score"
RANK: Final = "rank"

# Kinds of item.
ARTIST: Final = "artist"
ALBUM: Final = "album"
TRACK: Final = "track"

# Sources of annotation.
EXPERT: Final = "expert"
CROWD: Final = "crowd"
