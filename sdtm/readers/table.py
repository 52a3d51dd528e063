"""Tables: one delimited file per form, with a declared subject column."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import Field, Form, RawData, context
from sdtm.readers._files import Delimiter, Options, options, read_delimited
from specs.errors import RawDataError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from specs.model import RawSource


class TableOptions(Options):
    """One file: its subject column, and where there are any its event and repeat columns."""

    file: str
    subject: str
    event: str = ""
    repeat: str = ""
    dates: Literal["DMY", "MDY", "YMD", ""] = ""
    missing: dict[str, str] = Default(default={})
    delimiter: Delimiter = ","
    encoding: str = "utf-8"


class TablesOptions(Options):
    """`forms` gives for each form its file and columns."""

    forms: dict[str, TableOptions]


def read(source: RawSource, folder: Path) -> RawData:
    """Read the files; RawDataError where one is missing, ragged, or lacks a declared column."""
    given = options(source, TablesOptions)
    forms = {name: _form(name, table, folder) for name, table in given.forms.items()}
    files = tuple(folder / table.file for table in given.forms.values())
    return RawData(MappingProxyType(forms), files)


def _form(name: str, given: TableOptions, folder: Path) -> Form:
    path = folder / given.file
    data = read_delimited(path, given.delimiter, given.encoding)
    for column in (given.subject, given.event, given.repeat):
        if column and column not in data:
            raise RawDataError(
                f"has no column {column}",
                where=f"{path.name} line 1",
                remedy=did_you_mean(column, data.columns),
            )
    lost = data[given.subject].str.strip().fillna("") == ""
    if lost.any():
        raise RawDataError(
            f"the row has no {given.subject}",
            where=f"{path.name} line {data.index[lost][0]}",
            remedy="give every row its subject",
        )
    roles = {"subject": given.subject, "event": given.event, "form_repeat": given.repeat}
    known = {role: data[column] for role, column in roles.items() if column}
    whose = context(data.index, path.name, data.index.to_series(), **known)
    style = DateStyle.from_options(given.dates, "")
    missing = MappingProxyType(given.missing)
    fields = {str(c): Field(str(c), str(c), missing=missing, style=style) for c in data.columns}
    frame = pd.concat([whose, data], axis=1).reset_index(drop=True)
    identity = frozenset({given.subject, given.event, given.repeat} - {""})
    return Form(name, frame, MappingProxyType(fields), identity)
