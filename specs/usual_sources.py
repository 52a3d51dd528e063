"""A source that a rule leaves out, where the data have it: the end beside a start.

A function with an optional source `end`, called with a --STDTC and without an end, reads the
--ENDTC that stands beside it. So an event that ended before treatment is known to have done so,
whether the rule names its end or not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.model import Dataset, Rule, Variable

_START, _END = "STDTC", "ENDTC"


def with_ends(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """The datasets, with the ends that rules of analysis datasets leave out."""
    named = {dataset.name: dataset for dataset in datasets}
    return tuple(
        replace(
            dataset,
            variables=tuple(_completed(v, dataset, named) for v in dataset.variables),
            working=tuple(_completed(v, dataset, named) for v in dataset.working),
        )
        if dataset.purpose == "Analysis"
        else dataset
        for dataset in datasets
    )


def _completed(variable: Variable, of: Dataset, named: Mapping[str, Dataset]) -> Variable:
    rules = tuple(_with_end(rule, of, named) for rule in variable.rules)
    return variable if rules == variable.rules else replace(variable, rules=rules)


def _with_end(rule: Rule, of: Dataset, named: Mapping[str, Dataset]) -> Rule:
    names = [source.name for source in rule.derivation.sources] if rule.derivation else []
    if names[-1:] != ["end"] or len(rule.sources) != len(names) - 1:
        return rule
    start = rule.sources[0]
    if not start.endswith(_START):
        return rule
    end = start.removesuffix(_START) + _END
    candidates = (source for source in _where_it_may_stand(end, of) if _has(source, of, named))
    end_source = next(candidates, None)
    return replace(rule, sources=(*rule.sources, end_source)) if end_source else rule


def _where_it_may_stand(end: str, of: Dataset) -> Iterable[str]:
    """The source itself, then the variable of that name in what the records are made of."""
    yield end
    if "." not in end:
        yield from (f"{block.form}.{end}" for block in of.blocks)


def _has(source: str, of: Dataset, named: Mapping[str, Dataset]) -> bool:
    owner, _, name = source.rpartition(".")
    dataset = named.get(owner) if owner else of
    return dataset is not None and any(v.name == name and not v.blank for v in dataset.variables)
