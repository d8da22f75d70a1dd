"""Documents about music: reading what others wrote, down to plain text and its links.

A container (files, JSON lines, a WARC, a dump of a wiki) yields pages; a markup turns a page into plain text
with the places of its links. Neither knows an artist's name: who is mentioned is found in
:mod:`tigertail.text.mentions`.
"""

from tigertail.text.documents.plain import MARKUPS, Link, Plain, to_plain

__all__ = ["MARKUPS", "Link", "Plain", "to_plain"]
