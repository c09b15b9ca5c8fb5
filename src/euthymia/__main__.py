"""`python -m euthymia`: the same as the command `euthymia`."""

from euthymia.cli import main

if __name__ == "__main__":
    main()
