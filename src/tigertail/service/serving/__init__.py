"""Models in memory: loaded, replaced while requests go on, asked in turn, their answers cached."""
