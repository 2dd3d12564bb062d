"""``python -m cxdata``."""

from cxdata.cli import main

if __name__ == "__main__":
    main(prog_name="python -m cxdata")
