"""The server's processes: sockets, workers, start and stop."""
