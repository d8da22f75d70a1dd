"""From affinities to lists: exact top-k with settled ties."""
