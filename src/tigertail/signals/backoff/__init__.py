"""Artist back-off: a track or album with little listening of its own uses its artist's."""
