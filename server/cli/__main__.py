"""So that `python -m server.cli` works where the script is not on the path."""

from server.cli import main

main()
