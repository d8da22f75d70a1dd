"""Random input for everything that reads what others wrote: files, recipes, names and requests over HTTP.

An attempt is made from its seed, its area and its number alone, so that any one can be made again. Each area is a
module: it makes the input, and checks what must hold.
"""

import os

os.environ.setdefault(
    "POLARS_MAX_THREADS", "1"
)  # the tables are small: threads would only wait for each other
