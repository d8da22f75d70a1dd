"""The catalogue as a map in two dimensions."""
