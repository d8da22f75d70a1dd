"""Text about music: documents to plain text, and the items they mention."""
