"""Data frames and sparse matrices as a dataset in memory: what :meth:`tigertail.Dataset.of` calls."""

from tigertail.frames.read import read_frames

__all__ = ["read_frames"]
