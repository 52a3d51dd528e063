"""Datasets of SDTM that the cache keeps, and what of them must be made anew.

A kept dataset stands where its specification, its forms and its functions are as they were, and so
are the variables of other datasets that its rules read. Datasets read each other in circles, if
variables do not: what has changed is made, and then again what reads a variable that came out
different, until nothing is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from engine.order import sorted_by_need
from sdtm.dataset import RECORDS, Tabulation
from sdtm.supplemental import supplemental_table
from specs.cache import NO_CACHE, product
from specs.cache.digests import digest_of, facts_of
from specs.errors import CdisckitError
from specs.findings import tells

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    import pandas as pd

    from sdtm.dataset import Restored
    from sdtm.ledger import Usage
    from sdtm.raw import RawData
    from specs.cache import Cache
    from specs.model import Dataset, Study
    from specs.tables import Table

    Name = tuple[str, str]
    Needs = Mapping[Name, set[Name]]

KIND: Final = "sdtm"

_ROUNDS: Final = 4
"""How often datasets are looked at again before all are made anew."""


@dataclass(frozen=True)
class BuiltDataset:
    """A built dataset: its tables, SUPP-- among them, what was found, and what it used.

    `restored` has what other datasets read of it. `digests` stands for these values,
    `read` those that it read itself, by dataset and variable. `taken` is True where it was kept.
    """

    tables: tuple[Table, ...]
    findings: pd.DataFrame
    usage: Usage
    restored: Restored | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[Name, str] = field(default_factory=dict)
    taken: bool = False


def datasets_made(
    study: Study, raw: RawData, cache: Cache = NO_CACHE
) -> Mapping[str, BuiltDataset]:
    """The SDTM datasets of a study, those of the cache that nothing has changed as they are there.

    SpecError or MappingError where a rule cannot be applied, as building all of it meets it.
    """
    every = tabulations_of(study, raw)
    needs = needs_of(every)
    if not cache:
        return _all_built(study, raw, needs)
    keys = _keys(study, raw, every)
    try:
        datasets = _settled(study, raw, needs, keys, cache)
    except CdisckitError:  # that of the whole is told: which comes first may differ
        datasets = _all_built(study, raw, needs)
    for name, dataset in datasets.items():
        if (
            dataset.restored is not None
            and not dataset.taken
            and not tells(dataset.findings, study.dataset(name))
        ):
            cache.put(KIND, keys[name], replace(dataset, usage=_without_dataset(dataset.usage)))
    return datasets


def tabulations_of(study: Study, raw: RawData) -> Mapping[str, Tabulation]:
    """The datasets that have records of their own, yet to be made."""
    tabulations: dict[str, Tabulation] = {}
    for dataset in study.of("SDTMIG"):
        if dataset.blocks:
            tabulations[dataset.name] = Tabulation(dataset, study, raw, tabulations)
    return tabulations


def needs_of(tabulations: Mapping[str, Tabulation]) -> Needs:
    """For all (dataset, variable) its dataset's records and what its rules read."""
    graph = {
        (name, variable.name): {(name, RECORDS), *tabulation.needs(variable)}
        for name, tabulation in tabulations.items()
        for variable in tabulation.variables.values()
    }
    return graph | {(n, RECORDS): set(t.needs_of_records()) for n, t in tabulations.items()}


def _settled(
    study: Study, raw: RawData, needs: Needs, keys: Mapping[str, str], cache: Cache
) -> Mapping[str, BuiltDataset]:
    """The datasets, made where the cache has none of that key or what they read has changed."""
    reads = _reads(needs)
    wanted = {name: _read_of(name, reads) for name in keys}
    datasets: dict[str, BuiltDataset] = {}
    for name, key in keys.items():
        stored = cache.get(KIND, key)
        if isinstance(stored, BuiltDataset) and wanted[name] <= set(stored.digests):
            dataset = study.dataset(name)
            usage = replace(stored.usage, dataset=dataset)
            datasets[name] = replace(stored, usage=usage, taken=True)
    for _ in range(_ROUNDS):
        stale = [n for n in keys if n not in datasets or _differs(datasets[n], reads[n], datasets)]
        if not stale:
            return {name: datasets[name] for name in keys}
        kept = {name: dataset for name, dataset in datasets.items() if name not in stale}
        datasets |= _built(study, raw, needs, stale, kept)
    return _built(study, raw, needs, list(keys), {})


def _differs(dataset: BuiltDataset, reads: set[Name], datasets: Mapping[str, BuiltDataset]) -> bool:
    """Whether what a dataset reads is not what it was made from, as far as that is known."""
    return set(dataset.read) != reads or any(
        datasets[owner].digests.get(variable, "") != digest
        for (owner, variable), digest in dataset.read.items()
        if owner in datasets
    )


def _built(
    study: Study, raw: RawData, needs: Needs, names: Sequence[str], kept: Mapping[str, BuiltDataset]
) -> dict[str, BuiltDataset]:
    """Some datasets, from those that are kept where their rules read them."""
    tabulations = tabulations_of(study, raw)
    for name, dataset in kept.items():
        if dataset.restored is not None:
            tabulations[name].restore(dataset.restored)
    _make(tabulations, needs, names)
    reads = _reads(needs)
    restored = {name: tabulations[name].restorable(_read_of(name, reads)) for name in names}
    digests = {name: dataset.digests for name, dataset in kept.items()}
    digests |= {name: _digests(of) for name, of in restored.items()}
    datasets = {}
    for name in names:
        read = {(owner, n): digests[owner].get(n, "") for owner, n in sorted(reads[name])}
        datasets[name] = replace(
            _finished(tabulations[name]), restored=restored[name], digests=digests[name], read=read
        )
    return datasets


def _all_built(study: Study, raw: RawData, needs: Needs) -> dict[str, BuiltDataset]:
    """All datasets, with nothing that only the cache has need of."""
    tabulations = tabulations_of(study, raw)
    _make(tabulations, needs, tabulations)
    return {name: _finished(tabulation) for name, tabulation in tabulations.items()}


def place_in(tabulations: Mapping[str, Tabulation]) -> Callable[[Name], str]:
    """What tells where a variable of a dataset is written."""
    return lambda at: tabulations[at[0]].dataset.place_of(at[1])


def _make(tabulations: Mapping[str, Tabulation], needs: Needs, names: Container[str]) -> None:
    for owner, name in sorted_by_need(needs, place_in(tabulations)):
        if owner in names:
            tabulations[owner].collect() if name == RECORDS else tabulations[owner].make(name)


def _reads(needs: Needs) -> Mapping[str, set[Name]]:
    """For each dataset the (dataset, variable) that it reads of others."""
    reads: dict[str, set[Name]] = {owner: set() for owner, _ in needs}
    for (owner, _), read in needs.items():
        reads[owner].update(name for name in read if name[0] != owner)
    return reads


def _read_of(name: str, reads: Mapping[str, set[Name]]) -> set[str]:
    """The variables of a dataset that others read."""
    return {variable for of in reads.values() for owner, variable in of if owner == name}


def _digests(restored: Restored) -> Mapping[str, str]:
    records = digest_of(restored.context, restored.trace)
    return {RECORDS: records, **{n: digest_of(v) for n, v in restored.values.items()}}


def _finished(tabulation: Tabulation) -> BuiltDataset:
    """What came of a dataset whose variables are all made."""
    table = tabulation.table()
    tables = [table]
    if tabulation.dataset.supplemental:
        tables.append(supplemental_table(tabulation.dataset, table))
    return BuiltDataset(tuple(tables), tabulation.findings(), tabulation.usage())


def _without_dataset(usage: Usage) -> Usage:
    """The usage without the specification, which the cache has no need of."""
    bare = replace(usage.dataset, blocks=(), variables=(), supplemental=(), working=())
    return replace(usage, dataset=bare)


def _keys(study: Study, raw: RawData, tabulations: Mapping[str, Tabulation]) -> Mapping[str, str]:
    """For each dataset what stands for all that it is made of, but for other datasets."""
    forms = {name: digest_of(form) for name, form in raw.forms.items()}
    shared = digest_of(
        product(),
        facts_of(study),
        [d.name for d in study.datasets],
        list(tabulations),
        list(raw.forms),
    )
    return {
        name: _key(tabulation.dataset, forms, shared) for name, tabulation in tabulations.items()
    }


def _key(dataset: Dataset, forms: Mapping[str, str], shared: str) -> str:
    named = {name for b in dataset.blocks for name in (b.form, *(j.form for j in b.joins))}
    named |= {owner for block in dataset.blocks for _, owner, _ in block.among}
    return digest_of(shared, dataset, [(name, forms.get(name)) for name in sorted(named)])
