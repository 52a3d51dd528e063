"""Building by groups of subjects: no subject's rows depend on another subject's."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.sources import TABLE
from specs.distinct import as_plain, pruned, stacked
from specs.tables import Table, stable_order, traces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
        name: replace(form, frame=form.frame[form.frame["@subject"].isin(chosen)].apply(pruned))
        for name, form in raw.forms.items()
    }
    return replace(raw, forms=MappingProxyType(forms))


def in_groups(study: Study, raw: RawData, size: int) -> Iterator[RawData]:
    """The raw data in groups of subjects of about `size` records, in the order of their names.

    All of it is one group where that would lose or double a record: a record is nobody's, or a
    dataset is made of collected records and tells no subject.
    """
    counts = [form.frame["@subject"].value_counts(dropna=False) for form in raw.forms.values()]
    records = pd.concat([count.set_axis(count.index.astype("str")) for count in counts])
    records = records.groupby(level=0, dropna=False).sum().sort_index()
    group = (records.cumsum() - 1) // size
    datasets = [dataset for dataset in study.of("SDTMIG") if dataset.blocks]
    if not all(map(_separable, datasets)) or records.index.hasnans or group.nunique() < 2:
        yield raw
        return
    for _, members in records.groupby(group):
        yield of_subjects(raw, members.index)


def together(study: Study, parts: Sequence[dict[str, Table]]) -> Mapping[str, Table]:
    """The datasets built for groups of subjects as one, each in the order of its keys.

    Datasets that are about no subject, such as those of trial design, are the same in every group
    and are taken from the first. The parts are emptied on the way: of millions of records there is
    no room for them and the whole.
    """
    return MappingProxyType({name: _whole(study.dataset(name), parts) for name in list(parts[0])})


def _whole(dataset: Dataset, parts: Sequence[dict[str, Table]]) -> Table:
    tables = [part.pop(dataset.name) for part in parts if dataset.name in part]
    if _about_no_subject(dataset):
        del tables[1:]
    # SUPP-- stands in the order of its parent's records, which is not that of IDVARVAL as text.
    keys = ["USUBJID"] if dataset.parent else [k for k in dataset.keys if k in tables[0].frame]
    ends = [table.frame[keys].iloc[[0, -1]] for table in tables if len(table.frame)]
    whole = _joined(tables)
    if len(ends) > 1 and not _in_order(_below(ends)):
        return whole.sorted_by(keys)
    return whole


def _in_order(frame: pd.DataFrame) -> bool:
    order = stable_order([frame[name] for name in frame], len(frame))
    return bool((np.diff(order) == 1).all())


def _joined(tables: list[Table]) -> Table:
    """Tables below each other, their numbers as such; the list is emptied."""
    name, trace = tables[0].name, _traced(tables)
    qualifiers = [t.supplemental for t in tables if t.supplemental is not None]
    rules = [t.rules for t in tables if t.rules is not None]
    frames = [table.frame for table in tables]
    tables.clear()
    beside = [_below(parts) if parts else None for parts in (qualifiers, rules)]
    return Table(name, _below(frames), trace, *beside)


def _traced(tables: list[Table]) -> pd.DataFrame:
    """The traces of tables that stand below each other."""
    trace = traces([table.trace for table in tables])
    starts = np.cumsum([0, *(len(table.frame) for table in tables)])[:-1]
    rows = trace["row"].to_numpy() + np.repeat(starts, [len(table.trace) for table in tables])
    return trace.assign(row=rows)


def _below(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns below each other, a column at a time; the list is emptied."""
    names, size = list(frames[0]), sum(map(len, frames))
    columns = [dict(frame.items()) for frame in frames]
    frames.clear()
    made = {name: as_plain(stacked([part.pop(name) for part in columns])) for name in names}
    return pd.DataFrame(made, index=pd.RangeIndex(size), copy=False)


def _separable(dataset: Dataset) -> bool:
    """Whether a dataset built for groups of subjects makes up the whole."""
    of_study = any(block.form.startswith(TABLE) for block in dataset.blocks)
    return _about_no_subject(dataset) or (dataset.has("USUBJID") and not of_study)


def _about_no_subject(dataset: Dataset) -> bool:
    """Whether a dataset is made of tables of the study alone."""
    return bool(dataset.blocks) and all(b.form.startswith(TABLE) for b in dataset.blocks)
