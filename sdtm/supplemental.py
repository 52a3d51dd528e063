"""SUPP--: what was collected and has no variable in its domain, one record per value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from engine.values import as_text
from specs.distinct import as_plain
from specs.model import Origin
from specs.tables import Table

if TYPE_CHECKING:
    from specs.model import Dataset, Variable


def supplemental_table(dataset: Dataset, table: Table) -> Table:
    """The SUPP-- table of a built dataset: a record per filled qualifier, sorted by its keys.

    A qualifier is related to its record by --SEQ; in DM by the subject alone, and in SV and SE,
    which have no --SEQ either, by the key beside the subject.
    """
    qualifiers = table.supplemental if table.supplemental is not None else pd.DataFrame()
    values = pd.concat([_values(variable, qualifiers) for variable in dataset.supplemental])
    own = table.frame.loc[values.index]
    idvar = _related_by(dataset, table)
    frame = pd.DataFrame(
        {
            "STUDYID": own["STUDYID"],
            "RDOMAIN": dataset.code,
            dataset.person: own[dataset.person],
            "IDVAR": idvar or None,
            "IDVARVAL": as_text(as_plain(own[idvar])) if idvar else None,
            **values,
            "QEVAL": None,
        },
    ).astype("str")
    order = frame.reset_index(names="@parent").sort_values(
        [dataset.person, "@parent", "QNAM"], kind="stable", ignore_index=True
    )
    parent = order.pop("@parent")
    links = table.trace.merge(
        pd.DataFrame({"parent": parent, "row": order.index}), left_on="row", right_on="parent"
    )
    trace = links.assign(row=links["row_y"])[["row", "source", "record"]]
    return Table(f"SUPP{dataset.name}", order, trace.sort_values("row", ignore_index=True))


def _related_by(dataset: Dataset, table: Table) -> str:
    """The variable that tells the records of a subject apart; "" where there is one record."""
    seq = f"{dataset.domain}SEQ"
    if seq in table.frame:
        return seq
    return next((key for key in dataset.keys if key not in ("STUDYID", dataset.person)), "")


def _values(variable: Variable, qualifiers: pd.DataFrame) -> pd.DataFrame:
    """The values of one qualifier, on the index of the rows they belong to."""
    values = as_text(as_plain(qualifiers[variable.name].dropna()))
    origin = variable.rules[0].origin if variable.rules else Origin.ASSIGNED
    return pd.DataFrame(
        {
            "QNAM": variable.name,
            "QLABEL": variable.label,
            "QVAL": values,
            "QORIG": origin.title(),  # as define.xml has it
        },
        index=values.index,
    )
