"""A dataset: its tables, the ids and codes of its items, and what it holds in numbers."""
