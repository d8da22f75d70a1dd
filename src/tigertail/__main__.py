"""``python -m tigertail`` is the command ``tigertail``."""

from tigertail.cli import main

if __name__ == "__main__":
    main()
