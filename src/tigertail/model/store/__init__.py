"""Models on disk: written whole, checked, read lazily, replaced in one step."""
