"""Where the values of a variable come from, as def:Origin and MethodDef state it.

Rules say it. A variable of a dataset with tests or parameters may have another origin under each
of them: what a block assigns, what a rule's condition restricts, how a parameter is derived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from specs.model import Origin
from specs.references import split_source
from specs.where import left_to_meet
from submission.attributes import results, topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specs.model import Block, Dataset, Rule, Study, Value, Variable

ASSIGNED_BY_PARAMETER = ("PARAMCD", "PARAM", "PARAMN", "PARCAT1")

_RAW = (Origin.COLLECTED, Origin.ASSIGNED, Origin.PROTOCOL)


@dataclass(frozen=True)
class ItemOrigin:
    """An origin: its type and source, the predecessor if it is one, the method if derived."""

    type: str
    source: str = ""
    predecessor: str = ""
    method: str = ""


ASSIGNED = ItemOrigin("Assigned", "Sponsor")


@dataclass(frozen=True)
class Origins:
    """The origins of the variables of one dataset."""

    study: Study
    dataset: Dataset

    def of(self, variable: Variable) -> tuple[ItemOrigin, ...]:
        """All origins of a variable, whatever the test or parameter."""
        found: list[ItemOrigin] = []
        if any(variable.name in block.assign for block in self.dataset.blocks):
            found.append(ASSIGNED)
        found.extend(self._of_rules(variable.rules, ""))
        if variable.name in results(self.dataset) and not variable.values:
            rules = (p.rule for p in self.dataset.parameters if p.rule)
            found.extend(self._of_rules(rules, ""))
        if variable.values:
            return _distinct(found)
        if not found and self.dataset.parameters and variable.name in ASSIGNED_BY_PARAMETER:
            found.append(ASSIGNED)
        if not found:
            found.extend(self._of_rules((b.rule for b in self.dataset.blocks if b.rule), ""))
        return _distinct(found)

    def under(self, variable: Variable, value: str) -> tuple[ItemOrigin, ...]:
        """The origins of a variable where the topic has a value, such as a test code."""
        if self.dataset.parent and variable.name == "QVAL":
            rules = (q.rules for q in self.dataset.supplemental if q.name == value)
            return _distinct(self._of_rules(next(rules, ()), ""))
        if variable.name in results(self.dataset):
            derived = [p.rule for p in self.dataset.parameters if p.code == value and p.rule]
            if derived:
                return _distinct(self._of_rules(derived, ""))
        found = [origin for block in self._blocks(value) for origin in self._in(block, variable)]
        if not self.dataset.blocks:
            found.extend(self._of_rules(self._applicable(variable.rules, value), value))
        return _distinct(found) or self.of(variable)

    def of_value(self, value: Value) -> tuple[ItemOrigin, ...]:
        """The origins of a declared line of value level: its own, else that of its parameter."""
        rules = value.described.rules
        if not rules and value.described.name in results(self.dataset):
            named = (p for p in self.dataset.parameters if p.code == value.name)
            rules = tuple(p.rule for p in named if p.rule)
        return _distinct(self._of_rules(rules, ""))

    def _blocks(self, value: str) -> list[tuple[Block, str]]:
        """The blocks that make records of a test: those that assign it, or all if none does."""
        name = topic(self.dataset)
        own = [b for b in self.dataset.blocks if str(b.assign.get(name, "")) == value]
        return [(block, value) for block in own or self.dataset.blocks]

    def _in(self, placed: tuple[Block, str], variable: Variable) -> Iterator[ItemOrigin]:
        block, value = placed
        if variable.name in block.assign:
            yield ASSIGNED
            return
        rules = [r for r in self._applicable(variable.rules, value) if self._can_read(block, r)]
        left = ((rule, left_to_meet(rule.when, block.assign)) for rule in rules)
        under = (replace(rule, when=when) for rule, when in left if when is not None)
        yield from self._of_rules(under, value)

    def _applicable(self, rules: Iterable[Rule], value: str) -> list[Rule]:
        """The rules whose condition on the topic, if any, holds for its value."""
        known = {topic(self.dataset): value}
        return [rule for rule in rules if left_to_meet(rule.when, known) is not None]

    def _can_read(self, block: Block, rule: Rule) -> bool:
        """Whether the names a rule reads, where blocks bind them, are bound by this block."""
        if rule.origin not in _RAW:
            return True
        bound = {name for other in self.dataset.blocks for name in other.bind}
        return all(source in block.bind for source in rule.sources if source in bound)

    def _of_rules(self, rules: Iterable[Rule], value: str) -> Iterator[ItemOrigin]:
        for rule in rules:
            yield self._of_rule(rule, value)

    def _of_rule(self, rule: Rule, value: str) -> ItemOrigin:
        kind = rule.origin.value.capitalize()
        if rule.origin is Origin.PREDECESSOR:
            return ItemOrigin(kind, predecessor=self._predecessor(rule))
        if rule.origin is not Origin.DERIVED:
            return ItemOrigin(kind, rule.origin_source)
        return ItemOrigin(kind, rule.origin_source, method=self._method(rule, value))

    def _predecessor(self, rule: Rule) -> str:
        """`DATASET.VARIABLE`; a qualifier stands in QVAL of the supplemental dataset."""
        source = rule.sources[0] if rule.sources else ""
        owner, name = split_source(source)
        if self.study.has(owner):
            dataset = self.study.dataset(owner)
            if not dataset.has(name) and any(q.name == name for q in dataset.supplemental):
                return f'SUPP{dataset.domain}.QVAL where QNAM EQ "{name}"'
        return source

    def _method(self, rule: Rule, value: str) -> str:
        """The method text, with the records it reads and the records it is for."""
        text = rule.method_text()
        if rule.where:
            text += f" Only records with {rule.condition_text(rule.where)} are used."
        when = left_to_meet(rule.when, {topic(self.dataset): value} if value else {}) or ()
        return f"Where {rule.condition_text(when)}: {text}" if when else text


def method_text(origins: Iterable[ItemOrigin]) -> str:
    """The methods of several origins as one text; "" when none is derived."""
    return " ".join(dict.fromkeys(origin.method for origin in origins if origin.method))


def _distinct(origins: Iterable[ItemOrigin]) -> tuple[ItemOrigin, ...]:
    return tuple(dict.fromkeys(origins))
