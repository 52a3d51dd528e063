"""From a dataset's file to the dataset: variables, records, parameters, described in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from specs.dataset_models import AdamBlock, AdamFile, SdtmBlock
from specs.errors import SpecError, did_you_mean, gathered
from specs.model import Block, Dataset, Join, Origin, Parameter, Rule, Value, Variable
from specs.paths import dataset_name
from specs.rule_files import RuleResolver, check_number
from specs.rule_models import NUMERIC, SdtmVariable
from specs.where import renamed
from specs.working import with_working
from specs.yaml_files import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specs.dataset_models import ParameterModel
    from specs.rule_models import VariableModel
    from specs.standards import StandardVariable

DECIMALS = "decimals"
"""The column of the table of tests that is no name for a field."""

ALWAYS = ("STUDYID", "DOMAIN", "USUBJID", "--SEQ")


def _numbered(given: SdtmBlock | AdamBlock, block: Block) -> Iterator[Block]:
    """The block once, or once for each number that `{n}` in its names stands for."""
    if isinstance(given, AdamBlock) or not given.numbered:
        yield block
        return
    for number in range(1, given.numbered + 1):

        def filled(text: Any, number: int = number) -> Any:
            return text.replace("{n}", str(number)) if isinstance(text, str) else text

        yield replace(
            block,
            bind=MappingProxyType({name: filled(field) for name, field in block.bind.items()}),
            assign=MappingProxyType({name: filled(v) for name, v in block.assign.items()}),
            where=renamed(block.where, filled),
        )


@dataclass(frozen=True)
class DatasetResolver(RuleResolver):
    """Resolves one dataset's file; `dataset` gives the result."""

    def dataset(self) -> Dataset:
        """The dataset, with what the standard's tables say filled in."""
        given = self.given
        known = self.standard.dataset(self.owner)
        if self.tabulation and known is None and not (given.class_ and given.label):
            raise SpecError(
                f"{given.dataset} is not a dataset of the guide",
                where=self.file.place("dataset"),
                remedy="give a custom domain a label and a class",
            )
        dataset_name(given.dataset, self.file.place("dataset"))
        if self.tabulation and not given.records:
            raise SpecError(
                f"{given.dataset} has no records",
                where=self.file.place("dataset"),
                remedy="name the form they are collected in with records: {from: ...}",
            )
        qualifiers = (
            partial(self._variable, name, v, "supplemental")
            for name, v in given.supplemental.items()
        )
        not_submitted = (
            partial(self._variable, name, v, "working") for name, v in given.working.items()
        )
        variables, supplemental, working = gathered(
            (
                self._variables,
                lambda: tuple(gathered(qualifiers)),
                lambda: tuple(gathered(not_submitted)),
            )
        )
        dataset = Dataset(
            name=given.dataset,
            domain=self.domain,
            label=given.label or (known.label if known else given.dataset),
            class_=self.class_,
            structure=given.structure or (known.structure if known else ""),
            purpose="Tabulation" if self.tabulation else "Analysis",
            standard=self.standard_name,
            keys=given.keys,
            blocks=tuple(self._blocks((*variables, *supplemental))),
            variables=variables,
            supplemental=supplemental,
            working=working,
            parameters=tuple(self._parameters()),
            not_submitted=MappingProxyType(dict(given.not_submitted)),
            repeating=self.domain != "DM" and given.dataset != "ADSL",
            reference=bool(known and known.reference),
            comment=given.comment,
            file=self.file.path.name,
        )
        return with_working(dataset)

    def _variables(self) -> tuple[Variable, ...]:
        given = dict(self.given.variables)
        if self.tabulation:
            for name in map(self.named, ALWAYS):
                if self.standard.variable(self.domain, name) is not None:
                    given.setdefault(name, SdtmVariable(standard=True))
            for row in self._test_rows():
                named = [name for name in row if name.isupper()]
                if f"{self.domain}TESTCD" in row:
                    named.append(f"{self.domain}TEST")
                for name in named:
                    given.setdefault(name, SdtmVariable())
        resolved = gathered(
            partial(self._variable, name, v, "variables") for name, v in given.items()
        )
        if not self.tabulation:
            return tuple(resolved)
        place = partial(self.standard.place, self.owner, self.domain, self.class_)
        return tuple(sorted(resolved, key=lambda variable: place(variable.name)))

    def _variable(self, name: str, given: VariableModel, part: str) -> Variable:
        place = self.file.place(part, name)
        known = None
        if part == "variables":
            known = self.standard.variable(self.owner, name) or self._of_model(name)
            if known is None and self.tabulation and not given.label:
                names = [v.variable for v in self.standard.variables(self.domain)]
                raise SpecError(
                    f"{self.domain} has no {name} in {self.standard_name}",
                    where=place,
                    remedy=f"{did_you_mean(name, names)} What has no standard variable goes under"
                    " supplemental",
                )
        label = given.label or (known.label if known else "")
        inherits = any(rule.predecessor for rule in given.all_rules)
        if not label and not inherits and part != "working":
            raise SpecError(
                f"{name} has no label and is not in the standard",
                where=place,
                remedy="give it a label of at most 40 characters",
            )
        kind = given.type or (known.type if known else "Char")
        plain = kind in ("Char", "Num")
        codelist = given.codelist
        if isinstance(codelist, tuple):
            codelist = self.terminology.permitted(
                known.codelists if known else (), codelist, name, place
            )
        elif codelist is None and known is not None:
            codelist = self.terminology.choose(known.codelists, name, place)
        if codelist:
            self.terminology.use(codelist, place)
        variable = Variable(
            name=name,
            label=label,
            type="Num" if kind in NUMERIC else "Char",
            role=given.role or (known.role if known else ""),
            core=given.core or (known.core if known else ""),
            codelist=codelist or "",
            value_domain=known.format if known else "",
            length=given.length,
            format=given.format,
            comment=given.comment,
            rules=tuple(self.rules(name, given, part)),
            place=place,
            standard=known is not None,
            own_type=bool(given.type or known),
            data_type="" if plain else kind,
            digits=given.digits,
        )
        if given.values:
            variable = self._with_values(variable, given, part)
        for rule in variable.rules:
            self._check_constant(rule.constant, variable, place)
            if rule.derivation is None and len(rule.sources) > (2 if variable.is_date else 1):
                raise SpecError(
                    f"{name} is {rule.origin} from {', '.join(rule.sources)}",
                    where=place,
                    remedy="give it one source (a date may have its time as the second),"
                    " or a list of rules",
                )
        return variable

    def _with_values(self, variable: Variable, given: VariableModel, part: str) -> Variable:
        """The variable with its value level, whose rules go before its own."""
        values = []
        for number, told in enumerate(given.values):
            place = self.file.place(part, variable.name, "values", number)
            if told.codelist:
                self.terminology.use(str(told.codelist), place)
            kind = told.type or variable.type
            described = replace(
                variable,
                label=told.label,
                type="Num" if kind in NUMERIC else "Char",
                data_type="" if kind in ("Char", "Num") else kind,
                codelist=str(told.codelist or ""),
                length=told.length,
                digits=told.digits,
                format=told.format,
                comment=told.comment,
                rules=tuple(self.rule(rule, place) for rule in told.all_rules),
                place=place,
            )
            values.append(Value(told.when, described))
        scoped = tuple(rule for value in values for rule in value.scoped)
        return replace(variable, values=tuple(values), rules=(*scoped, *variable.rules))

    def _check_assigned(
        self, assign: Mapping[str, Any], variables: tuple[Variable, ...], place: str
    ) -> None:
        known = {variable.name: variable for variable in variables}
        for name, value in assign.items():
            if name not in known:
                raise SpecError(
                    f"{name} is assigned a value, and is no variable of the dataset",
                    where=place,
                    remedy=did_you_mean(name, known),
                )
            self._check_constant(value, known[name], place)

    def _check_constant(self, constant: Any, variable: Variable, place: str) -> None:
        """SpecError for text as a number, and for what is no term of the variable's codelist."""
        if variable.type == "Num":
            check_number(constant, variable.name, place)
        if variable.codelist and constant not in (None, ""):
            codelist = self.terminology.use(variable.codelist, place).codelist
            if str(constant) not in codelist:
                remedy = did_you_mean(str(constant), codelist.values)
                if codelist.extensible:
                    remedy += f"; a term of your own goes under extend: of {variable.codelist}"
                raise SpecError(
                    f"{variable.name} is {constant}, which is no term of {variable.codelist}",
                    where=place,
                    remedy=remedy,
                )

    def _of_model(self, name: str) -> StandardVariable | None:
        """A variable of the SDTM model that the guide's table of the domain lacks.

        The model lets every domain use the variables of its class (SDTMIG 3.4, section 3.2.1).
        What it does not let this one use is described all the same, and told by `specs.limits`.
        """
        if not self.tabulation:
            return None
        classes = (self.class_, "EVENTS")
        found = (self.standard.model_variable(self.domain, class_, name) for class_ in classes)
        return next((known for known in found if known is not None), None)

    @property
    def class_(self) -> str:
        """The class of the dataset: as the file says, else as the guide has it."""
        known = self.standard.dataset(self.owner)
        return self.given.class_ or (known.class_ if known else "ADAM OTHER")

    def _blocks(self, variables: tuple[Variable, ...]) -> Iterator[Block]:
        given = self.given
        entries: tuple[SdtmBlock | AdamBlock, ...] = given.records
        blocks = [block for i, b in enumerate(entries) for block in _numbered(b, self._block(b, i))]
        for block in blocks:
            if self.tabulation:
                self._check_assigned(block.assign, variables, block.place)
        if not given.tests:
            yield from blocks
            return
        blocks_given = [b for b in given.records if isinstance(b, SdtmBlock)]
        names = [b.name or b.form for b in blocks_given for _ in range(b.numbered or 1)]
        by_form = dict(zip(names, blocks, strict=True))
        if len(by_form) < len(blocks):
            raise SpecError(
                "records lists a form twice, so a test does not tell which it is collected in",
                where=self.file.place("records"),
                remedy="give each a name:, and name it in the table of tests under form",
            )
        for number, row in enumerate(self._test_rows(), start=1):
            place = self.file.place("tests", number)
            form = row.get("form") or (names[0] if len(blocks) == 1 else None)
            if form not in by_form:
                raise SpecError(
                    f"the test is collected in form {form}, which records does not list",
                    where=place,
                    remedy=did_you_mean(str(form), by_form),
                )
            base = by_form[str(form)]
            strange = [name for name in row if not (name.isupper() or name.islower())]
            if strange:
                raise SpecError(
                    f"the table of tests has a column {strange[0]}",
                    where=self.file.place("tests", 0),
                    remedy="write variables in capitals, what rules read in small letters",
                )
            assign = {k: v for k, v in row.items() if k.isupper() and v is not None}
            self._check_assigned(assign, variables, place)
            self._name_test(assign, variables, place)
            named = (k for k in row if k.islower() and k not in ("form", DECIMALS))
            bind = {k: str(row[k]) for k in named if row[k]}
            yield replace(
                base,
                bind=MappingProxyType({**base.bind, **bind}),
                assign=MappingProxyType({**base.assign, **assign}),
                place=place,
            )

    @cached_property
    def decimals(self) -> Mapping[str, int]:
        """The decimals of converted results, by test code, as the table of tests tells them."""
        code, found = f"{self.domain}TESTCD", dict[str, int]()
        for number, row in enumerate(self._test_rows(), start=1):
            told, place = row.get(DECIMALS), self.file.place("tests", number)
            if told is None:
                continue
            if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told <= 15:
                raise SpecError(
                    f"decimals is {told}", where=place, remedy="write a whole number from 0 to 15"
                )
            blocks = self.given.records
            test = row.get(code) or next((b.assign[code] for b in blocks if code in b.assign), None)
            if test is None:
                raise SpecError(
                    f"decimals stands beside no {code}", where=place, remedy=f"add a column {code}"
                )
            if found.setdefault(str(test), told) != told:
                raise SpecError(
                    f"{test} has {found[str(test)]} decimals in another row",
                    where=place,
                    remedy="give each row of a test the same",
                )
        return found

    def _test_rows(self) -> tuple[Mapping[str, Any], ...]:
        return records(self.given.tests, self.file, "tests")

    def _name_test(
        self, assign: dict[str, Any], variables: tuple[Variable, ...], place: str
    ) -> None:
        """Fill --TEST where the table gives --TESTCD alone.

        It is told by the terminology, else by a table of the study that has both, as for TI.
        """
        code, name = f"{self.domain}TESTCD", f"{self.domain}TEST"
        if code not in assign or name in assign:
            return
        lists = {v.name: v.codelist for v in variables}
        decoded = self.terminology.decode(lists.get(code, ""), lists.get(name, ""), assign[code])
        own = (row for table in self.tables.values() for row in table if {code, name} <= set(row))
        decoded = decoded or next((row[name] for row in own if row[code] == assign[code]), None)
        if decoded is None:
            raise SpecError(
                f"{assign[code]} is not a test of the terminology, so its name is not known",
                where=place,
                remedy=f"add a column {name} to the table of tests",
            )
        assign[name] = decoded

    def _block(self, given: SdtmBlock | AdamBlock, number: int) -> Block:
        place = self.file.place("records", number)
        assign = MappingProxyType({k: self.filled(v, place) for k, v in given.assign.items()})
        block = Block(form=given.form, where=given.where, assign=assign, place=place)
        if isinstance(given, AdamBlock):
            return replace(block, rule=self._rule_of_records(given, place))
        return replace(
            block,
            joins=tuple(
                Join(name, j.form, j.pairs, j.where, j.first, j.last, place)
                for name, j in given.join.items()
            ),
            bind=MappingProxyType(dict(given.bind)),
            distinct=given.distinct,
            ticked=given.ticked,
            keep=given.keep,
            group_by=given.group_by,
            collapse=MappingProxyType(
                {k: v if isinstance(v, str) else v.any for k, v in given.collapse.items()}
            ),
        )

    def _rule_of_records(self, given: AdamBlock, place: str) -> Rule | None:
        if not given.derived:
            return None
        arguments = {k: self.filled(v, place) for k, v in given.arguments.items()}
        derivation = self.derivation(given.derived, given.from_, arguments, place)
        if derivation.scope != "dataset":
            raise SpecError(
                f"{given.derived} makes values of a variable, not records",
                where=place,
                remedy="name a function of scope dataset",
            )
        return Rule(
            Origin.DERIVED,
            given.from_,
            derivation=derivation,
            arguments=MappingProxyType(arguments),
            place=place,
        )

    def _parameters(self) -> Iterator[Parameter]:
        yield from gathered(
            partial(self._parameter, position, code, given)
            for position, (code, given) in enumerate(self.given.parameters.items(), start=1)
        )

    def _parameter(self, position: int, code: str, given: ParameterModel) -> Parameter:
        place = self.file.place("parameters", code)
        if given.codelist:
            self.terminology.use(given.codelist, place)
        per = self.given.per if isinstance(self.given, AdamFile) else ()
        checks: tuple[Callable[[], Any], ...] = (
            lambda: self._number(position, code, given, place),
            lambda: self.rule(given.rule, place) if given.rule else None,
            lambda: MappingProxyType(dict(self._said(code, given))),
        )
        number, rule, said = gathered(checks)
        return Parameter(
            code=code,
            label=given.label,
            number=number,
            category=given.category,
            codelist=given.codelist,
            where=given.where,
            rule=rule,
            per=given.per or per,
            said=said,
            place=place,
        )

    def _number(self, position: int, code: str, given: ParameterModel, place: str) -> int:
        """PARAMN as the parameter declares it, so that it stays when others come or go."""
        numbers = {c: p.number for c, p in self.given.parameters.items() if p.number is not None}
        if given.number is not None:
            same = next(c for c, number in numbers.items() if number == given.number)
            if same != code:
                raise SpecError(
                    f"{code} has the number {given.number} of {same}",
                    where=place,
                    remedy=f"give it another, such as {_free(numbers)}",
                )
            return given.number
        variable = self.given.variables.get("PARAMN")
        if variable is not None and not variable.all_rules and (numbers or position == 1):
            what = f"{code} has" if numbers else f"the parameters of {self.given.dataset} have"
            raise SpecError(
                f"{what} no number, which is PARAMN",
                where=place,
                remedy=f"write number: {_free(numbers)} beside its label, or another that is free",
            )
        return position

    def _said(self, code: str, given: ParameterModel) -> Iterator[tuple[str, tuple[Rule, ...]]]:
        """The rules that a parameter gives for variables of its own records."""
        for name, said in given.variables.items():
            place = self.file.place("parameters", code, "variables", name)
            if name not in self.given.variables:
                raise SpecError(
                    f"{code} says what {name} is, which is no variable of {self.given.dataset}",
                    where=place,
                    remedy=did_you_mean(name, self.given.variables),
                )
            yield name, tuple(self.variable_rule(rule, place) for rule in said.rules)


def _free(numbers: Mapping[str, int]) -> int:
    """The number after all that are taken."""
    return max(numbers.values(), default=0) + 1
