"""The cell that is asked for, and its explanation."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from cdisckit.building import open_study
from cdisckit.explain.package import Package
from cdisckit.explain.sources import Tracing
from cdisckit.show import condition
from sdtm.readers import read_raw
from specs.errors import CdisckitError, did_you_mean
from specs.references import split_source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cdisckit.explain.cells import Cell, Field


def explained(
    folder: Path,
    name: str,
    where: Sequence[str] = (),
    *,
    depth: int = 8,
    most: int = 3,
    raw_value: Callable[[Field], str] | None = None,
) -> Cell:
    """The cell `DATASET.VARIABLE` of the one row that meets all `VARIABLE=value`, with its sources.

    CdisckitError where there is no such cell, or where several rows meet the conditions.
    """
    package = Package(folder)
    dataset, variable = split_source(name)
    if not dataset or not variable:
        raise CdisckitError(
            f"{name} names no variable of a dataset", remedy="write DATASET.VARIABLE"
        )
    columns = package.frame(dataset).columns
    if variable not in columns:
        raise CdisckitError(
            f"there is no variable {variable}",
            where=dataset,
            remedy=did_you_mean(variable, columns),
        )
    row = _chosen(package, dataset, where)
    return Tracing(package, most, raw_value).cell(dataset, row, variable, depth, {})


def raw_values(study: Path, raw: Path | None = None) -> Callable[[Field], str]:
    """What gives the raw value of a field, for a study's raw data.

    It raises CdisckitError for a record that is not in these data as the lineage has it.
    """
    data = read_raw(open_study(study), raw or study)
    records = data.records()

    def value(field: Field) -> str:
        there = records[["form", "file", "line"]].reindex([field.record]).astype("str")
        if there.iloc[0].tolist() != [field.form, field.file, field.line or "<NA>"]:
            raise CdisckitError(
                f"record {field.record} is not that of form {field.form}, {field.file} line"
                f" {field.line}: these are not the raw data that the package was built from",
                where=str(raw or study),
                remedy="name them with --raw, or build the package again",
            )
        text = data.forms[field.form].frame.loc[field.record].get(field.name)
        return "" if pd.isna(text) else str(text)

    return value


def _chosen(package: Package, dataset: str, where: Sequence[str]) -> int:
    """The one row that meets all conditions."""
    frame = package.frame(dataset)
    kept = pd.Series(data=True, index=frame.index)
    for text in where:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise CdisckitError(f"{text!r} is not a condition", remedy="write VARIABLE=value")
        if name not in frame:
            raise CdisckitError(
                f"there is no variable {name}",
                where=f"{dataset}, --where {text}",
                remedy=did_you_mean(name, frame.columns),
            )
        asked = condition(f"{name} EQ {value or repr('')}", package.dates(dataset))
        holds = asked.holds(frame[name])
        if not (kept & holds).any():
            texts = (package.text(dataset, name, row) for row in frame.index[kept])
            present = list(dict.fromkeys(texts))
            raise CdisckitError(
                f"no row has {name}={value}"
                + ("" if kept.all() else " among the rows that meet the rest"),
                where=dataset,
                remedy=_nearest(value, present),
            )
        kept &= holds
    rows = frame.index[kept].tolist()
    if len(rows) != 1:
        listed = [_listed(package.keys(dataset, row)) for row in rows[:10]]
        listed += [f"and {len(rows) - 10:,} more"] if len(rows) > 10 else []
        raise CdisckitError(
            f"{len(rows):,} rows meet this",
            where=dataset,
            remedy="\n  ".join(["ask for one of them with more --where VARIABLE=value:", *listed]),
        )
    return int(rows[0])


def _listed(keys: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in keys.items())


def _nearest(value: str, present: list[str]) -> str:
    """A remedy: the nearest of the values that there are."""
    try:
        near = sorted(present, key=lambda text: abs(float(text) - float(value)))[:3]
    except ValueError:
        near = get_close_matches(value, present, n=3, cutoff=0.5) or present[:5]
    return f"the nearest values are {', '.join(near)}" if near else "there is no row"
