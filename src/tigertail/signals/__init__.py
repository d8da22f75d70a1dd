"""Signals: whatever yields an affinity from an item to every other, one per file or folder, behind one contract."""
