"""Reading files: byte streams from folders and archives, rows of text, tables, and the quarantine of rows."""
