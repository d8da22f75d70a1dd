"""Mentions of artists in documents: named-entity recognition with the names of a catalogue.

An automaton over folded names finds candidates in any script. If a page links a name, the target of the link
decides whether the artist is meant; otherwise a classifier decides, from capitals, neighbouring words, the rest
of the page and the use of the name in all documents.
"""

from tigertail.text.mentions.find import Mentions, find_mentions

__all__ = ["Mentions", "find_mentions"]
