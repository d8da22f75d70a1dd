"""Models in memory: loaded, replaced while questions go on, asked in turn, their answers cached."""
