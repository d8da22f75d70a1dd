"""Programs that print the numbers of the documents, and what they share."""
