"""From source files to a dataset: formats, cleaning, identity, and the build that joins them."""
