"""A model over HTTP: the API, the dialects of players, the explorer page, and how all that is run."""
