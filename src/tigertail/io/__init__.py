"""Files as they come: byte streams from folders and archives, rows of text, and rows that cannot be used."""
