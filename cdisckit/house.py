"""The packages of cdisckit have plain names; at start it is checked that they are its own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from specs.errors import CdisckitError

PACKAGES = ("specs", "engine", "sdtm", "adam", "submission", "validation", "cdisckit")


def check_house(packages: tuple[str, ...] = PACKAGES) -> None:
    """CdisckitError when a package of that name comes from elsewhere than the others."""
    places = {name: _place(name) for name in packages}
    here = Path(__file__).resolve().parent.parent
    strangers = {name: place for name, place in places.items() if place != here}
    if strangers:
        name, place = next(iter(strangers.items()))
        raise CdisckitError(
            f"the package {name} is not that of cdisckit but the one in {place}"
            if place
            else f"the package {name} of cdisckit is missing",
            remedy="rename the other folder, start from another folder, or use a virtual"
            " environment with cdisckit alone",
        )


def _place(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent.parent
