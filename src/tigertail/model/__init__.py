"""A model: configuration, fitting, asking, saving and loading."""
