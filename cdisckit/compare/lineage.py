"""Beside a difference, where a side is a package of cdisckit: its rule, sources and raw fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdisckit.explain.cells import Cell, Field
from cdisckit.explain.package import Package
from cdisckit.explain.sources import Tracing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from cdisckit.compare.files import Compared

MOST_TRACED: Final = 60
"""How many differences are traced, since each is followed down to the forms."""

COLUMNS: Final = ("rule", "sources", "raw")


def with_lineage(values: pd.DataFrame, result: Compared) -> pd.DataFrame:
    """Differences with the rule, the sources and the raw fields of our side's value.

    MOST_TRACED of them: the first of each variable, then the second; none where no side is a
    package.
    """
    packages = {
        side: package
        for side, files in (("base", result.base), ("compare", result.compare))
        if files and (package := _package(next(iter(files.values()))))
    }
    if not packages or values.empty:
        return values
    side, package = next(iter(packages.items()))
    turn = values.groupby(["dataset", "variable"], sort=False).cumcount()
    traced = turn.sort_values(kind="stable").index[:MOST_TRACED]
    texts: dict[str, dict[int, str]] = {column: {} for column in COLUMNS}
    for number in traced:
        row = values.loc[number]
        tracing = Tracing(package, 3, None)
        cell = tracing.cell(row["dataset"], int(row[f"{side}_row"]) - 1, row["variable"], 8, {})
        texts["rule"][number] = f"{cell.origin}: {cell.method}" if cell.method else cell.origin
        texts["sources"][number] = ", ".join(dict.fromkeys(s.name for s in cell.sources if s.name))
        texts["raw"][number] = "; ".join(dict.fromkeys(map(_text, _fields(cell))))
    return values.assign(**{name: values.index.map(cells) for name, cells in texts.items()})


def _package(file: Path) -> Package | None:
    """The package that a file lies in, where it has lineage."""
    for folder in file.resolve().parents:
        if (folder / "lineage" / "variables.csv").exists():
            return Package(folder)
    return None


def _fields(cell: Cell) -> Iterator[Field]:
    for source in cell.sources:
        for one in source.inputs:
            if isinstance(one, Field):
                yield one
            else:
                yield from _fields(one)


def _text(field: Field) -> str:
    place = f"{field.file} line {field.line}" if field.line else field.file
    return f"{field.form}.{field.name} ({place})"
