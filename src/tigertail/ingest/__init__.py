"""From source files to a dataset: formats, cleaning, entity resolution, and the build."""
