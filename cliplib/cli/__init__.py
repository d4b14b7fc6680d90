"""The command line: parse, call, print. `main` is the outermost boundary."""

import sys


def main() -> None:
    """Entry point of the program `cliplib`."""
    from cliplib.cli.app import run  # so that importing the package costs nothing

    sys.exit(run(sys.argv[1:]))
