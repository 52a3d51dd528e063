"""Where the values of a variable come from, as def:Origin, MethodDef and comments state it.

Rules say it. A variable of a dataset with tests or parameters may have another origin under each
of them: what a block assigns, what a rule's condition restricts, how a parameter is derived.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from specs.method_texts import Step, chain
from specs.model import Origin
from specs.references import split_source
from specs.where import Comparator, Where, clauses_in, left_to_meet
from specs.working import working_rules
from submission.attributes import results, topic
from submission.define.calls import constant_call, written_call
from submission.define.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from specs.model import Block, Dataset, Rule, Study, Value, Variable
    from specs.where import Condition

ASSIGNED_BY_PARAMETER = ("PARAMCD", "PARAM", "PARAMN", "PARCAT1")

_TEXT_BY_CODE = {
    "PARAM": "The decode of PARAMCD in its code list.",
    "PARAMN": "The number whose decode in its code list is PARAM.",
}

_RAW = (Origin.COLLECTED, Origin.ASSIGNED, Origin.PROTOCOL)

_RESULTS = ("AVAL", "AVALC")
"""What a function without texts for columns gives of a parameter: one of these."""


@dataclass(frozen=True)
class ItemOrigin:
    """An origin: its type and source, the predecessor if it is one."""

    type: str
    source: str = ""
    predecessor: str = ""


ASSIGNED = ItemOrigin("Assigned", "Sponsor")

_DERIVED = ItemOrigin("Derived", "Sponsor")


@dataclass(frozen=True)
class ItemOrigins:
    """Where the values of an item come from: the kinds, the method if derived, else a comment.

    `tables` are those that the method reads, to be told in a comment beside it. `calls` are the
    rules as lines that can be repeated, "" where one cannot.
    """

    kinds: tuple[ItemOrigin, ...] = ()
    method: str = ""
    tables: tuple[str, ...] = ()
    comment: str = field(default="", compare=False)
    calls: str = field(default="", compare=False)


@dataclass(frozen=True)
class _Source:
    """One of the rules or constants that give values."""

    kind: ItemOrigin
    step: Step
    tables: tuple[str, ...] = ()
    calls: tuple[str, ...] = ("",)
    trivial: bool = False  # says nothing that the kind does not say


@dataclass(frozen=True)
class Origins:
    """The origins of the variables of one dataset.

    `by_value` has for variables that may differ by the topic the values of it with data.
    """

    study: Study
    dataset: Dataset
    by_value: Mapping[str, Collection[str]] = field(default_factory=dict)

    @cached_property
    def wording(self) -> Wording:
        """The words for what rules of the dataset read."""
        return Wording(self.study, self.dataset)

    def of(self, variable: Variable) -> ItemOrigins:
        """All origins of a variable, whatever the test or parameter."""
        sources = [*self._assigned(variable)]
        pairs = (
            [] if variable.values else [*self._of_records(variable), *self._of_parameters(variable)]
        )
        sources.extend(_merged(pairs, self._name))
        sources.extend(self._of_rules(variable.rules, ""))
        if not sources and self.dataset.parameters and variable.name in ASSIGNED_BY_PARAMETER:
            text = _TEXT_BY_CODE.get(variable.name, "")
            sources.append(_Source(ASSIGNED, Step("", text), trivial=not text))
        return _item_origins(sources)

    def under(self, variable: Variable, value: str) -> ItemOrigins:
        """The origins of a variable where the topic has a value, such as a test code."""
        if self.dataset.parent and variable.name == "QVAL":
            rules = (q.rules for q in self.dataset.supplemental if q.name == value)
            return _item_origins(self._of_rules(next(rules, ()), ""))
        sources = [s for _, s in self._of_parameters(variable, value)]
        sources += [s for _, s in self._of_records(variable, value)]
        if sources:
            of = (p for p in self.dataset.parameters if p.code == value)
            own = (p.variable_rules.get(variable.name, ()) for p in of)
            sources += self._of_rules(next(own, ()), value)
        else:
            if any(self._name in block.assign for block in self.dataset.blocks):
                sources += [one for b in self._blocks(value) for one in self._in(b, variable)]
            else:
                sources += self._assigned(variable)
                sources += self._of_rules(self._applicable(variable.rules, value), value)
        return _item_origins(sources) if sources else self.of(variable)

    def of_value(self, value: Value) -> ItemOrigins:
        """The origins of a declared line of value level: its own, else that of its parameter."""
        rules = value.described.rules
        if not rules and value.described.name in results(self.dataset):
            named = (p for p in self.dataset.parameters if p.code == value.name)
            rules = tuple(p.rule for p in named if p.rule)
        return _item_origins(self._of_rules(rules, "", value.described.name))

    @cached_property
    def _name(self) -> str:
        return topic(self.dataset)

    def _assigned(self, variable: Variable) -> Iterator[_Source]:
        """What blocks assign, each constant once with what tells the records it is for."""
        blocks = [b for b in self.dataset.blocks if variable.name in b.assign]
        if not blocks:
            return
        named = variable.name in (self._name, self._name.removesuffix("CD"))
        key = self._distinguishing(variable.name, blocks)
        by_constant: dict[str, list[Block]] = {}
        for block in blocks:
            by_constant.setdefault(str(block.assign[variable.name]), []).append(block)
        everywhere = len(by_constant) == 1 and len(blocks) == len(self.dataset.blocks)
        for constant, own in by_constant.items():
            if everywhere or key == variable.name:
                condition = ""
            elif key:
                condition = _among(key, (str(block.assign[key]) for block in own))
            else:
                condition = " or ".join(dict.fromkeys(map(self.wording.block, own)))
            step = Step(condition, f'The text "{constant}".')
            call = ""
            if everywhere or (key and key != variable.name):
                codes = tuple(dict.fromkeys(str(block.assign[key]) for block in own)) if key else ()
                call = constant_call(constant, () if everywhere else [_in_list(key, codes)])
            yield _Source(ASSIGNED, step, calls=(call,), trivial=named or key == variable.name)

    def _distinguishing(self, name: str, blocks: Sequence[Block]) -> str:
        """The variable by whose constant in a block that of another is known; "" without one."""
        for key in (self._name, *blocks[0].assign):
            pairs = {(str(b.assign[key]), str(b.assign[name])) for b in blocks if key in b.assign}
            every = all(key in block.assign for block in self.dataset.blocks)
            if every and len({one for one, _ in pairs}) == len(pairs):
                return key
        return ""

    def _of_parameters(self, variable: Variable, value: str = "") -> Iterator[tuple[str, _Source]]:
        """What the functions of parameters give for a variable, each with its parameter."""
        for parameter in self.dataset.parameters:
            rule = parameter.rule
            if rule is None or value not in ("", parameter.code):
                continue
            if self._gives(rule, variable, parameter.code):
                source = self._of_rule(rule, value, variable.name, parameter.code, parameter.per)
                yield parameter.code, source

    def _of_records(self, variable: Variable, value: str = "") -> Iterator[tuple[str, _Source]]:
        """What the functions that make records give for a variable, each with its parameter."""
        on_grid = {parameter.code for parameter in self.dataset.parameters if parameter.rule}
        for block in self.dataset.blocks:
            rule, own = block.rule, str(block.assign.get(self._name, "") if self._name else "")
            if (
                rule is None
                or not rule.derivation
                or not (value in ("", own) or (not own and value in on_grid))
            ):
                continue
            columns = rule.derivation.columns
            of_parameter = self.dataset.parameters and variable.name in ASSIGNED_BY_PARAMETER
            if variable.name in columns or not (columns or variable.rules or of_parameter):
                yield own, self._of_rule(rule, value, variable.name, own)

    def _gives(self, rule: Rule, variable: Variable, code: str) -> bool:
        """Whether the function of a parameter gives a variable: by its text, else a result."""
        columns = rule.derivation.columns if rule.derivation else ()
        if columns:
            return variable.name in columns
        return variable.name in _RESULTS and code in self.by_value.get(variable.name, (code,))

    def _blocks(self, value: str) -> list[tuple[Block, str]]:
        """The blocks that make records of a test: those that assign it, or all if none does."""
        own = [b for b in self.dataset.blocks if str(b.assign.get(self._name, "")) == value]
        return [(block, value) for block in own or self.dataset.blocks]

    def _in(self, placed: tuple[Block, str], variable: Variable) -> Iterator[_Source]:
        block, value = placed
        if variable.name in block.assign:
            constant = block.assign[variable.name]
            call = constant_call(constant, ())
            yield _Source(ASSIGNED, Step("", f'The text "{constant}".'), calls=(call,))
            return
        rules = [r for r in self._applicable(variable.rules, value) if self._can_read(block, r)]
        left = ((rule, left_to_meet(rule.when, block.assign)) for rule in rules)
        under = (replace(rule, when=when) for rule, when in left if when is not None)
        yield from self._of_rules(under, value)

    def _applicable(self, rules: Iterable[Rule], value: str) -> list[Rule]:
        """The rules whose condition on the topic, if any, holds for its value."""
        values = {self._name: value}
        return [rule for rule in rules if left_to_meet(rule.when, values) is not None]

    def _can_read(self, block: Block, rule: Rule) -> bool:
        """Whether the names a rule reads, where blocks bind them, are bound by this block."""
        if rule.origin not in _RAW:
            return True
        bound = {name for other in self.dataset.blocks for name in other.bind}
        return all(source in block.bind for source in rule.sources if source in bound)

    def _of_rules(self, rules: Iterable[Rule], value: str, column: str = "") -> Iterator[_Source]:
        chained = tuple(rules)
        flags = self.dataset.purpose == "Analysis"
        chosen = any(_decided(chained, values, flags=flags) for values in self._values_known(value))
        sources = [self._of_rule(rule, value, column) for rule in chained]
        copies = {source.step for source in sources if source.kind.predecessor}
        others = {source.kind.type for source in sources if source.step not in copies}
        plain = len(copies) == 1 and others <= {"Derived"}  # what is derived tells both by a method
        for rule, source in zip(chained, sources, strict=True):
            if chosen and _is_assigned_constant(rule):
                yield replace(source, kind=replace(source.kind, type="Derived"))
            elif flags and source.kind.predecessor and (not plain or source.step.condition):
                yield replace(source, kind=_DERIVED)  # chosen or for some records: no plain copy
            else:
                yield source

    def _values_known(self, value: str) -> list[dict[str, object]]:
        """What is known of the records without data, for each kind of them."""
        if value:
            return [{self._name: value}]
        if self.dataset.parameters:
            return [{self._name: parameter.code} for parameter in self.dataset.parameters]
        return [dict(block.assign) for block in self.dataset.blocks]

    def _of_rule(
        self,
        rule: Rule,
        value: str,
        column: str = "",
        owner: str = "",
        per: tuple[str, ...] = (),
    ) -> _Source:
        """A rule; under a value of the topic its conditions on that go without saying.

        `owner` is the parameter whose records the rule makes or whose values it gives.
        """
        when = left_to_meet(rule.when, {self._name: value} if value else {}) or ()
        wording = self.wording
        step = Step(wording.conditions(when, rule), wording.method(rule, column))
        tables = tuple(dict.fromkeys(_tables(rule)))
        trivial = rule.derivation is None and rule.constant is None and not when
        own = (_in_list(self._name, (owner,)),) if owner and not value else ()
        gives = column if rule.derivation and column in rule.derivation.columns else ""
        calls = tuple(
            written_call(rule, sources, (*own, *of_block, *when), per or self._per(sources), gives)
            for sources, of_block in self._read(rule)
        )
        return _Source(self._kind(rule), step, tables, calls, trivial)

    def _read(self, rule: Rule) -> Iterator[tuple[list[str], tuple[Where, ...]]]:
        """The sources of a rule: once, or for each block that binds them to another variable."""
        wording = self.wording
        blocks = [b for b in self.dataset.blocks if any(s in b.bind for s in rule.sources)]
        key = next(iter(blocks[0].assign), "") if blocks else ""
        if not key or not all(self.study.has(b.form) and key in b.assign for b in blocks):
            yield [one for source in rule.sources for one in wording.single(source)], ()
            return
        for block in blocks:
            bound = (block.bind.get(source, "") for source in rule.sources)
            named = [f"{block.form}.{field}" for field in bound if field]
            if len(named) == len(rule.sources):
                yield named, (_in_list(key, (str(block.assign[key]),)),)

    def _per(self, sources: Iterable[str]) -> tuple[str, ...]:
        """What tells the records apart of a parameter of the dataset that sources name."""
        owners = {split_source(source)[0] for source in sources}
        keys = (p.per for p in self.dataset.parameters if p.code in owners and p.per)
        return next(keys, ())

    def _kind(self, rule: Rule) -> ItemOrigin:
        kind = rule.origin.value.capitalize()
        if rule.origin is Origin.PREDECESSOR:
            return ItemOrigin(kind, predecessor=self.wording.predecessor(rule))
        return ItemOrigin(kind, rule.origin_source)


def _is_assigned_constant(rule: Rule) -> bool:
    return rule.origin is Origin.ASSIGNED and rule.constant is not None and not rule.sources


def _decided(rules: Sequence[Rule], values: Mapping[str, object], *, flags: bool) -> bool:
    """Whether data decide which constant records of which something is known have.

    One constant for some records is such a decision only in `flags`, where a value is asked for.
    """
    constants: set[str] = set()
    conditions: list[Condition] = []
    for rule in rules:
        when = left_to_meet(rule.when, values)
        if when is None or not _is_assigned_constant(rule):
            continue
        constants.add(str(rule.constant))
        conditions.extend(when)
        if not when:
            break
    asked = flags and any(any(clause.values) for clause in clauses_in(conditions))
    return bool(conditions) and (asked or len(constants) > 1)


def _tables(rule: Rule) -> Iterator[str]:
    """The tables that a rule reads, itself or in a working value."""
    hidden = (one for rules in working_rules(rule).values() for one in rules)
    for one in (rule, *hidden):
        if one.derivation:
            yield from one.derivation.tables(one.arguments)


def _item_origins(sources: Iterable[_Source]) -> ItemOrigins:
    """Rules and constants, in order, as what define.xml states of them."""
    listed_sources = list(sources)
    kinds = tuple(dict.fromkeys(source.kind for source in listed_sources))
    tables = tuple(dict.fromkeys(table for source in listed_sources for table in source.tables))
    text = chain([source.step for source in listed_sources if source.step.text])
    if any(kind.type == "Derived" for kind in kinds):
        lines = [line for source in listed_sources for line in source.calls]
        return ItemOrigins(kinds, text, tables, calls="\n".join(lines) if all(lines) else "")
    has_text = len(listed_sources) > 1 or any(not source.trivial for source in listed_sources)
    return ItemOrigins(kinds, comment=text if has_text and not _only_named(listed_sources) else "")


def _only_named(sources: Iterable[_Source]) -> bool:
    """Whether all that is given is told by the origins or code lists."""
    return all(source.trivial for source in sources) and len({s.kind for s in sources}) == 1


def _merged(pairs: Iterable[tuple[str, _Source]], name: str) -> list[_Source]:
    """What functions give, each text once with the parameters it is for."""
    by_text: dict[tuple[ItemOrigin, Step, tuple[str, ...]], list[tuple[str, _Source]]] = {}
    for own, source in pairs:
        by_text.setdefault((source.kind, source.step, source.tables), []).append((own, source))
    return [
        _Source(
            kind,
            replace(step, condition=_both(_among(name, [o for o, _ in of]), step.condition)),
            tables,
            tuple(call for _, source in of for call in source.calls),
        )
        for (kind, step, tables), of in by_text.items()
    ]


def _in_list(name: str, values: tuple[str, ...]) -> Where:
    return Where(variable=name, comparator=Comparator.IN, values=values)


def _among(name: str, values: Iterable[str]) -> str:
    """The condition that a topic has one of several values; "" where one of them is for all."""
    distinct = list(dict.fromkeys(values))
    if not name or "" in distinct:
        return ""
    shown = ", ".join(f'"{value}"' for value in distinct)
    return f"{name} IN ({shown})" if len(distinct) > 1 else f"{name} EQ {shown}"


def _both(one: str, other: str) -> str:
    return " and ".join(text for text in (one, other) if text)
