"""Curated sequences: items that a DJ or a playlist puts near each other."""
