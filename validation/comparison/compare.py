"""Two versions of a dataset compared: variables, attributes, records by their key, and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from specs.errors import SpecError, did_you_mean
from specs.shown import counted
from validation.comparison.values import (
    Column,
    Tolerance,
    as_kind,
    differ_in_class,
    shared_kind,
    shown,
    unequal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from validation.comparison.sides import Kind, Side, SideVariable

ATTRIBUTE_COLUMNS: Final = ("dataset", "variable", "attribute", "base", "compare")
UNPAIRED_COLUMNS: Final = ("dataset", "side", "row", "key")
VALUE_COLUMNS: Final = (
    "dataset",
    "variable",
    "key",
    "base_row",
    "compare_row",
    "base",
    "compare",
    "difference",
    "percent",
)
ABSENT: Final = "(absent)"


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions of a dataset. Rows are counted from 1, as in the files.

    `attributes` has ATTRIBUTE_COLUMNS: variables that one side lacks, classes (text, number, date
    and the like), labels, lengths, formats, the order of variables and of records. `unpaired` has
    UNPAIRED_COLUMNS, the records that only one side has. `values` has VALUE_COLUMNS; `difference`
    is compare minus base, `percent` that of base. `notes` say what was not or not surely compared.
    """

    dataset: str
    keys: tuple[str, ...]
    base_records: int
    compare_records: int
    paired: int
    variables: tuple[str, ...]
    attributes: pd.DataFrame
    unpaired: pd.DataFrame
    values: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (len(self.attributes) or len(self.unpaired) or len(self.values))

    def __repr__(self) -> str:
        if self.same:
            return f"<Comparison {self.dataset}: {counted(self.paired, 'record')} the same>"
        counts = (
            counted(len(self.values), "value"),
            counted(len(self.unpaired), "record"),
            counted(len(self.attributes), "attribute"),
        )
        return f"<Comparison {self.dataset}: {', '.join(counts)} differ>"


def compare(
    base: Side,
    other: Side,
    *,
    keys: Sequence[str] = (),
    tolerance: Tolerance = Tolerance(),  # noqa: B008  # frozen
    tolerances: Mapping[str, Tolerance] | None = None,
) -> Comparison:
    """Compare a dataset with another version of it.

    Records are paired by `keys`, else by the keys that the description of a side states; without
    any, or where a side lacks one, by their position. Records of the same key are paired in their
    order. `tolerances` are those of single variables, `tolerance` that of all other numbers.
    SpecError for a key or tolerance of a variable that neither side has.
    """
    notes: list[str] = []
    names = [v.name for v in base.variables if v.name in other.variable]
    limits = dict(tolerances or {})
    for name in (*keys, *limits):
        if name not in names:
            raise SpecError(
                f"{name} is not a variable of both versions",
                where=base.name,
                remedy=did_you_mean(name, names),
            )
    key = _key(base, other, keys, notes)
    rows = _Rows.paired_by(key, base, other, notes)
    of_key = _key_texts(base, key)
    tables = (
        _values(base, other, name, rows, of_key, limits.get(name, tolerance))
        for name in names
        if name not in key
    )
    values = [table for table in tables if len(table)]
    attributes = [*_attributes(base, other), *rows.order(base.name)]
    return Comparison(
        base.name,
        key,
        len(base.frame),
        len(other.frame),
        len(rows.base),
        tuple(names),
        _table(attributes, ATTRIBUTE_COLUMNS),
        pd.concat(
            [
                _unpaired(base, key, rows.only_base, "base"),
                _unpaired(other, key, rows.only_compare, "compare"),
            ],
            ignore_index=True,
        ),
        pd.concat(values, ignore_index=True) if values else _table([], VALUE_COLUMNS),
        tuple(notes),
    )


@dataclass(frozen=True)
class _Rows:
    """Positions of the records: of pairs in the order of base, and of those without a partner."""

    base: np.ndarray
    compare: np.ndarray
    only_base: np.ndarray
    only_compare: np.ndarray

    @staticmethod
    def paired_by(key: tuple[str, ...], base: Side, other: Side, notes: list[str]) -> _Rows:
        sizes = len(base.frame), len(other.frame)
        if not key:
            common = min(sizes)
            position = np.arange(max(sizes))
            left, right = position[: sizes[0]], position[: sizes[1]]
            return _Rows(left[:common], right[:common], left[common:], right[common:])
        identifiers = _identifiers(key, base, other)
        sides = identifiers[: sizes[0]], identifiers[sizes[0] :]
        marks = []
        for side, name in zip(sides, ("base", "compare"), strict=True):
            occurrence = side.groupby(side).cumcount().to_numpy()
            doubled = int((side.groupby(side).transform("size") > 1).sum())
            if doubled:
                notes.append(
                    f"{', '.join(key)} does not tell {counted(doubled, 'record')} of {name} from"
                    " others; records of one key are paired in their order"
                )
            marks.append(pd.MultiIndex.from_arrays([side.to_numpy(), occurrence]))
        positions = marks[1].get_indexer(marks[0])
        there = positions >= 0
        only = np.setdiff1d(np.arange(sizes[1]), positions[there])
        return _Rows(np.flatnonzero(there), positions[there], np.flatnonzero(~there), only)

    def order(self, dataset: str) -> Iterator[tuple[str, ...]]:
        moved = int((np.diff(self.compare) < 0).sum())
        if moved:
            yield dataset, "", "order of records", "", f"{counted(moved, 'step')} back"


def _key(base: Side, other: Side, keys: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    for candidate in (tuple(keys), base.keys, other.keys):
        lacking = [n for n in candidate if n not in base.variable or n not in other.variable]
        if candidate and not lacking:
            return candidate
        if lacking:
            notes.append(f"the key {', '.join(candidate)} is not used: {lacking[0]} is missing")
    notes.append("no key is known, so records are paired by their position; name one with --keys")
    return ()


def _identifiers(key: tuple[str, ...], base: Side, other: Side) -> pd.Series:
    """A number for every record of base, then of the other; the same number for the same key."""
    columns = {}
    for name in key:
        kind = shared_kind(base.variable[name].kind, other.variable[name].kind)
        both = [as_kind(_column(side, name), kind) for side in (base, other)]
        columns[name] = pd.concat(both, ignore_index=True)
        if columns[name].dtype != "float64":
            columns[name] = columns[name].fillna("")
    frame = pd.DataFrame(columns)
    return frame.groupby(list(key), dropna=False, sort=False).ngroup()


def _column(side: Side, name: str, rows: np.ndarray | None = None) -> Column:
    values = side.frame[name] if rows is None else side.frame[name].iloc[rows]
    kind: Kind = side.variable[name].kind
    return Column(values.reset_index(drop=True), kind, side.tells_blanks, side.tells_codes)


def _key_texts(side: Side, key: tuple[str, ...]) -> pd.Series:
    """What tells a record from others, as text: USUBJID=01-001, AESEQ=2."""
    texts = pd.Series("", index=pd.RangeIndex(len(side.frame)), dtype="str")
    for name in key:
        if name != "STUDYID" or len(key) == 1:
            between = np.where(texts.eq(""), "", ", ")
            texts = texts + between + f"{name}=" + shown(_column(side, name))
    return texts


def _values(
    base: Side, other: Side, name: str, rows: _Rows, of_key: pd.Series, tolerance: Tolerance
) -> pd.DataFrame:
    """The values of one variable that differ, in the records of both sides."""
    left, right = _column(base, name, rows.base), _column(other, name, rows.compare)
    positions = np.flatnonzero(unequal(left, right, tolerance))
    if not len(positions):
        return _table([], VALUE_COLUMNS)
    kind = shared_kind(left.kind, right.kind)
    difference = np.full(len(positions), np.nan)
    percent = difference
    if kind not in ("text", "boolean"):
        numbers = [as_kind(c, kind).to_numpy()[positions] for c in (left, right)]
        difference = numbers[1] - numbers[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(numbers[0] == 0, np.nan, difference / np.abs(numbers[0]) * 100)
    return pd.DataFrame(
        {
            "dataset": base.name,
            "variable": name,
            "key": of_key.iloc[rows.base[positions]].to_numpy(),
            "base_row": rows.base[positions] + 1,
            "compare_row": rows.compare[positions] + 1,
            "base": shown(_at(left, positions)).to_numpy(),
            "compare": shown(_at(right, positions)).to_numpy(),
            "difference": difference,
            "percent": percent,
        }
    )


def _at(column: Column, positions: np.ndarray) -> Column:
    return Column(column.values.iloc[positions], column.kind)


def _unpaired(side: Side, key: tuple[str, ...], rows: np.ndarray, which: str) -> pd.DataFrame:
    texts = _key_texts(side, key).iloc[rows].to_numpy()
    return pd.DataFrame(
        {"dataset": side.name, "side": which, "row": rows + 1, "key": texts},
        columns=pd.Index(UNPAIRED_COLUMNS),
    )


def _attributes(base: Side, other: Side) -> Iterator[tuple[str, ...]]:
    """What differs in labels, in which variables there are, and in their order."""
    if base.label is not None and other.label is not None and base.label != other.label:
        yield base.name, "", "label", base.label, other.label
    for variable in base.variables:
        if variable.name not in other.variable:
            yield base.name, variable.name, "variable", "there", ABSENT
        else:
            yield from _of_variable(base.name, variable, other.variable[variable.name])
    for variable in other.variables:
        if variable.name not in base.variable:
            yield base.name, variable.name, "variable", ABSENT, "there"
    orders = [
        [v.name for v in side.variables if v.name in base.variable and v.name in other.variable]
        for side in (base, other)
    ]
    moved = next((pair for pair in zip(*orders, strict=True) if pair[0] != pair[1]), None)
    if moved:
        yield base.name, "", "order of variables", f"{moved[0]} first", f"{moved[1]} first"


def _of_variable(
    dataset: str, base: SideVariable, other: SideVariable
) -> Iterator[tuple[str, ...]]:
    if differ_in_class(base.kind, other.kind):
        yield dataset, base.name, "class", base.kind, other.kind
    for attribute in ("label", "length", "format", "informat"):
        left, right = getattr(base, attribute), getattr(other, attribute)
        if left is not None and right is not None and left != right:
            yield dataset, base.name, attribute, str(left), str(right)


def _table(rows: Sequence[tuple[str, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=pd.Index(columns))
