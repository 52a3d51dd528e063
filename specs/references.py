"""Whether what the datasets of a study say of each other can be true."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from specs.errors import SpecError, did_you_mean
from specs.model import Origin
from specs.where import clauses_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset, Parameter, Rule, Study


def check_references(study: Study) -> None:
    """SpecError naming every source `DATASET.VARIABLE` or key that is not there."""
    problems = [str(problem) for dataset in study.datasets for problem in _problems(study, dataset)]
    if problems:
        raise SpecError("\n".join(problems))


def rules_of(dataset: Dataset) -> Iterator[Rule]:
    """All rules of a dataset: of its blocks, variables, qualifiers and parameters."""
    yield from (block.rule for block in dataset.blocks if block.rule)
    for variable in (*dataset.variables, *dataset.supplemental, *dataset.working):
        yield from variable.rules
    yield from (parameter.rule for parameter in dataset.parameters if parameter.rule)


def split_source(source: str) -> tuple[str, str]:
    """`DM.RFSTDTC` as (`DM`, `RFSTDTC`); a name without owner has the owner "".

    >>> split_source("DM.RFSTDTC"), split_source("AESTDTC")
    (('DM', 'RFSTDTC'), ('', 'AESTDTC'))
    """
    owner, dot, name = source.partition(".")
    return (owner, name) if dot else ("", source)


def parameters_named(dataset: Dataset, pattern: str) -> tuple[Parameter, ...]:
    """The parameters of a dataset whose code is `pattern` or matches it (`BILG*`), in order."""
    return tuple(p for p in dataset.parameters if fnmatchcase(p.code, pattern))


def _problems(study: Study, dataset: Dataset) -> Iterator[SpecError]:
    """Keys, sources and conditions of a dataset that name what is not there."""
    for key in dataset.keys:
        names = [v.name for v in dataset.variables]
        if key not in names and key not in {v.name for v in dataset.supplemental}:
            yield SpecError(
                f"key {key} is not a variable of {dataset.name}",
                where=dataset.file,
                remedy=did_you_mean(key, names),
            )
    owners = {d.name: d for d in study.datasets}
    if sum(d.name == dataset.name for d in study.datasets) > 1:
        yield SpecError(
            f"two files describe the dataset {dataset.name}",
            where=dataset.file,
            remedy="rename or remove one",
        )
    yield from _conditions(dataset)
    parameters = {p.code: d for d in study.datasets for p in d.parameters}
    for rule in rules_of(dataset):
        for source in rule.sources:
            owner, name = split_source(source)
            if owner in owners:
                yield from _unless_there(owners[owner], name, source, rule.place)
                for clause in clauses_in(rule.where) if dataset.purpose == "Tabulation" else ():
                    yield from _unless_there(
                        owners[owner], clause.variable, str(clause), rule.place
                    )
            elif rule.origin is Origin.PREDECESSOR and not owner:
                yield SpecError(
                    f"predecessor {source} names no dataset",
                    where=rule.place,
                    remedy="write DATASET.VARIABLE",
                )
            elif dataset.purpose == "Analysis" and owner:
                matches = [code for code in parameters if fnmatchcase(code, owner)]
                if not matches:
                    yield SpecError(
                        f"{source}: there is no dataset or parameter {owner}",
                        where=rule.place,
                        remedy=did_you_mean(owner, [*owners, *parameters]),
                    )
                for code in matches:
                    yield from _unless_there(parameters[code], name, source, rule.place)


def _conditions(dataset: Dataset) -> Iterator[SpecError]:
    """Conditions of an analysis dataset's rules that read no variable of it."""
    if dataset.purpose != "Analysis":
        return
    names = {v.name for v in (*dataset.variables, *dataset.supplemental, *dataset.working)}
    for rule in rules_of(dataset):
        for clause in clauses_in(rule.when):
            if clause.variable not in names:
                yield SpecError(
                    f"when {clause}: {dataset.name} has no {clause.variable}",
                    where=rule.place,
                    remedy=did_you_mean(clause.variable, names),
                )


def _unless_there(owner: Dataset, name: str, source: str, place: str) -> Iterator[SpecError]:
    names = {v.name for v in (*owner.variables, *owner.supplemental)}
    if name not in names:
        yield SpecError(
            f"{source}: {owner.name} has no {name}", where=place, remedy=did_you_mean(name, names)
        )
