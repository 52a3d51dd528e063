"""REDCap: whether an export, its dictionary and its event tables belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.readers._files import read_delimited
from sdtm.readers._redcap_dictionary import EVENT, FORM, INSTANCE, STRUCTURE
from specs.errors import RawDataError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.readers._redcap_dictionary import Dictionary


def read_listing(path: Path, *columns: str) -> pd.DataFrame:
    """One of the lists that go with an export; RawDataError where it lacks a column."""
    table = read_delimited(path)
    for name in columns:
        if name not in table.columns:
            raise RawDataError(
                f"has no column {name}",
                where=f"{path.name} line 1",
                remedy=f"{did_you_mean(name, table.columns)} Export it again",
            )
    return table


def check_columns(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> None:
    where = f"{path.name} line 1"
    columns = {c for field in dictionary.fields.values() for c in dictionary.columns(field)}
    complete = {f"{form}_complete" for form in dictionary.form_of.values()}
    stamps = {f"{form}_timestamp" for form in dictionary.form_of.values()}
    if dictionary.record_id not in data.columns:
        raise RawDataError(
            f"has no column {dictionary.record_id}, the first field of {dictionary.path.name}",
            where=where,
            remedy=did_you_mean(dictionary.record_id, data.columns),
        )
    unknown = [name for name in data.columns if name not in columns | complete | stamps | STRUCTURE]
    if unknown:
        raise RawDataError(
            f"column {unknown[0]} is not in {dictionary.path.name}"
            + (f" (nor {len(unknown) - 1} more)" if len(unknown) > 1 else ""),
            where=where,
            remedy=f"{did_you_mean(unknown[0], columns)} Export data and dictionary together",
        )


def check_coding(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> None:
    """RawDataError where boxes and statuses are not coded 0, 1, 2: then labels were exported."""
    codes = {column: ["0", "1"] for column in dictionary.boxes}
    codes |= {f"{form}_complete": ["0", "1", "2"] for form in dictionary.form_of.values()}
    for name in data.columns.intersection(list(codes), sort=False):
        strange = data[name][data[name].notna() & ~data[name].isin(codes[name])]
        if len(strange):
            raise RawDataError(
                f"{name} is {strange.iloc[0]}, not one of {', '.join(codes[name])}",
                where=f"{path.name} line {strange.index[0]}",
                remedy="export the raw data, not the labels",
            )


def check_instances(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> None:
    """RawDataError for an instance of a form that is not there, or with answers of another form."""
    if FORM not in data.columns:
        return
    if INSTANCE not in data.columns:
        raise RawDataError(
            f"has a column {FORM}, but no {INSTANCE}",
            where=f"{path.name} line 1",
            remedy="export the data with all columns",
        )
    number = data[INSTANCE].str.fullmatch("[1-9][0-9]*").fillna(value=False).astype(bool)
    wrong = data[~number & (data[INSTANCE].notna() | data[FORM].notna())]
    if len(wrong):
        raise RawDataError(
            f"{INSTANCE} is {wrong[INSTANCE].fillna('blank').iloc[0]}, not a whole number from 1",
            where=f"{path.name} line {wrong.index[0]}",
            remedy="the row was edited; export the data again",
        )
    form_names = set(dictionary.form_of.values())
    strange = data[FORM][data[FORM].notna() & ~data[FORM].isin(form_names)]
    if len(strange):
        raise RawDataError(
            f"{FORM} {strange.iloc[0]} is not a form of {dictionary.path.name}",
            where=f"{path.name} line {strange.index[0]}",
            remedy=f"{did_you_mean(str(strange.iloc[0]), form_names)} Export the raw data, not the"
            " labels, together with their dictionary",
        )
    owner = {
        column: dictionary.form_of[name]
        for name, field in dictionary.fields.items()
        for column in dictionary.columns(field)
        if name != dictionary.record_id and column in data
    }
    rows = data.loc[data[FORM].notna(), list(owner)]
    boxes = [name for name in owner if name in dictionary.boxes]
    rows[boxes] = rows[boxes].replace("0", None)
    forms = data.loc[rows.index, FORM].to_numpy()
    filled = rows.notna().to_numpy() & (forms[:, None] != np.array(list(owner.values()))[None, :])
    for row, column in np.argwhere(filled)[:1]:
        name, value = str(rows.columns[column]), str(rows.iat[row, column])
        raise RawDataError(
            f"{name} of form {owner[name]} is {value} in an instance of {forms[row]}",
            where=f"{path.name} line {rows.index[row]}",
            remedy="a row was edited or shifted; export the data again",
        )


def check_events(data: pd.DataFrame, events: Path, path: Path) -> None:
    listing = read_listing(events, "unique_event_name")
    if EVENT not in data.columns:
        raise RawDataError(
            f"has no column {EVENT}, though {events.name} lists events",
            where=f"{path.name} line 1",
            remedy="export the data of a longitudinal project with its events",
        )
    names = listing["unique_event_name"].dropna()
    strange = data[EVENT][~data[EVENT].isin(names)]
    if len(strange):
        raise RawDataError(
            f"event {strange.fillna('(blank)').iloc[0]} is not in {events.name}",
            where=f"{path.name} line {strange.index[0]}",
            remedy=f"{did_you_mean(str(strange.iloc[0]), names)} Export data and events together",
        )


def check_doubled(data: pd.DataFrame, record_id: str, path: Path) -> None:
    blank = data[record_id].str.strip().fillna("") == ""
    if blank.any():
        raise RawDataError(
            f"the row has no {record_id}",
            where=f"{path.name} line {data.index[blank][0]}",
            remedy="the file was cut or edited; export it again",
        )
    keys = [name for name in (record_id, EVENT, FORM, INSTANCE) if name in data.columns]
    doubled = data.duplicated(subset=keys, keep=False)
    if doubled.any():
        first = data.loc[doubled, keys].iloc[0]
        same = (data[keys] == first).fillna(value=False) | (data[keys].isna() & first.isna())
        lines = data.index[same.all(axis=1)]
        key = ", ".join(f"{name} {value}" for name, value in first.items() if not pd.isna(value))
        raise RawDataError(
            f"the record {key} is there twice",
            where=f"{path.name} lines {lines[0]} and {lines[1]}",
            remedy="exports were joined or a row was copied; export the data again",
        )
