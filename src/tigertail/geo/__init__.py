"""Countries, languages and regions of the world: codes, names and membership."""
