"""Building by groups of subjects: no subject's rows depend on another subject's."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from engine.groups import joined
from sdtm.records.sources import TABLE
from specs.distinct import pruned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sdtm.raw import RawData
    from specs.model import Dataset, Study
    from specs.tables import Table


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
    if (
        not all(_separable(dataset, study) for dataset in datasets)
        or records.index.hasnans
        or group.nunique() < 2
    ):
        yield raw
        return
    for _, members in records.groupby(group):
        yield of_subjects(raw, members.index)


def together(study: Study, groups: Sequence[dict[str, Table]]) -> Mapping[str, Table]:
    """The datasets built for groups of subjects as one, each in the order of its keys.

    Datasets that are about no subject, such as those of trial design, are the same in every group
    and are taken from the first. The parts are emptied on the way: of millions of records there is
    no room for them and the whole.
    """
    return MappingProxyType(
        {name: _whole(study, study.dataset(name), groups) for name in list(groups[0])}
    )


def _whole(study: Study, dataset: Dataset, groups: Sequence[dict[str, Table]]) -> Table:
    tables = [group.pop(dataset.name) for group in groups if dataset.name in group]
    if about_no_subject(dataset, study):
        del tables[1:]
    # SUPP-- stands in the order of its parent's records, which is not that of IDVARVAL as text.
    keys = [dataset.person] if dataset.parent else [k for k in dataset.keys if k in tables[0].frame]
    return joined(tables, keys)[0]


def _separable(dataset: Dataset, study: Study) -> bool:
    """Whether a dataset built for groups of subjects makes up the whole."""
    of_study = any(block.form.startswith(TABLE) for block in dataset.blocks)
    return about_no_subject(dataset, study) or (dataset.has(dataset.person) and not of_study)


def about_no_subject(dataset: Dataset, study: Study) -> bool:
    """Whether a dataset, or the one it has the qualifiers of, is made of tables of the study."""
    owner = study.dataset(dataset.parent) if study.has(dataset.parent) else dataset
    return bool(owner.blocks) and all(b.form.startswith(TABLE) for b in owner.blocks)
