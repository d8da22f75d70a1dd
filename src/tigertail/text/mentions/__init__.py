"""Who is mentioned in documents: names of the catalogue found in plain text, and told from common words.

An automaton over folded names finds candidates in any script. Where a page links a name, the link says who is
meant; else capitals, neighbours, the rest of the page and the usage in all documents do.
"""

from tigertail.text.mentions.find import Mentions, find_mentions

__all__ = ["Mentions", "find_mentions"]
