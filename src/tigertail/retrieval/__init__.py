"""From affinities to lists: exact top-k with ties broken deterministically."""
