"""From a dataset's file to the dataset: variables, records, parameters, described in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from specs.dataset_models import AdamBlock, AdamFile, SdtmBlock, SdtmFile
from specs.errors import SpecError, did_you_mean, gathered
from specs.model import Block, Dataset, Join, Origin, Parameter, Rule
from specs.paths import dataset_name
from specs.rule_models import SdtmRule, SdtmVariable, Taken
from specs.variable_files import VariableResolver
from specs.where import renamed
from specs.working import with_working
from specs.yaml_files import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specs.dataset_models import ParameterModel
    from specs.model import Variable
    from specs.rule_models import VariableModel

DECIMALS = "decimals"
"""The column of the table of tests that is no name for a field."""

ALWAYS = ("STUDYID", "DOMAIN", "USUBJID", "--SEQ")
_OF_VISITS = ("VISITNUM", "VISIT", "VISITDY")
OF_PERSONS = ("STUDYID", "DOMAIN", "RSUBJID", "--SEQ")


def _numbered(model: SdtmBlock | AdamBlock, block: Block) -> Iterator[Block]:
    """The block once, or once for each number that `{n}` in its names stands for."""
    if isinstance(model, AdamBlock) or not model.numbered:
        yield block
        return
    for number in range(1, model.numbered + 1):

        def filled(text: Any, number: int = number) -> Any:
            return text.replace("{n}", str(number)) if isinstance(text, str) else text

        yield replace(
            block,
            bind=MappingProxyType({name: filled(field) for name, field in block.bind.items()}),
            assign=MappingProxyType({name: filled(v) for name, v in block.assign.items()}),
            where=renamed(block.where, filled),
        )


@dataclass(frozen=True)
class DatasetResolver(VariableResolver):
    """Resolves one dataset's file; `dataset` gives the result.

    `datasets` are the names of all that the study describes.
    """

    datasets: frozenset[str] = frozenset()

    def dataset(self) -> Dataset:
        """The dataset, with what the standard's tables say filled in."""
        model = self.model
        in_guide = self.standard.dataset(self.owner)
        if self.tabulation and in_guide is None and not (model.class_ and model.label):
            raise SpecError(
                f"{model.dataset} is not a dataset of the guide",
                where=self.file.place("dataset"),
                remedy="give a custom domain a label and a class",
            )
        dataset_name(model.dataset, self.file.place("dataset"))
        if self.tabulation and not model.records:
            raise SpecError(
                f"{model.dataset} has no records",
                where=self.file.place("dataset"),
                remedy="name the form they are collected in with records: {from: ...}",
            )
        qualifiers = (
            partial(self._variable, name, v, "supplemental")
            for name, v in model.supplemental.items()
        )
        not_submitted = (
            partial(self._variable, name, v, "working") for name, v in model.working.items()
        )
        variables, supplemental, working = gathered(
            (
                self._variables,
                lambda: tuple(gathered(qualifiers)),
                lambda: tuple(gathered(not_submitted)),
            )
        )
        dataset = Dataset(
            name=model.dataset,
            domain=self.domain,
            label=model.label or (in_guide.label if in_guide else model.dataset),
            class_=self.class_,
            structure=model.structure or (in_guide.structure if in_guide else ""),
            purpose="Tabulation" if self.tabulation else "Analysis",
            standard=self.standard_name,
            keys=model.keys,
            blocks=tuple(self._blocks((*variables, *supplemental))),
            variables=variables,
            supplemental=supplemental,
            working=working,
            parameters=tuple(self._parameters()),
            first_parameter=isinstance(model, AdamFile) and model.of_several_parameters == "first",
            not_submitted=MappingProxyType(dict(model.not_submitted)),
            repeating=self.domain != "DM" and model.dataset != "ADSL",
            reference=bool(in_guide and in_guide.reference),
            comment=model.comment,
            file=self.file.path.name,
        )
        return with_working(dataset)

    def _variables(self) -> tuple[Variable, ...]:
        """The variables in the order of the guide; what the table of tests names is among them."""
        models = dict(self.model.variables)
        expected: frozenset[str] = frozenset()
        if isinstance(self.model, SdtmFile):
            expected = self._add_expected(models, self.model)
            for name in map(self.named, OF_PERSONS if self.associated else ALWAYS):
                if self.standard.variable(self.owner, name) is not None and self._ruled(name):
                    models.setdefault(name, SdtmVariable(standard=True))
            for row in self._test_rows():
                named = [name for name in row if name.isupper()]
                if f"{self.domain}TESTCD" in row:
                    named.append(f"{self.domain}TEST")
                for name in named:
                    models.setdefault(name, SdtmVariable())
        resolved = gathered(
            partial(self._variable, name, v, "variables") for name, v in models.items()
        )
        if not self.tabulation:
            return tuple(resolved)
        order = partial(self.standard.order_of, self.owner, self.domain, self.class_)
        variables = (replace(v, blank=v.name in expected) for v in resolved)
        return tuple(sorted(variables, key=lambda variable: order(variable.name)))

    def _ruled(self, name: str) -> bool:
        """Whether the guide's rule of a variable holds here: one that numbers within the subject
        does not where there is none.
        """
        of_subject = self.named("--SEQ") == name and self.owner != "TS"
        return not of_subject or self.standard.variable(self.owner, self.person) is not None

    def _add_expected(self, models: dict[str, VariableModel], file: SdtmFile) -> frozenset[str]:
        """Add what the guide expects and the file does not rule; the names of what stays blank.

        A variable that is called absent is taken out. One for which the guide has a rule is made
        by it, where the study has what that reads.
        """
        guide = {v.variable: v for v in self.standard.variables(self.owner)}
        blank = set[str]()
        for name, model in file.variables.items():
            if model.absent:
                if name not in guide or guide[name].core != "Exp":
                    raise SpecError(
                        f"{name} is absent, and the guide does not expect it in {self.owner}",
                        where=self.file.place("variables", name),
                        remedy="take the line out; absent is said of variables that are expected",
                    )
                del models[name]
            elif model.comment and not (model.all_rules or model.standard or model.values):
                blank.add(name)  # a comment on why it is blank
        assigned = {name for block in file.records for name in block.assign}
        assigned |= {name for row in self._test_rows() for name in row}
        expected = [
            v
            for name, v in guide.items()
            if v.core == "Exp"
            and (name in blank or name not in file.variables)
            and name not in assigned
            and name not in map(self.named, (*ALWAYS, *OF_PERSONS))
        ]
        by_guide = {v.variable for v in expected if self._has_rule(v.variable, file)}
        models |= {name: SdtmVariable(standard=True) for name in by_guide - blank}
        expected = [v for v in expected if v.variable not in by_guide - blank]
        for v in expected:
            lists = {} if len(v.codelists) < 2 else {"codelist": ""}
            rules = (SdtmRule(assigned=Taken(constant="")),)
            written = file.variables.get(v.variable, SdtmVariable())
            models[v.variable] = written.model_copy(update={**lists, "rules": rules})
        return frozenset(v.variable for v in expected)

    def _has_rule(self, name: str, file: SdtmFile) -> bool:
        """Whether the guide has a rule for a variable, and the study what that rule reads."""
        if name in _OF_VISITS:
            return bool(self.study.visits)
        day = name.removesuffix("DY")
        return day != name and f"{day}DTC" in file.variables and "DM" in self.datasets

    def _check_assigned(
        self, assign: Mapping[str, Any], variables: tuple[Variable, ...], place: str
    ) -> None:
        by_name = {variable.name: variable for variable in variables}
        for name, value in assign.items():
            if name not in by_name:
                raise SpecError(
                    f"{name} is assigned a value, and is not a variable of the dataset",
                    where=place,
                    remedy=did_you_mean(name, by_name),
                )
            self._check_constant(value, by_name[name], place)

    def _blocks(self, variables: tuple[Variable, ...]) -> Iterator[Block]:
        """The blocks of records: those written, or one for each row of the table of tests."""
        model = self.model
        entries: tuple[SdtmBlock | AdamBlock, ...] = model.records
        blocks = [block for i, b in enumerate(entries) for block in _numbered(b, self._block(b, i))]
        for block in blocks:
            if self.tabulation:
                self._check_assigned(block.assign, variables, block.place)
        if not model.tests:
            yield from blocks
            return
        blocks_given = [b for b in model.records if isinstance(b, SdtmBlock)]
        names = [b.name or b.form for b in blocks_given for _ in range(b.numbered or 1)]
        by_form = dict(zip(names, blocks, strict=True))
        if len(by_form) < len(blocks):
            raise SpecError(
                "records lists a form twice, so a test does not say in which it is collected",
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
        code, decimals = f"{self.domain}TESTCD", dict[str, int]()
        for number, row in enumerate(self._test_rows(), start=1):
            digits, place = row.get(DECIMALS), self.file.place("tests", number)
            if digits is None:
                continue
            if isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 15:
                raise SpecError(
                    f"decimals is {digits}",
                    where=place,
                    remedy="write a whole number from 0 to 15",
                )
            blocks = self.model.records
            test = row.get(code) or next((b.assign[code] for b in blocks if code in b.assign), None)
            if test is None:
                raise SpecError(
                    f"decimals stands beside no {code}", where=place, remedy=f"add a column {code}"
                )
            if decimals.setdefault(str(test), digits) != digits:
                raise SpecError(
                    f"{test} has {decimals[str(test)]} decimals in another row",
                    where=place,
                    remedy="give each row of a test the same",
                )
        return decimals

    def _test_rows(self) -> tuple[Mapping[str, Any], ...]:
        return records(self.model.tests, self.file, "tests")

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

    def _block(self, model: SdtmBlock | AdamBlock, number: int) -> Block:
        """A block as written, its constants filled in."""
        place = self.file.place("records", number)
        assign = MappingProxyType({k: self.filled(v, place) for k, v in model.assign.items()})
        block = Block(form=model.form, where=model.where, assign=assign, place=place)
        if isinstance(model, AdamBlock):
            return replace(block, rule=self._rule_of_records(model, place))
        return replace(
            block,
            joins=tuple(
                Join(name, j.form, j.pairs, j.where, j.first, j.last, place)
                for name, j in model.join.items()
            ),
            bind=MappingProxyType(dict(model.bind)),
            among=tuple(self._among(model, place)),
            distinct=model.distinct,
            ticked=model.ticked,
            keep=model.keep,
            group_by=model.group_by,
            collapse=MappingProxyType(
                {k: v if isinstance(v, str) else v.any for k, v in model.collapse.items()}
            ),
        )

    def _among(self, model: SdtmBlock, place: str) -> Iterator[tuple[str, str, str]]:
        for name, other in model.among.items():
            owner, _, field = other.partition(".")
            if not field:
                raise SpecError(
                    f"{name} is among {other}",
                    where=place,
                    remedy="name a field of another form or dataset, as AE.AELINK",
                )
            yield name, owner, field

    def _rule_of_records(self, model: AdamBlock, place: str) -> Rule | None:
        """The rule of the function that makes the records of a block; None where none does."""
        if not model.derived:
            return None
        arguments = {k: self.filled(v, place) for k, v in model.arguments.items()}
        derivation = self.derivation(model.derived, model.from_, arguments, place)
        if derivation.scope != "dataset":
            raise SpecError(
                f"{model.derived} makes values of a variable, not records",
                where=place,
                remedy="name a function of scope dataset",
            )
        return Rule(
            Origin.DERIVED,
            model.from_,
            derivation=derivation,
            arguments=MappingProxyType(arguments),
            place=place,
        )

    def _parameters(self) -> Iterator[Parameter]:
        yield from gathered(
            partial(self._parameter, position, code, model)
            for position, (code, model) in enumerate(self.model.parameters.items(), start=1)
        )

    def _parameter(self, position: int, code: str, model: ParameterModel) -> Parameter:
        """A parameter as written, its number checked and its rules resolved."""
        place = self.file.place("parameters", code)
        if model.codelist:
            self.terminology.use(model.codelist, place)
        per = self.model.per if isinstance(self.model, AdamFile) else ()
        checks: tuple[Callable[[], Any], ...] = (
            lambda: self._number(position, code, model, place),
            lambda: self.rule(model.rule, place) if model.rule else None,
            lambda: MappingProxyType(dict(self._variable_rules(code, model))),
        )
        number, rule, variable_rules = gathered(checks)
        return Parameter(
            code=code,
            label=model.label,
            number=number,
            category=model.category,
            codelist=model.codelist,
            where=model.where,
            rule=rule,
            per=model.per or per,
            variable_rules=variable_rules,
            place=place,
        )

    def _number(self, position: int, code: str, model: ParameterModel, place: str) -> int:
        """PARAMN as the parameter declares it, so that it stays when others come or go."""
        numbers = {c: p.number for c, p in self.model.parameters.items() if p.number is not None}
        if model.number is not None:
            same = next(c for c, number in numbers.items() if number == model.number)
            if same != code:
                raise SpecError(
                    f"{code} has the number {model.number} of {same}",
                    where=place,
                    remedy=f"give it another, such as {_free(numbers)}",
                )
            return model.number
        variable = self.model.variables.get("PARAMN")
        if variable is not None and not variable.all_rules and (numbers or position == 1):
            what = f"{code} has" if numbers else f"the parameters of {self.model.dataset} have"
            raise SpecError(
                f"{what} no number, which is PARAMN",
                where=place,
                remedy=f"write number: {_free(numbers)} beside its label, or another that is free",
            )
        return position

    def _variable_rules(
        self, code: str, model: ParameterModel
    ) -> Iterator[tuple[str, tuple[Rule, ...]]]:
        """The rules that a parameter gives for variables of its own records."""
        for name, variable in model.variables.items():
            place = self.file.place("parameters", code, "variables", name)
            if name not in self.model.variables:
                raise SpecError(
                    f"{code} says what {name} is, which is not a variable of {self.model.dataset}",
                    where=place,
                    remedy=did_you_mean(name, self.model.variables),
                )
            yield name, tuple(self.variable_rule(rule, place) for rule in variable.rules)


def _free(numbers: Mapping[str, int]) -> int:
    """The number after all that are taken."""
    return max(numbers.values(), default=0) + 1
