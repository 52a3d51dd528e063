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
        parts[0] if len(parts) == 1 else _merged(parts, standards, terminology)
        for parts in named.values()
    )


def split_told(datasets: Iterable[Dataset]) -> Iterator[Dataset]:
    """The datasets; where a domain is split into several, a comment says how they are numbered."""
    parts: dict[str, list[str]] = {}
    for dataset in datasets:
        before = parts.setdefault(dataset.domain, [])
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
    parts: list[Dataset], standards: Mapping[str, str], terminology: StudyTerminology
) -> Dataset:
    first = parts[0]
    for part in parts[1:]:
        if part.keys != first.keys or part.purpose == "Analysis":
            raise SpecError(
                f"{first.file} and {part.file} both describe {first.name}"
                + ("" if part.purpose == "Analysis" else ", with different keys"),
                where=part.file,
                remedy="rename or remove one"
                if part.purpose == "Analysis"
                else "give both the same keys",
            )
    scopes = _scopes(parts)
    guide = standard(first.standard, standards[first.standard])
    place = partial(guide.place, first.domain, first.domain, first.class_)
    variables = tuple(_variables([p.variables for p in parts], scopes, terminology))
    fields: dict[str, tuple[str, ...]] = {}
    for form, names in chain.from_iterable(part.not_submitted.items() for part in parts):
        fields[form] = (*fields.get(form, ()), *names)
    return replace(
        first,
        blocks=tuple(block for part in parts for block in part.blocks),
        variables=tuple(sorted(variables, key=lambda variable: place(variable.name))),
        supplemental=tuple(_variables([p.supplemental for p in parts], scopes, terminology)),
        working=tuple(_variables([p.working for p in parts], scopes, terminology)),
        not_submitted=MappingProxyType(fields),
        comment=" ".join(dict.fromkeys(part.comment for part in parts if part.comment)),
    )


def _scopes(parts: list[Dataset]) -> list[Where]:
    """For each part the condition that its records alone meet."""
    prefix = parts[0].domain
    blocks = [block for part in parts for block in part.blocks]
    shared = set.intersection(*(set(block.assign) for block in blocks)) if blocks else set()
    preferred = [f"{prefix}CAT", f"{prefix}SCAT", f"{prefix}TESTCD"]
    names = [n for n in preferred if n in shared] + sorted(shared - set(preferred))
    for name in names:
        values = [list(dict.fromkeys(str(b.assign[name]) for b in part.blocks)) for part in parts]
        if not any(set(one) & set(other) for one, other in combinations(values, 2)):
            return [_one_of(name, own) for own in values]
    raise SpecError(
        f"{' and '.join(part.file for part in parts)} describe {parts[0].name}, and nothing they"
        " assign to all their records tells them apart",
        where=parts[0].file,
        remedy=f"let the records of each assign another {prefix}CAT",
    )


def _one_of(name: str, values: list[str]) -> Where:
    comparator = Comparator.EQ if len(values) == 1 else Comparator.IN
    return Where(variable=name, comparator=comparator, values=tuple(values))


def _variables(
    parts: list[tuple[Variable, ...]], scopes: list[Where], terminology: StudyTerminology
) -> Iterator[Variable]:
    for name in dict.fromkeys(v.name for variables in parts for v in variables):
        found = [
            (variable, scope)
            for variables, scope in zip(parts, scopes, strict=True)
            for variable in variables
            if variable.name == name
        ]
        yield _one(found, len(parts), terminology)


def _one(
    found: list[tuple[Variable, Where]], parts: int, terminology: StudyTerminology
) -> Variable:
    first = found[0][0]
    for other, _ in found[1:]:
        if (other.label, other.type) != (first.label, first.type):
            raise SpecError(
                f"{first.name} is described in two ways", where=other.place, remedy="choose one"
            )
    codelists = tuple(dict.fromkeys(v.codelist for v, _ in found if v.codelist))
    codelist = codelists[0] if codelists else ""
    without = next((v for v, _ in found if not v.codelist), None)
    if codelists and without is not None:
        raise SpecError(
            f"{first.name} has the codelist {codelist} in another file and none here",
            where=without.place,
            remedy="give all files of the dataset the same, or none of them with codelist: ''",
        )
    if len(codelists) > 1:
        codelist = terminology.joined(codelists, first.name, first.place)
        if terminology.use(codelist, first.place).of:
            found = [(_with_list_of_part(v), scope) for v, scope in found]
    own = [tuple(replace(rule, place="") for rule in v.rules) for v, _ in found]
    if len(found) == parts and all(rules == own[0] for rules in own):
        return replace(first, codelist=codelist)
    rules = tuple(_scoped(rule, scope) for variable, scope in found for rule in variable.rules)
    lengths = [v.length for v, _ in found if v.length is not None]
    values = tuple(replace(u, where=(scope, *u.where)) for v, scope in found for u in v.values)
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
