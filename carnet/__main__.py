"""`python -m carnet` is the `carnet` command."""

from carnet.cli import main

main()
