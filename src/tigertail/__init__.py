"""Tigertail: music similarity for the tail and for every country."""

__version__ = "0.1.0"
