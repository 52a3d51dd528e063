"""The rows of a table brought into the shape of records: left out, matched, unpivoted, folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import check_reserved
from sdtm.readers._files import Options
from specs.distinct import as_category, on_distinct
from specs.errors import RawDataError, SpecError, did_you_mean
from specs.findings import findings

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.readers.table import TableOptions


class Unpivot(Options):
    """Columns that are rows: those whose whole name matches `columns`, a regular expression.

    Its named groups become columns, beside `value` with what stood in the column.
    """

    columns: str
    value: str = "value"


class Tall(Options):
    """A table with a row for each value: `field` has the names of fields, `value` their values."""

    field: str
    value: str


def blanked(data: pd.DataFrame, texts: list[str]) -> pd.DataFrame:
    """The data without the texts that the program which wrote them put for nothing (NA of R)."""
    if not texts:
        return data

    def without(column: pd.Series) -> pd.Series:
        return column.where(~column.isin(texts))

    return pd.DataFrame({name: on_distinct(without, as_category(c)) for name, c in data.items()})


def check_column(column: str, data: pd.DataFrame, path: Path) -> None:
    if column and column not in data:
        raise RawDataError(
            f"has no column {column}",
            where=f"{path.name} line 1",
            remedy=did_you_mean(column, data.columns.drop("@line", errors="ignore")),
        )


def left_out(
    data: pd.DataFrame, name: str, options: TableOptions, path: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that are records, with their line as a column, and a notice for each other one."""
    check_reserved(map(str, data.columns), path.name)
    data = data.assign(**{"@line": data.index}).reset_index(drop=True)
    gone = pd.Series(data=False, index=data.index)
    for column, values in options.leave_out.items():
        check_column(column, data, path)
        gone |= data[column].str.strip().isin(values)
    for column, values in options.only.items():  # the rows of other forms, which name themselves
        check_column(column, data, path)
        keep = data[column].str.strip().isin(values)
        data, gone = data[keep], gone[keep]
    rows = data[gone]
    notices = findings(
        severity="notice",
        rule="CK-RAW-LEFT-OUT",
        form=pd.Series(name, index=rows.index, dtype="str"),
        value=rows[list(options.leave_out)].astype("str").fillna("").agg(" ".join, axis=1)
        if len(rows)
        else pd.Series(dtype="str"),
        message="the row is not a record, by leave_out in study.yaml",
        file=path.name,
        line=rows["@line"],
    )
    return data[~gone].reset_index(drop=True), notices


def matched(data: pd.DataFrame, options: TableOptions, path: Path, place: str) -> pd.DataFrame:
    """The columns that the named groups of patterns take out of others."""
    for column, pattern in options.match.items():
        check_column(column, data, path)
        groups = data[column].str.strip().str.extract(_pattern(pattern, place))
        strange = groups.isna().all(axis=1)
        if strange.any():
            row = data[strange].iloc[0]
            raise RawDataError(
                f"{column} is {row[column]}, which does not match {pattern}",
                where=f"{path.name} line {row['@line']}",
                remedy="mend the pattern, or leave such rows out with leave_out:",
            )
        data = pd.concat([data.drop(columns=[c for c in groups if c in data]), groups], axis=1)
    return data


def folded(data: pd.DataFrame, tall: Tall, options: TableOptions, path: Path) -> pd.DataFrame:
    """A row for each record of a table with a row for each value, on the line of its first."""
    roles = (options.subject, options.event, options.event_repeat, options.repeat, options.group)
    keys = [column for column in dict.fromkeys(roles) if column]
    for column in (*keys, tall.field, tall.value):
        check_column(column, data, path)
    plain = data[[*keys, tall.field, tall.value]].astype("str")
    named = plain[tall.field].notna()
    plain, lines = plain[named], data.loc[named, "@line"]
    number = plain.groupby(keys, dropna=False, sort=False).ngroup()
    twice = pd.DataFrame({"n": number, "field": plain[tall.field]}).duplicated()
    if twice.any():
        row = plain[twice].iloc[0]
        raise RawDataError(
            f"{row[options.subject]} has two values of {row[tall.field]} in one record",
            where=f"{path.name} line {lines[twice].iloc[0]}",
            remedy="name the column that numbers repeats with repeat: or group:",
        )
    values = plain[tall.value].groupby([number, plain[tall.field]], sort=False).first().unstack()
    order = list(dict.fromkeys(plain[tall.field]))
    values = values.reindex(index=range(len(values)), columns=order).astype("str")
    first = ~number.duplicated()
    whose = plain.loc[first, keys].assign(**{"@line": lines[first]}).reset_index(drop=True)
    return pd.concat([whose, values], axis=1)


def unpivoted(data: pd.DataFrame, unpivot: Unpivot, path: Path, place: str) -> pd.DataFrame:
    """A row for each row and column that matches, in the order of rows, then of columns."""
    pattern = re.compile(f"(?:{_pattern(unpivot.columns, place)})\\Z")
    groups = {str(c): m.groupdict() for c in data.columns if (m := pattern.match(str(c)))}
    if not groups:
        raise RawDataError(
            f"no column matches {unpivot.columns}",
            where=f"{path.name} line 1",
            remedy="mend columns: of unpivot in study.yaml",
        )
    kept = [c for c in data.columns if c not in groups]
    names = pd.DataFrame.from_dict(groups, orient="index").astype("str")
    taken = [str(c) for c in (*names.columns, unpivot.value) if c in kept]
    if taken:
        raise SpecError(
            f"unpivot makes a column {taken[0]}, and {path.name} has one",
            where=place,
            remedy="name the group of the pattern, or value:, otherwise",
        )
    texts = data.astype(dict.fromkeys(data.columns.drop("@line"), "str"))
    long = texts.melt(kept, list(groups), "@column", unpivot.value, ignore_index=False)
    long = long.sort_index(kind="stable").reset_index(drop=True)
    names_of_rows = names.loc[long["@column"]].set_axis(long.index)
    return pd.concat([long[kept], names_of_rows, long[[unpivot.value]].astype("str")], axis=1)


def _pattern(text: str, place: str) -> str:
    """A regular expression with named groups; SpecError where it is none."""
    try:
        named = re.compile(text).groupindex
    except re.error as error:
        raise SpecError(
            f"{text} is not a regular expression ({error})", where=place, remedy="mend the pattern"
        ) from None
    if not named:
        raise SpecError(
            f"{text} names no group", where=place, remedy="write groups as (?P<name>...)"
        )
    return text
