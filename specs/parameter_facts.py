"""What is said or follows of each parameter, as rules of its dataset's variables.

A parameter may give rules of its own for variables of its records. Where nobody says otherwise,
date and source follow from what the parameter is made of:

| | of a derived parameter | of records taken over |
|---|---|---|
| ADT | the latest ADT of the parameters it reads | the day of --DTC |
| SRCDOM, SRCVAR | dataset and variable of the first analysis value it reads | dataset, and the variable that AVAL or AVALC is made of |
| SRCSEQ | ASEQ, where it is one record of another parameter | --SEQ or ASEQ |
| each SRC* | that of a parameter, where it is read itself | |
| PARAMTYP | DERIVED | |

What comes out are plain rules, each for its PARAMCD: build, define.xml and lineage read no others.
"""  # noqa: E501 - a table

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from specs.errors import SpecError, gathered
from specs.model import Origin, Rule
from specs.references import parameters_named, split_source
from specs.where import Comparator, Where, left_to_meet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specs.derivation import Derivation
    from specs.model import Dataset, Parameter, Variable

DATE, TYPE = "ADT", "PARAMTYP"

SOURCE = ("SRCDOM", "SRCVAR", "SRCSEQ")
"""What tells the source of a value; who says one of them for all parameters says them all."""

_ANALYSED = ("AVAL", "AVALC", "CHG", "PCHG", "BASE", "BASEC", "CHGC", "R2BASE")
"""The variables with the analysis values of a parameter."""

_FACTS = {"PARAMCD": "code", "PARAM": "label", "PARAMN": "number", "PARCAT1": "category"}


def with_facts(
    datasets: tuple[Dataset, ...], derivations: Mapping[str, Derivation]
) -> tuple[Dataset, ...]:
    """The datasets, with the facts of their parameters among the rules of their variables.

    SpecError lists the parameters of a dataset with ADT that no date follows for and none is said.
    """
    resolved = gathered(_Facts(d, datasets, derivations).dataset for d in datasets if d.parameters)
    by_name = {dataset.name: dataset for dataset in resolved}
    return tuple(by_name.get(dataset.name, dataset) for dataset in datasets)


@dataclass(frozen=True)
class _Source:
    """A source of a rule: the variable, its dataset, and the parameters if it is one of these."""

    text: str
    name: str
    dataset: Dataset
    parameters: tuple[Parameter, ...] = ()

    @property
    def date(self) -> str:
        """The date of the record that the source is read from."""
        return f"{self.text.partition('.')[0]}.{DATE}"


@dataclass(frozen=True)
class _Facts:
    """The facts of the parameters of one dataset of a study."""

    own: Dataset
    datasets: tuple[Dataset, ...]
    derivations: Mapping[str, Derivation]

    def dataset(self) -> Dataset:
        """The dataset with rules for every parameter."""
        variables = []
        for variable in self.own.variables:
            by_parameter = {
                p.code: p.variable_rules[variable.name]
                for p in self._all
                if variable.name in p.variable_rules
            }
            by_default = {
                p.code: rules
                for p in self._all
                if p.code not in by_parameter and (rules := self._default(variable, p))
            }
            variables.append(self._ruled(variable, by_parameter, by_default))
        parameters = gathered(partial(self._dated, p) for p in self._all)
        return replace(self.own, variables=tuple(variables), parameters=tuple(parameters))

    @property
    def _all(self) -> tuple[Parameter, ...]:
        return self.own.parameters

    def _dated(self, parameter: Parameter) -> Parameter:
        """The parameter; not dated where its records must bring a date. SpecError if none can."""
        if not self.own.has(DATE) or DATE in parameter.variable_rules:
            return parameter
        variable = self.own.variable(DATE)
        if self._covered(variable, parameter) or self._default(variable, parameter):
            return parameter
        if parameter.rule is None and not parameter.where:
            blocks = [b for b in self.own.blocks if b.assign.get("PARAMCD") == parameter.code]
            if any(block.rule for block in blocks):
                return replace(parameter, dated=False)
            if not blocks:
                return parameter  # nothing makes records of it yet
        if parameter.rule and not parameter.rule.sources:
            return parameter  # what it is made of is not known yet
        raise SpecError(
            f"{parameter.code} has no date: no rule of {DATE} is for it, and what it is made of"
            " has none",
            where=parameter.place,
            remedy=f"give it one with variables: {{{DATE}: ...}},"
            f" or say that it has none with variables: {{{DATE}: none}}",
        )

    def _ruled(
        self,
        variable: Variable,
        by_parameter: Mapping[str, tuple[Rule, ...]],
        by_default: Mapping[str, tuple[Rule, ...]],
    ) -> Variable:
        """The variable with rules for its parameters: what they say, what is written, the rest."""
        if not by_parameter and not by_default:
            return variable
        own = variable.own_rules
        scoped = variable.rules[: len(variable.rules) - len(own)]
        written = own
        if by_parameter:
            others = [p.code for p in self._all if p.code not in by_parameter]
            written = tuple(
                replace(rule, when=(*self._only(others), *rule.when)) for rule in own if others
            )
        rules = (*scoped, *self._grouped(by_parameter), *written, *self._grouped(by_default))
        return replace(variable, rules=rules)

    def _grouped(self, rules: Mapping[str, tuple[Rule, ...]]) -> Iterator[Rule]:
        """The rules of parameters, each once for all that have it."""
        codes: dict[tuple[object, ...], list[str]] = defaultdict(list)
        first: dict[tuple[object, ...], tuple[Rule, ...]] = {}
        for code, own in rules.items():
            key: tuple[object, ...] = tuple(_as_key(rule) for rule in own)
            codes[key].append(code)
            first.setdefault(key, own)
        for key, shared in first.items():
            for rule in shared:
                yield replace(rule, when=(*self._only(codes[key]), *rule.when))

    def _only(self, codes: list[str]) -> tuple[Where, ...]:
        """The condition on PARAMCD for some parameters, as briefly as it can be said."""
        others = [p.code for p in self._all if p.code not in codes]
        if not others:
            return ()
        brief = len(others) < len(codes)
        listed = others if brief else codes
        one, several = (
            (Comparator.NE, Comparator.NOTIN) if brief else (Comparator.EQ, Comparator.IN)
        )
        comparator = one if len(listed) == 1 else several
        return (Where(variable="PARAMCD", comparator=comparator, values=tuple(listed)),)

    def _default(self, variable: Variable, parameter: Parameter) -> tuple[Rule, ...]:
        """The rules that follow from what a parameter is made of; none where one is written."""
        name = variable.name
        if name not in (DATE, TYPE, *SOURCE):
            return ()
        together = [v for v in self.own.variables if name in SOURCE and v.name in SOURCE]
        if any(self._covered(v, parameter) for v in (variable, *together)):
            return ()
        if name == TYPE:
            derived = Rule(Origin.ASSIGNED, constant="DERIVED", place=parameter.place)
            return (derived,) if parameter.rule else ()
        if parameter.rule:
            rule = self._latest(parameter) if name == DATE else self._source_read(name, parameter)
        else:
            rule = self._taken_over(name, parameter)
        return (rule,) if rule else ()

    def _covered(self, variable: Variable, parameter: Parameter) -> bool:
        """Whether a written rule of a variable can give records of a parameter a value."""
        return any(self._applies(rule, parameter) for rule in variable.rules)

    def _applies(self, rule: Rule, parameter: Parameter) -> bool:
        facts = {name: getattr(parameter, fact) for name, fact in _FACTS.items()}
        if left_to_meet(rule.when, facts) is None:
            return False
        forms = self._forms
        from_record = [split_source(source)[0] in forms for source in rule.sources]
        return not (parameter.rule and from_record and all(from_record))

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        """The datasets whose records are taken over or copied: derived rows have none of them."""
        return tuple(
            dict.fromkeys(
                split_source(block.rule.sources[0])[0] if block.rule else block.form
                for block in self.own.blocks
            )
        )

    # derived parameters

    def _sources(self, rule: Rule) -> tuple[_Source, ...]:
        """The sources of a rule that are of a parameter or dataset, as the build finds them."""
        return tuple(s for text in rule.sources for s in self._of(text))

    def _of(self, text: str) -> Iterator[_Source]:
        owner, name = split_source(text)
        own = parameters_named(self.own, owner) if owner else ()
        if own:
            yield _Source(text, name, self.own, own)
            return
        for dataset in self.datasets if owner else ():
            if dataset.name == owner:
                yield _Source(text, name, dataset)
                return
        for dataset in self.datasets if owner else ():
            named = parameters_named(dataset, owner)
            if named:
                yield _Source(text, name, dataset, named)

    def _latest(self, parameter: Parameter) -> Rule | None:
        dates = tuple(dict.fromkeys(self._dates(parameter, ())))
        if not dates:
            return None
        taken = len(dates) == 1 and not any(
            len(source.parameters) > 1 for source in self._of(dates[0])
        )
        if taken:
            return Rule(Origin.PREDECESSOR, dates, place=parameter.place)
        return Rule(
            Origin.DERIVED,
            dates,
            derivation=self.derivations["latest_date"],
            place=parameter.place,
        )

    def _dates(self, parameter: Parameter, above: tuple[str, ...]) -> Iterator[str]:
        """The dates that a parameter's own is the latest of, through those of its dataset."""
        if parameter.code in above:
            return
        rules = self._rules_of_date(parameter)
        if rules is not None:
            for rule in rules:
                yield from (s.text for s in self._sources(rule) if s.name == DATE)
            return
        for source in self._sources(parameter.rule) if parameter.rule else ():
            if source.dataset is self.own:
                for own in source.parameters:
                    yield from self._dates(own, (*above, parameter.code))
            elif source.dataset.has(DATE) and any(
                p.variable_rules.get(DATE, True) for p in source.parameters
            ):
                yield source.date

    def _rules_of_date(self, parameter: Parameter) -> tuple[Rule, ...] | None:
        """The rules by which a parameter has its date, where they are said or written."""
        if DATE in parameter.variable_rules:
            return parameter.variable_rules[DATE]
        written = self.own.variable(DATE).rules
        return tuple(rule for rule in written if self._applies(rule, parameter)) or None

    def _source_read(self, name: str, parameter: Parameter) -> Rule | None:
        """SRCDOM, SRCVAR or SRCSEQ by what the parameter's rule reads; None if not clear."""
        if parameter.rule is None:
            return None
        read = self._sources(parameter.rule)
        passed_on = next((s for s in read if s.name == name), None)
        if passed_on is not None:
            return Rule(Origin.PREDECESSOR, (passed_on.text,), place=parameter.place)
        analysed = [s for s in read if s.parameters and s.name in _ANALYSED]
        first = next(iter(analysed or read), None)
        if first is None:
            return None
        if name == "SRCDOM":
            return _constant(first.dataset.name, parameter)
        if name == "SRCVAR":
            names = {s.name for s in read if s.dataset is first.dataset}
            return _constant(first.name, parameter) if analysed or len(names) == 1 else None
        codes = {p.code for source in read for p in source.parameters}
        beside = "USUBJID" in parameter.rule.sources  # the function looks at other records too
        if len(codes) != 1 or not first.parameters or beside or not first.dataset.has("ASEQ"):
            return None
        if first.dataset is self.own and self._ordered_by_source:
            return None
        return Rule(Origin.PREDECESSOR, (f"{codes.pop()}.ASEQ",), place=parameter.place)

    @property
    def _ordered_by_source(self) -> bool:
        """Whether ASEQ of the dataset depends on SRCSEQ."""
        rules = self.own.variable("ASEQ").rules
        return "SRCSEQ" in (*self.own.keys, *(s for rule in rules for s in rule.sources))

    # records taken over

    def _taken_over(self, name: str, parameter: Parameter) -> Rule | None:
        """The rule of a fact of records taken over; None where the form does not say it."""
        if len(self._forms) != 1 or not parameter.where:
            return None
        form = next((d for d in self.datasets if d.name == self._forms[0]), None)
        if form is None:
            return None
        tabulation = form.purpose == "Tabulation"
        if name == DATE:
            dtc = f"{form.domain}DTC"
            if not form.has(dtc):
                return None
            return Rule(
                Origin.DERIVED,
                (f"{form.name}.{dtc}",),
                derivation=self.derivations["analysis_date"],
                place=parameter.place,
            )
        if name == "SRCDOM":
            if not tabulation:
                return _constant(form.name, parameter)
            return Rule(Origin.PREDECESSOR, (f"{form.name}.DOMAIN",), place=parameter.place)
        if name == "SRCSEQ":
            number = f"{form.domain}SEQ" if tabulation else "ASEQ"
            source = (f"{form.name}.{number}",)
            return (
                Rule(Origin.PREDECESSOR, source, place=parameter.place)
                if form.has(number)
                else None
            )
        read = next(self._results_read(parameter, form.name), "")
        return _constant(read, parameter) if read else None

    def _results_read(self, parameter: Parameter, form: str) -> Iterator[str]:
        """The variables of the records taken over that AVAL, else AVALC, are made of."""
        for name in ("AVAL", "AVALC"):
            if not self.own.has(name):
                continue
            written = self.own.variable(name).rules
            rules = parameter.variable_rules.get(
                name, tuple(rule for rule in written if self._applies(rule, parameter))
            )
            for source in (s for rule in rules for s in rule.sources):
                owner, read = split_source(source)
                if owner == form:
                    yield read


def _constant(text: str, parameter: Parameter) -> Rule:
    return Rule(Origin.ASSIGNED, constant=text, place=parameter.place)


def _as_key(rule: Rule) -> tuple[object, ...]:
    """What makes two rules the same, wherever they are written."""
    function = rule.derivation.name if rule.derivation else ""
    arguments = repr(sorted(rule.arguments.items()))
    return (rule.origin, rule.sources, rule.constant, function, arguments, rule.when, rule.where)
