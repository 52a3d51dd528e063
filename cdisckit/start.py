"""Where the command starts: before anything of cdisckit is imported that could be another's."""

from __future__ import annotations

import sys

from cdisckit.house import check_house


def main() -> None:
    """Run the command line where the packages are cdisckit's own; else exit code 2."""
    try:
        check_house()
    except ImportError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    from cdisckit.main import main as run

    run()
