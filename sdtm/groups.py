"""Building by groups of subjects: no subject's rows depend on another subject's."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from specs.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sdtm.raw import RawData
    from specs.model import Dataset, Study


def subjects_in(raw: RawData) -> tuple[str, ...]:
    """The subjects of the raw data, as these name them, in the order of their records."""
    return tuple(raw.records()["subject"].dropna().unique())


def of_subjects(raw: RawData, subjects: Iterable[str]) -> RawData:
    """The raw data of some subjects; records keep their ids, and what was found in reading stays.

    The forms are all there, with their fields, if without records.
    """
    chosen = list(subjects)
    forms = {
        name: replace(form, frame=form.frame[form.frame["@subject"].isin(chosen)])
        for name, form in raw.forms.items()
    }
    return replace(raw, forms=MappingProxyType(forms))


def together(study: Study, parts: Sequence[Mapping[str, Table]]) -> Mapping[str, Table]:
    """The datasets built for groups of subjects as one, each in the order of its keys.

    Datasets that are about no subject, such as those of trial design, are the same in every group
    and are taken from the first.
    """
    return MappingProxyType(
        {
            name: table
            if _about_no_subject(study.dataset(name))
            else _joined(study.dataset(name), [part[name] for part in parts if name in part])
            for name, table in parts[0].items()
        }
    )


def _about_no_subject(dataset: Dataset) -> bool:
    return not dataset.has("USUBJID") or dataset.name == "RELREC"


def _joined(dataset: Dataset, tables: list[Table]) -> Table:
    starts = pd.Series([len(table.frame) for table in tables]).cumsum().shift(fill_value=0)
    qualifiers = [table.supplemental for table in tables if table.supplemental is not None]
    trace = pd.concat(
        [
            t.trace.assign(row=t.trace["row"] + start)
            for t, start in zip(tables, starts, strict=True)
        ]
    )
    whole = Table(
        tables[0].name,
        pd.concat([table.frame for table in tables], ignore_index=True),
        trace,
        pd.concat(qualifiers, ignore_index=True) if qualifiers else None,
    )
    # SUPP-- stands in the order of its parent's records, which is not that of IDVARVAL as text.
    keys = ["USUBJID"] if dataset.parent else [key for key in dataset.keys if key in whole.frame]
    return whole.sorted_by(keys)
