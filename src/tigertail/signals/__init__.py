"""Signals: whatever yields an affinity from an item to every other, one a file, behind one contract."""
