"""A study's own conversions of units: `units.csv` in its folder."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from specs.csv_files import read_csv
from specs.errors import SpecError
from specs.numbers import constant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UNITS: Final = "units.csv"

_NEEDED: Final = ("unit", "to", "factor")
_COLUMNS: Final = ("unit", "to", "test", "factor", "offset", "molar_mass")


def study_units(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of units.csv; none where there is no such file. SpecError names the wrong line."""
    path = folder / UNITS
    if not path.exists():
        return ()
    head, rows = read_csv(path)
    for column in (*(c for c in head if c not in _COLUMNS), *(c for c in _NEEDED if c not in head)):
        columns = ", ".join(_COLUMNS)
        what = f"has no column {column}" if column in _NEEDED else f"has a column {column}"
        raise SpecError(what, where=path.name, remedy=f"the columns are {columns}")
    met: dict[tuple[str, str, str], int] = {}
    units = []
    for line, cells in rows:
        row = {name: cells.get(name, "").strip() for name in _COLUMNS}
        where = f"{path.name} line {line}"
        _check(row, where)
        key = (row["unit"], row["to"], row["test"])
        for same in (key, (key[1], key[0], key[2])):
            if same in met:
                raise SpecError(
                    f"{key[0]} to {key[1]} is on line {met[same]} too",
                    where=where,
                    remedy="keep one of them; a conversion holds both ways",
                )
        met[key] = line
        kept = {name: row[name] or None for name in ("unit", "to", "test", "factor", "offset")}
        units.append(MappingProxyType(kept))
    return tuple(units)


def _check(row: Mapping[str, str], where: str) -> None:
    """SpecError for a row of units.csv without a unit, or with what is not a number."""
    for name in ("unit", "to"):
        if not row[name]:
            raise SpecError(f"the row has no {name}", where=where, remedy="write the unit")
    for name in ("factor", "offset", "molar_mass"):
        try:
            number = constant(row[name] or ("" if name == "factor" else 1))
        except ValueError:
            raise SpecError(
                f"the {name} is {row[name] or 'blank'}, which is not a number",
                where=where,
                remedy="write a number such as 0.0555, or a fraction such as 10/180.156",
            ) from None
        if name == "factor" and number <= 0:
            raise SpecError(
                f"the factor is {row[name]}", where=where, remedy="write a number above 0"
            )
