"""Countries, languages and the regions of the world: codes, names, and which belongs to which."""
