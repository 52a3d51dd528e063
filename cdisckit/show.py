"""A dataset in the terminal: what its file says, its rows, and what its values are like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from cdisckit.convert import check_encoding, opened
from specs.errors import SpecError, did_you_mean
from specs.where import Comparator, Where, all_hold
from submission.dataset_json.dates import counts_of, iso_texts, misshapen
from submission.xpt import iter_xpt, missing_codes, read_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

MOST_DISTINCT = 10_000
_CONDITION = re.compile(r"\s*(\w+)\s+([A-Za-z]+)\s+(.+?)\s*", re.DOTALL)


@dataclass(frozen=True)
class Listed:
    """A variable as it is listed; `date` is date, datetime or time where numbers are such."""

    name: str
    label: str
    type: str
    length: str
    format: str
    date: str = ""


@dataclass(frozen=True)
class Shown:
    """A file to be shown: one line about it, its variables, and its rows as frames."""

    title: str
    variables: tuple[Listed, ...]
    frames: Callable[[list[str]], Iterator[pd.DataFrame]]


def show(
    path: Path,
    console: Console,
    *,
    where: Sequence[str] = (),
    columns: Sequence[str] = (),
    stats: bool = False,
    rows: int = 20,
    encoding: str = "ascii",
) -> None:
    """Print a file's description and first rows, or with `stats` what the values are like.

    Conditions such as `AGE GE 40`, `SEX EQ F` or `ARMCD IN (A, B)` choose the rows that are shown
    and counted; all of them hold. Errors: RawDataError (the file), SpecError (a condition or a
    name).
    """
    check_encoding(encoding)
    shown = of_file(path, encoding)
    by_name = {variable.name: variable for variable in shown.variables}
    dates = {variable.name: variable.date for variable in shown.variables if variable.date}
    conditions = [condition(text, dates) for text in where]
    chosen = list(columns) or list(by_name)
    for name in [*chosen, *(one.variable for one in conditions)]:
        if name not in by_name:
            raise SpecError(
                f"there is no variable {name}",
                where=str(path),
                remedy=did_you_mean(name, by_name),
            )
    needed = list(dict.fromkeys([*chosen, *(one.variable for one in conditions)]))
    frames = (frame[all_hold(conditions, frame)][chosen] for frame in shown.frames(needed))
    listed = [by_name[name] for name in chosen]
    table = _statistics(frames, listed) if stats else _rows(frames, listed, rows)
    console.print(Text(shown.title, style="bold"))
    if not (columns or where or stats):
        console.print(_variables(listed))
    console.print(table)


def of_file(path: Path, encoding: str) -> Shown:
    """A file of any format that `convert` reads."""
    if path.suffix.lower() == ".xpt":
        member = read_member(path, encoding=encoding)
        variables = tuple(
            Listed(c.name, c.label, c.type, str(c.length), c.format, c.holds[:-1])
            for c in member.columns
        )
        title = f"{member.name} {member.label}: {member.rows:,} rows, written {member.modified}"
        return Shown(
            title, variables, lambda names: iter_xpt(path, encoding=encoding, columns=names)
        )
    file = opened(path, encoding)
    dataset = file.dataset
    variables = tuple(
        Listed(
            column.name,
            column.label,
            column.data_type,
            str(column.length or ""),
            column.display_format,
            column.data_type if column.is_numeric_date else "",
        )
        for column in dataset.columns
    )
    title = f"{dataset.name} {dataset.label}: {dataset.records:,} rows, written {dataset.created}"
    return Shown(title, variables, lambda names: (frame[names] for frame in file.frames()))


def condition(text: str, dates: Mapping[str, str] | None = None) -> Where:
    """A condition as typed; SpecError if it is none.

    `dates` has, for variables whose numbers are dates or datetimes, which of them; an ISO 8601
    value becomes such a number.

    >>> condition("ARMCD IN (A, 'B, C')").values
    ('A', 'B, C')
    >>> condition("ADT GE 1960-01-02", {"ADT": "date"}).values
    ('1',)
    """
    matched = _CONDITION.fullmatch(text)
    comparator = matched[2].upper() if matched else ""
    if matched and comparator in Comparator.__members__:
        values = [matched[3]]
        if comparator in ("IN", "NOTIN"):
            values = re.findall(r"\"[^\"]*\"|'[^']*'|[^\s,()][^,()]*", matched[3])
        kind = (dates or {}).get(matched[1], "")
        bare = _counted([_unquoted(value.strip()) for value in values], kind)
        try:
            where = Where(variable=matched[1], comparator=Comparator(comparator), values=bare)
        except ValidationError:
            pass
        else:
            return where
    raise SpecError(
        f"{text!r} is not a condition",
        remedy=f"write it as in 'AGE GE 40', with one of {', '.join(Comparator)}",
    )


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _counted(values: list[str], kind: str) -> tuple[str, ...]:
    """ISO 8601 dates as the numbers that the file has for them, anything else as it is."""
    texts = pa.array(values, pa.large_string())
    if not kind or misshapen(texts, kind, whole=True) is not None:
        return tuple(values)
    return tuple(map(_number, counts_of(texts, kind).tolist()))


def _variables(listed: list[Listed]) -> Table:
    table = Table("Variable", "Label", "Type", "Length", "Format")
    for one in listed:
        table.add_row(*map(Text, (one.name, one.label, one.type, one.length, one.format)))
    return table


def _rows(frames: Iterator[pd.DataFrame], listed: list[Listed], most: int) -> Table:
    """The first rows; those behind them are counted by nobody, so that a large file opens fast."""
    taken: list[pd.DataFrame] = []
    left, more = most, False
    for frame in frames:
        taken.append(frame.iloc[:left])
        more = len(frame) > left
        left -= len(taken[-1])
        if more:
            break
    first = pd.concat(taken, ignore_index=True) if taken else pd.DataFrame()
    table = Table(*(one.name for one in listed), caption="and more" if more else None)
    texts = [_texts(first[one.name], one) for one in listed]
    for row in zip(*texts, strict=True):
        table.add_row(*map(Text, row))
    return table


def _texts(values: pd.Series[Any], one: Listed) -> list[str]:
    """Values as they are shown: dates as ISO 8601, missing text as nothing, numbers in full."""
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return [str(value) for value in values.astype("object").where(values.notna(), "")]
    doubles: Any = values.astype("float64")
    codes = missing_codes(doubles).fillna("").tolist()
    shown = [code or _number(value) for code, value in zip(codes, doubles.tolist(), strict=True)]
    if not one.date:
        return shown
    texts, unfit = iso_texts(doubles.to_numpy(), one.date)
    return [
        shown[at] if text is None or at in set(unfit.tolist()) else text
        for at, text in enumerate(texts.to_pylist())
    ]


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


@dataclass
class _Seen:
    """What the values of a variable were like so far."""

    present: int = 0
    missing: int = 0
    least: Any = None
    most: Any = None
    total: float = 0.0
    counts: pd.Series[Any] = field(default_factory=lambda: pd.Series(dtype="int64"))
    countless: bool = False

    def see(self, values: pd.Series[Any]) -> None:
        present = values.dropna()
        self.present += len(present)
        self.missing += len(values) - len(present)
        if not len(present):
            return
        self.least = min(x for x in (self.least, present.min()) if x is not None)
        self.most = max(x for x in (self.most, present.max()) if x is not None)
        if pd.api.types.is_numeric_dtype(present):
            self.total += float(present.sum())
        if not self.countless:
            counts = present.value_counts()
            self.counts = counts.add(self.counts, fill_value=0) if len(self.counts) else counts
            self.countless = len(self.counts) > MOST_DISTINCT


def _statistics(frames: Iterator[pd.DataFrame], listed: list[Listed]) -> Table:
    """What the values of each variable are like, read a frame at a time."""
    seen = {one.name: _Seen() for one in listed}
    for frame in frames:
        for name, values in seen.items():
            values.see(frame[name])
    table = Table(
        "Variable", "Known", "Missing", "Distinct", "Least", "Greatest", "Mean", "Most often"
    )
    for one in listed:
        values = seen[one.name]
        least, most, mean, often = "", "", "", ""
        if values.present:
            least, most = (
                _texts(pd.Series([value]), one)[0] for value in (values.least, values.most)
            )
            if not isinstance(values.least, str) and not one.date:
                mean = f"{values.total / values.present:.6g}"
            if not values.countless:
                top = values.counts.sort_index().sort_values(ascending=False, kind="stable")
                common = _texts(pd.Series(top.index[:1]), one)[0]
                often = f"{common} ({int(top.iloc[0]):,})"
        distinct = f"over {MOST_DISTINCT:,}" if values.countless else f"{len(values.counts):,}"
        cells = (f"{values.present:,}", f"{values.missing:,}", distinct, least, most, mean, often)
        table.add_row(*map(Text, (one.name, *cells)))
    return table
