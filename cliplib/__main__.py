"""`python -m cliplib` is the program `cliplib`."""

from cliplib.cli import main

if __name__ == "__main__":
    main()
