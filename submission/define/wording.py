"""How define.xml words what a rule reads: sources, conditions, the steps of a chain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from specs.method_texts import Step, chain, listed
from specs.model import CONTEXT_WORDS, Origin
from specs.references import split_source
from specs.where import Comparator, Where
from specs.working import working_names, working_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from specs.model import Block, Dataset, Rule, Study
    from specs.where import Condition

_FEW: Final = 4
"""So many fields that one name is bound to are told one by one."""

_NUMBERED: Final = re.compile(r"(.*?)(\d+)$")


@dataclass(frozen=True)
class Wording:
    """The words for what the rules of a dataset read."""

    study: Study
    dataset: Dataset

    def method(self, rule: Rule, column: str = "") -> str:
        """What a rule gives, in sentences; the working values that it reads are told behind."""
        names = working_names(rule)
        working = (
            f"{_capital(names[name])}: {chain([self._step(one, names) for one in rules])}"
            for name, rules in working_rules(rule).items()
        )
        return " ".join((self._value_text(rule, names, column), *working))

    def _step(self, rule: Rule, names: Mapping[str, str]) -> Step:
        return Step(self._conditions(rule.when, names), self._value_text(rule, names))

    def _value_text(self, rule: Rule, names: Mapping[str, str], column: str = "") -> str:
        sources = [names.get(source) or self.source(source) for source in rule.sources]
        if rule.derivation is not None:
            text = _capital(rule.derivation.method_text(sources, rule.arguments, column))
            return f"{text} {self._records_read(rule)}".strip()
        if rule.constant is not None and not rule.sources:
            return _constant(rule.constant)
        if rule.origin is Origin.PREDECESSOR:
            return f"The value of {self.predecessor(rule)}."
        return f"The value of {listed(sources)}."

    def source(self, source: str) -> str:
        """A variable by its name; parameters that a pattern stands for; a field as collected."""
        if source in CONTEXT_WORDS:
            return CONTEXT_WORDS[source]
        owner, name = split_source(source)
        if self.dataset.purpose == "Analysis":
            codes = self._parameters(owner)
            return listed(_runs(codes, name)) if codes != [owner] and codes else source
        if self._is_variable(source):
            return source
        fields = self._bound(source)
        if fields:
            return fields
        joined = {join.name: join.form for block in self.dataset.blocks for join in block.joins}
        if owner in joined:
            return f'the collected field "{name}" of the form "{joined[owner]}"'
        return f'the collected field "{source}"'

    def single(self, source: str) -> list[str]:
        """A source with each parameter that a pattern stands for by its code."""
        owner, name = split_source(source)
        codes = self._parameters(owner) if self.dataset.purpose == "Analysis" else []
        return [f"{code}.{name}" for code in codes] or [source]

    def conditions(self, conditions: Iterable[Condition], rule: Rule | None = None) -> str:
        """Conditions that hold together: `DSCAT EQ "COMPLETED" and EOSDT is missing`."""
        return self._conditions(conditions, working_names(rule) if rule else {})

    def _conditions(self, conditions: Iterable[Condition], names: Mapping[str, str]) -> str:
        return self._worded(conditions, lambda name: names.get(name) or self.source(name))

    def _worded(
        self, conditions: Iterable[Condition], name: Callable[[str], str], owner: str = ""
    ) -> str:
        """Conditions that hold together, and alternatives of which one does, in brackets."""
        return " and ".join(
            _condition(name(one.variable), one, number=self._is_number(one.variable, owner))
            if isinstance(one, Where)
            else f"({' or '.join(self._worded(each, name, owner) for each in one.alternatives)})"
            for one in conditions
        )

    def _is_number(self, source: str, owner: str) -> bool:
        """Whether a condition asks for a number: of a dataset, of a parameter, of the record."""
        of, name = split_source(source)
        of = of or owner
        sides = [d for d in self.study.datasets if any(p.code == of for p in d.parameters)]
        if not of:
            forms = [block.form for block in self.dataset.blocks]
            sides = [self.dataset, *(self.study.dataset(f) for f in forms if self.study.has(f))]
        elif self.study.has(of):
            sides = [self.study.dataset(of)]
        variable = next((side.variable(name) for side in sides if side.has(name)), None)
        return variable is not None and variable.type == "Num"

    def predecessor(self, rule: Rule) -> str:
        """`DATASET.VARIABLE`; a qualifier stands in QVAL of the supplemental dataset."""
        source = rule.sources[0] if rule.sources else ""
        owner, name = split_source(source)
        if self.study.has(owner):
            dataset = self.study.dataset(owner)
            if not dataset.has(name) and any(q.name == name for q in dataset.supplemental):
                return f'SUPP{dataset.name}.QVAL where QNAM EQ "{name}"'
        return source

    def block(self, block: Block) -> str:
        """The condition that a record is one of a block; "" where there is no telling."""
        if block.rule is not None and block.rule.derivation is not None:
            annotation = block.rule.derivation.function.__annotations__.get("return")
            text = "the record is taken over once more" if annotation == "Copies" else ""
            return text or self.conditions(block.where)
        if block.form.startswith("@") or self.study.has(block.form):
            return self.conditions(block.where)
        text = f'the collected form EQ "{block.form}"'
        return f"{text} and {self.conditions(block.where)}" if block.where else text

    def _records_read(self, rule: Rule) -> str:
        if not rule.where:
            return ""
        owner = split_source(rule.sources[0])[0]
        whose = f" of {owner}" if owner else ""
        return f"Only records{whose} with {self._worded(rule.where, str, owner)} are used."

    def _is_variable(self, source: str) -> bool:
        owner, name = split_source(source)
        if owner:
            return self.study.has(owner)
        datasets = [self.dataset]
        if self.dataset.parent:
            datasets.append(self.study.dataset(self.dataset.parent))
        own = (v for dataset in datasets for v in (*dataset.variables, *dataset.supplemental))
        return any(variable.name == name for variable in own)

    def _parameters(self, pattern: str) -> list[str]:
        """The codes of the parameters of the study that match a pattern, in order."""
        if not pattern or self.study.has(pattern):
            return []
        datasets = [self.dataset, *(d for d in self.study.datasets if d is not self.dataset)]
        return [p.code for d in datasets for p in d.parameters if fnmatchcase(p.code, pattern)]

    def _bound(self, name: str) -> str:
        """The field or fields that blocks bind a name to; "" where none does."""
        bound = [(block, block.bind[name]) for block in self.dataset.blocks if name in block.bind]
        fields = {field: block for block, field in reversed(bound)}
        if not fields:
            return ""
        if len(fields) > _FEW:
            return f"the collected {name.replace('_', ' ')}"
        words = []
        for field, block in reversed(fields.items()):
            is_dataset = self.study.has(block.form)
            text = f"{block.form}.{field}" if is_dataset else f'the collected field "{field}"'
            words.append(text + (f" ({condition})" if (condition := _of_block(block)) else ""))
        return words[0].partition(" (")[0] if len(words) == 1 else listed(words, "or")


def _capital(text: str) -> str:
    """A text with a capital letter, unless a name such as a working value's comes first."""
    return f"{text[:1].upper()}{text[1:]}"


def _condition(name: str, condition: Where, *, number: bool) -> str:
    values, missing = [value for value in condition.values if value], "" in condition.values
    comparator = condition.comparator
    negative = comparator in (Comparator.NE, Comparator.NOTIN)
    if missing and not values:
        return f"{name} is {'not missing' if negative else 'missing'}"
    shown = [value if number else f'"{value}"' for value in values]
    if comparator not in (Comparator.EQ, Comparator.NE, Comparator.IN, Comparator.NOTIN):
        shown = values
    several = comparator in (Comparator.IN, Comparator.NOTIN)
    text = f"{name} {comparator} " + (f"({', '.join(shown)})" if several else shown[0])
    if missing:
        return f"({text} {'and not missing' if negative else 'or missing'})"
    return text


def _constant(value: str | float) -> str:
    if value == "":
        return "Always missing."
    return f'The text "{value}".' if isinstance(value, str) else f"The number {value}."


def _of_block(block: Block) -> str:
    """The first variable that a block assigns, by which its records are known."""
    assigned = next(iter(block.assign.items()), None)
    return f"{assigned[0]} {assigned[1]}" if assigned else ""


def _runs(codes: Sequence[str], name: str) -> list[str]:
    """Codes with a variable, those numbered without a gap as `BILG1.ADT to BILG9.ADT`."""
    runs: list[list[str]] = []
    for code in codes:
        if runs and _follows(runs[-1][-1], code):
            runs[-1].append(code)
        else:
            runs.append([code])
    names: list[str] = []
    for run in runs:
        ends = [f"{run[0]}.{name} to {run[-1]}.{name}"]
        names.extend(ends if len(run) > 2 else [f"{code}.{name}" for code in run])
    return names


def _follows(before: str, code: str) -> bool:
    one, other = _NUMBERED.match(before), _NUMBERED.match(code)
    if one is None or other is None:
        return False
    return one[1] == other[1] and int(one[2]) + 1 == int(other[2])
