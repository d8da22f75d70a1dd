"""Datasets: specifications of tables, ids and codes of items, and summaries."""
