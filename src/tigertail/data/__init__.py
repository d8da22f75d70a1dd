"""Listening data: formats are read, identities matched, and a dataset of validated tables comes out."""
