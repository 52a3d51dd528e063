"""From values, one on a row, to forms: what systems with a row for each item have in common."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import Field, Form, context
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = ("form", "subject", "event", "event_repeat", "form_repeat", "group_repeat")
"""The columns that say of which record a value is."""

CELLS = (*KEYS, "item", "text", "line")
"""The columns of a table of values; `text` is missing where a field is there and blank."""


def forms_of_cells(
    cells: pd.DataFrame, file: str, field_of: Callable[[str, str], Field]
) -> dict[str, Form]:
    """A form for each that is named, its fields and records in the order of the values.

    RawDataError where a record has two values of an item.
    """
    cells = cells.reset_index(drop=True)
    forms: dict[str, Form] = {}
    for form, of_form in cells.groupby("form", sort=False, dropna=False):
        name = str(form)
        number = of_form.groupby(list(KEYS), sort=False, dropna=False).ngroup()
        twice = pd.DataFrame({"n": number, "item": of_form["item"]}).duplicated()
        if twice.any():
            row = of_form[twice].iloc[0]
            raise RawDataError(
                f"subject {row['subject']}, event {row['event']}: {row['item']} of {name} has two"
                " values",
                where=f"{file} line {row['line']}",
                remedy="exports were joined, or a column that numbers repeats is missing; export"
                " the data again",
            )
        items = list(dict.fromkeys(of_form["item"]))
        wide = of_form["text"].groupby([number, of_form["item"]], sort=False).first().unstack()
        wide = wide.reindex(index=range(int(number.max()) + 1), columns=items)
        first = of_form[~number.duplicated()].reset_index(drop=True)
        whose = context(
            wide.index,
            file,
            first["line"].astype("Int64"),
            **{role: first[role].astype("str") for role in KEYS if role != "form"},
        )
        frame = pd.concat([whose, wide.astype("str")], axis=1)
        fields = {item: field_of(name, item) for item in items}
        forms[name] = Form(name, frame, MappingProxyType(fields))
    return forms
