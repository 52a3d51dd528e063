"""The packages of cdisckit have plain names; it is checked that they are its own.

Nothing of them is imported here: a stranger of the same name would be met.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("specs", "engine", "sdtm", "adam", "submission", "validation", "cdisckit")


def check_house(packages: tuple[str, ...] = PACKAGES) -> None:
    """ImportError when a package of that name comes from elsewhere than the others."""
    here = Path(__file__).resolve().parent.parent
    for name in packages:
        folder = _folder(name)
        if folder != here:
            raise ImportError(
                (
                    f"the package {name} is not that of cdisckit but the one in {folder}"
                    if folder
                    else f"the package {name} of cdisckit is missing"
                )
                + "; rename the other, start from another folder, or use a virtual environment with"
                " cdisckit alone"
            )


def _folder(name: str) -> Path | None:
    """Where a package lies; None where there is none, or a folder without __init__.py."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin).resolve()
    return origin.parent.parent if origin.name == "__init__.py" else origin
