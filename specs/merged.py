"""Several files for one dataset: the records of each, told apart by what their blocks assign.

Where the files give a variable different rules, each rule holds for the records of its file, by
a condition on a variable that all blocks assign and no two files alike, such as --CAT.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

from specs.errors import SpecError
from specs.model import Value
from specs.standards import standard
from specs.where import Comparator, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specs.codelists import StudyTerminology
    from specs.model import Dataset, Rule, Variable


def merged(
    datasets: Iterable[Dataset], standards: Mapping[str, str], terminology: StudyTerminology
) -> tuple[Dataset, ...]:
    """The datasets, those of one name put together; SpecError where their files contradict."""
    named: dict[str, list[Dataset]] = {}
    for dataset in datasets:
        named.setdefault(dataset.name, []).append(dataset)
    return tuple(
        files[0] if len(files) == 1 else _merged(files, standards, terminology)
        for files in named.values()
    )


def with_split_comments(datasets: Iterable[Dataset]) -> Iterator[Dataset]:
    """The datasets; where a domain is split into several, a comment says how they are numbered."""
    splits: dict[str, list[str]] = {}
    for dataset in datasets:
        before = splits.setdefault(dataset.code, [])
        if dataset.purpose == "Analysis" or dataset.parent or not before:
            yield dataset
        else:
            on = f"Numbered on from the records of the subject in {' and '.join(before)}."
            yield replace(
                dataset,
                variables=tuple(
                    replace(v, comment=f"{v.comment} {on}".strip())
                    if v.name == f"{dataset.domain}SEQ"
                    else v
                    for v in dataset.variables
                ),
            )
        if dataset.purpose != "Analysis" and not dataset.parent:
            before.append(dataset.name)


def _merged(
    files: list[Dataset], standards: Mapping[str, str], terminology: StudyTerminology
) -> Dataset:
    """One dataset of the files that describe its splits."""
    first = files[0]
    for file in files[1:]:
        if file.keys != first.keys or file.purpose == "Analysis":
            raise SpecError(
                f"{first.file} and {file.file} both describe {first.name}"
                + ("" if file.purpose == "Analysis" else ", with different keys"),
                where=file.file,
                remedy="rename or remove one"
                if file.purpose == "Analysis"
                else "give both the same keys",
            )
    scopes = _scopes(files)
    guide = standard(first.standard, standards[first.standard])
    order = partial(guide.order_of, first.code, first.domain, first.class_)
    variables = tuple(_variables([p.variables for p in files], scopes, terminology))
    fields: dict[str, tuple[str, ...]] = {}
    for form, names in chain.from_iterable(file.not_submitted.items() for file in files):
        fields[form] = (*fields.get(form, ()), *names)
    return replace(
        first,
        blocks=tuple(block for file in files for block in file.blocks),
        variables=tuple(sorted(variables, key=lambda variable: order(variable.name))),
        supplemental=tuple(_variables([p.supplemental for p in files], scopes, terminology)),
        working=tuple(_variables([p.working for p in files], scopes, terminology)),
        not_submitted=MappingProxyType(fields),
        comment=" ".join(dict.fromkeys(file.comment for file in files if file.comment)),
    )


def _scopes(files: list[Dataset]) -> list[Where]:
    """For each part the condition that its records alone meet."""
    prefix = files[0].domain
    blocks = [block for file in files for block in file.blocks]
    shared = set.intersection(*(set(block.assign) for block in blocks)) if blocks else set()
    preferred = [f"{prefix}CAT", f"{prefix}SCAT", f"{prefix}TESTCD"]
    names = [n for n in preferred if n in shared] + sorted(shared - set(preferred))
    for name in names:
        values = [list(dict.fromkeys(str(b.assign[name]) for b in file.blocks)) for file in files]
        if not any(set(one) & set(other) for one, other in combinations(values, 2)):
            return [_one_of(name, own) for own in values]
    raise SpecError(
        f"{' and '.join(file.file for file in files)} describe {files[0].name}, and nothing they"
        " assign to all their records tells them apart",
        where=files[0].file,
        remedy=f"let the records of each assign another {prefix}CAT",
    )


def _one_of(name: str, values: list[str]) -> Where:
    comparator = Comparator.EQ if len(values) == 1 else Comparator.IN
    return Where(variable=name, comparator=comparator, values=tuple(values))


def _variables(
    by_file: list[tuple[Variable, ...]], scopes: list[Where], terminology: StudyTerminology
) -> Iterator[Variable]:
    for name in dict.fromkeys(v.name for variables in by_file for v in variables):
        scoped = [
            (variable, scope)
            for variables, scope in zip(by_file, scopes, strict=True)
            for variable in variables
            if variable.name == name
        ]
        scoped = [one for one in scoped if not one[0].blank] or scoped
        yield _one(scoped, len(by_file), terminology)


def _one(
    scoped: list[tuple[Variable, Where]], files: int, terminology: StudyTerminology
) -> Variable:
    """One variable of its descriptions in several files, each for the records of its file."""
    first = scoped[0][0]
    for other, _ in scoped[1:]:
        if (other.label, other.type) != (first.label, first.type):
            raise SpecError(
                f"{first.name} is described in two ways", where=other.place, remedy="choose one"
            )
    codelists = tuple(dict.fromkeys(v.codelist for v, _ in scoped if v.codelist))
    codelist = codelists[0] if codelists else ""
    without = next((v for v, _ in scoped if not v.codelist), None)
    if codelists and without is not None:
        raise SpecError(
            f"{first.name} has the codelist {codelist} in another file and none here",
            where=without.place,
            remedy="give all files of the dataset the same, or none of them with codelist: ''",
        )
    if len(codelists) > 1:
        codelist = terminology.joined(codelists, first.name, first.place)
        if terminology.use(codelist, first.place).of:
            scoped = [(_with_list_of_part(v), scope) for v, scope in scoped]
    own = [tuple(replace(rule, place="") for rule in v.rules) for v, _ in scoped]
    if len(scoped) == files and all(rules == own[0] for rules in own):
        return replace(first, codelist=codelist)
    rules = tuple(_scoped(rule, scope) for variable, scope in scoped for rule in variable.rules)
    lengths = [v.length for v, _ in scoped if v.length is not None]
    values = tuple(replace(u, where=(scope, *u.where)) for v, scope in scoped for u in v.values)
    length = max(lengths) if lengths else None
    return replace(first, codelist=codelist, rules=rules, length=length, values=values)


def _with_list_of_part(variable: Variable) -> Variable:
    """The variable of one file, whose own code list counts for its records at value level."""
    rules = tuple(replace(rule, codelist=variable.codelist) for rule in variable.rules)
    if variable.values:
        return replace(variable, rules=rules)
    described = replace(variable, label="", rules=())
    return replace(variable, rules=rules, values=(Value(where=(), described=described),))


def _scoped(rule: Rule, scope: Where) -> Rule:
    return replace(rule, when=(scope, *rule.when))
