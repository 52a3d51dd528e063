"""REDCap: an export with a row for each value (EAV), brought into the shape of its flat export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sdtm.readers._redcap_dictionary import EVENT, FORM, INSTANCE, STRUCTURE
from specs.errors import RawDataError, did_you_mean
from specs.findings import findings, no_findings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sdtm.readers._redcap_dictionary import Dictionary

RECORD, NAME, VALUE = "record", "field_name", "value"
_NEEDED = frozenset({RECORD, NAME, VALUE})


def is_eav(head: Iterable[str]) -> bool:
    """Whether a file with that head has one row for each value."""
    return _NEEDED <= set(head) <= _NEEDED | {EVENT, FORM, INSTANCE}


def flat(
    data: pd.DataFrame, dictionary: Dictionary, path: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a flat export, each with the line of its first value, and what was found.

    A ticked box is a row with its code; boxes that are not ticked, and blanks, have none.
    """
    keys = [name for name in (RECORD, EVENT, FORM, INSTANCE) if name in data]
    data = data[data[VALUE].notna() & (data[NAME] != dictionary.record_id)]
    statuses = [f"{form}_complete" for form in dict.fromkeys(dictionary.form_of.values())]
    stamps = {f"{form}_timestamp" for form in dictionary.form_of.values()}
    boxes = {
        (field.name, code): column
        for field in dictionary.fields.values()
        for column, code in dictionary.columns(field).items()
        if code
    }
    ticks = data[NAME].isin([name for name, _ in boxes])
    names = {*dictionary.fields, *statuses, *stamps, *dictionary.boxes, *STRUCTURE}
    _check_names(data[NAME], names, dictionary, path)
    pairs = pd.Series(list(zip(data[NAME], data[VALUE], strict=True)), index=data.index)
    column = data[NAME].where(~ticks, pairs.map(boxes)).astype("str")
    problems = _not_offered(data[ticks & column.isna()], path)
    data, column = data[column.notna()], column.dropna()
    value = data[VALUE].where(~ticks[data.index], "1")
    number = data.groupby(keys, dropna=False, sort=False).ngroup()
    _check_once(data[pd.DataFrame({"row": number, "column": column}).duplicated()], path)
    wide = value.groupby([number, column], sort=False).first().unstack()
    order = [c for field in dictionary.fields.values() for c in dictionary.columns(field)]
    used = [c for c in (*order, *statuses, *sorted(stamps), *STRUCTURE) if c not in keys]
    kept = [c for c in used if c in wide or c not in (stamps | STRUCTURE)]
    first = ~number.duplicated()
    wide = wide.sort_index().reindex(columns=kept).set_axis(data.index[first]).astype("str")
    whole = pd.concat([data.loc[first, keys], wide.drop(columns=dictionary.record_id)], axis=1)
    return whole.rename(columns={RECORD: dictionary.record_id}).rename_axis("line"), problems


def _check_names(names: pd.Series, fields: set[str], dictionary: Dictionary, path: Path) -> None:
    """RawDataError for a value of a field that the dictionary does not have."""
    strange = names[~names.isin(list(fields))]
    if len(strange):
        name = strange.fillna("(blank)").iloc[0]
        raise RawDataError(
            f"field_name {name} is not in {dictionary.path.name}",
            where=f"{path.name} line {strange.index[0]}",
            remedy=f"{did_you_mean(name, fields)} Export data and dictionary together",
        )


def _check_once(again: pd.DataFrame, path: Path) -> None:
    """RawDataError where rows give a second value to a field of one record."""
    if len(again):
        row = again.iloc[0]
        raise RawDataError(
            f"record {row[RECORD]} has two values of {row[NAME]}",
            where=f"{path.name} line {again.index[0]}",
            remedy="export the columns redcap_repeat_instrument and redcap_repeat_instance too, or"
            " export the data flat",
        )


def _not_offered(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    if rows.empty:
        return no_findings()
    return findings(
        severity="error",
        rule="CK-RAW-CODE",
        subject=rows[RECORD],
        variable=rows[NAME],
        value=rows[VALUE],
        message="is not a choice of the checkbox, and is left out",
        file=path.name,
        line=rows.index.to_series(),
    )
