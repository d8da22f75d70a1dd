"""The one vocabulary of table columns, used by every package.

Tables are Parquet files read with Polars. Only ``plays`` is required in a dataset. ``neighbours`` is no table of a
dataset: these are the lists that a model gives.

==============  ==================================================================
table           columns (optional ones in brackets)
==============  ==================================================================
plays           listener_id, item_id, plays [, rating, last_played]
listeners       listener_id [, country, language, source]
items           item_id, name, kind [, artist_id, artist_name, artist_mbids, mbid, country, unlisted]
aliases         item_id, scheme, alias, count
annotations     item_id, facet, label, weight, source [, annotator]
audio           item_id [, clip_id], then a column for each descriptor
sequences       sequence_id, position, item_id [, curator]
documents       document_id, text, markup [, title, item_id]
mentions        item_id, document_id, count [, positions, links]
pairs           item_a, item_b, count
availability    item_id [, source, country]
neighbours      target_item_id, item_id, score, rank [, target_name, name, target_artist_name, artist_name]
==============  ==================================================================
"""

from typing import Final

# Tables.
PLAYS_TABLE: Final = "plays"
LISTENERS_TABLE: Final = "listeners"
ITEMS_TABLE: Final = "items"
ANNOTATIONS_TABLE: Final = "annotations"
AUDIO_TABLE: Final = "audio"
SEQUENCES_TABLE: Final = "sequences"
DOCUMENTS_TABLE: Final = "documents"
MENTIONS_TABLE: Final = "mentions"
PAIRS_TABLE: Final = "pairs"
AVAILABILITY_TABLE: Final = "availability"
ALIASES_TABLE: Final = "aliases"

# Listening. A play count of a source that only says "listens to" is 1.
LISTENER_ID: Final = "listener_id"
ITEM_ID: Final = "item_id"
PLAYS: Final = "plays"
RATING: Final = "rating"  # scaled to 0 (the scale's lowest) .. 1 (its highest)
LAST_PLAYED: Final = "last_played"  # UTC

# Profiles.
COUNTRY: Final = "country"  # ISO 3166-1 alpha-2
LANGUAGE: Final = "language"  # BCP-47
SOURCE: Final = "source"
"""Of a listener or an availability, one of the recipe; of an annotation, expert or crowd."""

# Items.
NAME: Final = "name"
KIND: Final = "kind"  # one of ITEM_KINDS
ARTIST_ID: Final = "artist_id"
ARTIST_NAME: Final = "artist_name"  # the artist of an album or a track
ARTIST_MBIDS: Final = "artist_mbids"  # all that the credit of an album or a track names, in its order
MBID: Final = "mbid"  # MusicBrainz identifier
UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # the form of an MBID, as a regular expression
UNLISTED: Final = "unlisted"  # whether the recipe keeps it out of answers

# Of the items of a model.
LISTENERS: Final = "listeners"  # how many people play it; no table
STRATUM: Final = "stratum"  # one of STRATA

# What else an item is called. A row of a source ties two references to one item together. The table of a dataset has
# every id, MBID and spelling of each item.
SCHEME: Final = "scheme"  # what an alias is
ALIAS: Final = "alias"
SCHEMES: Final = (ITEM_ID, MBID, NAME)

# What names items in the rows of a source alone; a dataset has ids in their place.
ARTIST_MBID: Final = "artist_mbid"  # that of an artist; of an album or a track all that its credit names
NAME_A: Final = "name_a"  # the two items of a pair
MBID_A: Final = "mbid_a"
NAME_B: Final = "name_b"
MBID_B: Final = "mbid_b"

# Annotations.
FACET: Final = "facet"
LABEL: Final = "label"
WEIGHT: Final = "weight"  # above 0, 1 where none is given
ANNOTATOR: Final = "annotator"

# Audio. Every column of the table that is not named here is a descriptor, a number.
CLIP_ID: Final = "clip_id"

# Curated sequences: radio shows, playlists.
SEQUENCE_ID: Final = "sequence_id"
POSITION: Final = "position"  # null where the order is unknown
CURATOR: Final = "curator"

COUNT: Final = "count"
"""Of an alias, the rows that have it; of a mention, how often the document has it; of a pair, what its source
counted."""

# Documents. A document with an item_id is that item's own page.
DOCUMENT_ID: Final = "document_id"
TEXT: Final = "text"
MARKUP: Final = "markup"  # one of the keys of tigertail.text.documents.MARKUPS
TITLE: Final = "title"
POSITIONS: Final = "positions"
"""Numbers of the words, from 0 and ascending, at which a document mentions an item."""
LINKS: Final = "links"  # how many of the mentions are links

# Pairs: things asked for, bought or seen together, counted by somebody else.
ITEM_A: Final = "item_a"
ITEM_B: Final = "item_b"

# Neighbour lists.
TARGET_ITEM_ID: Final = "target_item_id"  # RecTools' name for the query, not a target of the evaluation
TARGET_NAME: Final = "target_name"  # of the query
TARGET_ARTIST_NAME: Final = "target_artist_name"
SCORE: Final = "score"  # RecTools' name for the affinity; to a listener, how good an item is
RANK: Final = "rank"

MAX_PLAYS: Final = 10_000_000
"""More of one listener and item is a fault: songs of three minutes, for forty years on end, are seven million plays.
It is the bound of all other amounts too, such as counts of pairs."""

# Kinds of item.
ARTIST: Final = "artist"
ALBUM: Final = "album"
TRACK: Final = "track"
ITEM_KINDS: Final = (ARTIST, ALBUM, TRACK)

# Strata of popularity, from the most popular down.
STRATA: Final = ("head", "mid", "tail", "cold")

TAG: Final = "tag"  # the facet of labels whose facet is not given
# Sources of annotation.
EXPERT: Final = "expert"
CROWD: Final = "crowd"
