"""From a study's folder to its specification, with the standards' tables filled in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from specs.codelists import StudyTerminology
from specs.errors import SpecError, did_you_mean
from specs.files import (
    AnalysesFile,
    BlockFile,
    DatasetFile,
    ExplanationsFile,
    RuleFile,
    StudyFile,
    TerminologyFile,
    VariableFile,
    VisitFile,
)
from specs.model import (
    Analysis,
    Block,
    Dataset,
    Document,
    Explanation,
    Join,
    Origin,
    Parameter,
    RawSource,
    Rule,
    Study,
    Variable,
    Visit,
)
from specs.predecessors import inherited
from specs.references import check_references
from specs.standards import standard
from specs.supplemental import supplemental_dataset
from specs.yaml_files import YamlFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specs.derivation import Derivation
    from specs.standards import Standard, StandardVariable

_SHARED = ("VISITNUM", "VISIT", "VISITDY", "TAETORD", "EPOCH")
"""Timing variables without a prefix: the same in every domain."""

ALWAYS = ("STUDYID", "DOMAIN", "USUBJID", "--SEQ")

_FOLDERS = {"sdtm": "SDTMIG", "adam": "ADaMIG"}

_STRUCTURES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
}


def load_study(folder: Path, derivations: Mapping[str, Derivation]) -> Study:
    """The specification in `folder`; SpecError lists what is wrong in its files, with lines."""
    file = read_yaml(folder / "study.yaml")
    given = file.parsed(StudyFile)
    terms_file = folder / "terminology.yaml"
    terms = read_yaml(terms_file).parsed(TerminologyFile).codelists if terms_file.exists() else {}
    terminology = StudyTerminology.of(given.terminology, terms, terms_file.name)
    terminology.check_names()
    tables = {name: _records(rows, file, "tables", name) for name, rows in given.tables.items()}
    paths = [
        (path, _FOLDERS[part])
        for part in _FOLDERS
        for path in sorted((folder / part).glob("*.yaml"))
    ]
    loaders = [
        _DatasetLoader(read_yaml(path), name, given, tables, terminology, derivations)
        for path, name in paths
    ]
    datasets = tuple(
        dataset
        for loaded in _all_or_errors(loaders)
        for dataset in (loaded, *supplemental_dataset(loaded, given.standards, terminology))
    )
    datasets = inherited(datasets)
    explanations_file = folder / "explanations.yaml"
    study = Study(
        folder=folder,
        id=given.study,
        title=given.title,
        description=given.description,
        protocol=given.protocol,
        usubjid=given.usubjid,
        standards=MappingProxyType(dict(given.standards)),
        terminology=MappingProxyType(dict(given.terminology)),
        data_cut=given.data_cut,
        synthetic=given.synthetic,
        sources=tuple(
            RawSource(s.name, s.reader, MappingProxyType(s.model_extra or {}), file.place("raw", i))
            for i, s in enumerate(given.raw)
        ),
        visits=tuple(_visits(given, file)),
        tables=MappingProxyType(tables),
        datasets=datasets,
        codelists=terminology.used(),
        not_submitted=MappingProxyType(dict(given.not_submitted)),
        documents=tuple(Document(d.id, d.title, d.href) for d in given.documents),
        explanations=_explanations(explanations_file),
        analyses=_analyses(folder / "analyses.yaml"),
        files=(file.path, *(path for path, _ in paths)),
    )
    check_references(study)
    return study


def _all_or_errors(loaders: Iterable[_DatasetLoader]) -> Iterator[Dataset]:
    problems: list[str] = []
    for loader in loaders:
        try:
            yield loader.dataset()
        except SpecError as error:
            problems.append(str(error))
    if problems:
        raise SpecError("\n".join(problems))


def _explanations(path: Path) -> tuple[Explanation, ...]:
    if not path.exists():
        return ()
    file = read_yaml(path)
    return tuple(
        Explanation(MappingProxyType(dict(e.match)), e.reason, file.place("explanations", i))
        for i, e in enumerate(file.parsed(ExplanationsFile).explanations)
    )


def _analyses(path: Path) -> tuple[Analysis, ...]:
    if not path.exists():
        return ()
    file = read_yaml(path)
    return tuple(
        Analysis(**dict(given), place=file.place("analyses", number))
        for number, given in enumerate(file.parsed(AnalysesFile).analyses)
    )


def _records(
    rows: tuple[tuple[Any, ...], ...], file: YamlFile, *keys: str
) -> tuple[Mapping[str, Any], ...]:
    """A table written as a head and rows, as one mapping per row."""
    if not rows:
        return ()
    head = [str(name) for name in rows[0]]
    if len(set(head)) < len(head):
        raise SpecError(
            f"two columns of the table are named {max(head, key=head.count)}",
            where=file.place(*keys, 0),
            remedy="rename one",
        )
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(head):
            raise SpecError(
                f"the row has {len(row)} cells, the head of the table has {len(head)}",
                where=file.place(*keys, number),
                remedy="write ~ for a cell without a value",
            )
    return tuple(MappingProxyType(dict(zip(head, row, strict=True))) for row in rows[1:])


def _visits(given: StudyFile, file: YamlFile) -> Iterator[Visit]:
    events: set[str] = set()
    for number, row in enumerate(_records(given.visits, file, "visits"), start=1):
        place = file.place("visits", number)
        try:
            visit = VisitFile.model_validate(dict(row))
        except ValidationError as error:
            problem = error.errors()[0]
            raise SpecError(
                f"visits: {problem['loc'][0]}: {problem['msg']}",
                where=place,
                remedy=f"the columns are {', '.join(VisitFile.model_fields)}",
            ) from None
        if visit.event in events:
            raise SpecError(f"event {visit.event} has two visits", where=place, remedy="remove one")
        events.add(visit.event)
        yield Visit(visit.event, visit.visitnum, visit.visit, visit.visitdy)


@cache
def _standard_rules() -> Mapping[str, RuleFile]:
    """What the guide itself decides; "--" stands for the domain in names."""
    file = read_yaml(Path(__file__).parent / "standards" / "sdtm-rules.yaml")
    return {str(name): RuleFile.model_validate(dict(rule)) for name, rule in file.data.items()}


def _check_number(constant: object, name: str, place: str) -> None:
    try:
        float(str(constant or 0))
    except ValueError:
        raise SpecError(
            f"{name} is numeric, its constant {constant} is not",
            where=place,
            remedy="write a number",
        ) from None


def _check_assigned(assign: Mapping[str, Any], variables: tuple[Variable, ...], place: str) -> None:
    types = {variable.name: variable.type for variable in variables}
    for name, value in assign.items():
        if name not in types:
            raise SpecError(
                f"{name} is assigned a value, and is no variable of the dataset",
                where=place,
                remedy=did_you_mean(name, types),
            )
        if types[name] == "Num":
            _check_number(value, name, place)


@dataclass(frozen=True)
class _DatasetLoader:
    """Resolves one dataset's file against the standard, the terminology and the derivations."""

    file: YamlFile
    standard_name: str
    study: StudyFile
    tables: Mapping[str, Any]
    terminology: StudyTerminology
    derivations: Mapping[str, Derivation]

    @cached_property
    def given(self) -> DatasetFile:
        return self.file.parsed(DatasetFile)

    @cached_property
    def standard(self) -> Standard:
        version = self.study.standards.get(self.standard_name)
        if version is None:
            raise SpecError(
                f"study.yaml names no version of {self.standard_name}",
                where=self.file.path.name,
                remedy="add it under standards:",
            )
        return standard(self.standard_name, version)

    @property
    def tabulation(self) -> bool:
        return self.standard_name == "SDTMIG"

    @property
    def domain(self) -> str:
        return self.given.domain or self.given.dataset

    @property
    def owner(self) -> str:
        """The dataset or data structure of the standard this one follows."""
        if self.tabulation:
            return self.domain
        return _STRUCTURES.get(self.given.class_, self.given.dataset)

    def dataset(self) -> Dataset:
        given = self.given
        known = self.standard.dataset(self.owner)
        if self.tabulation and known is None and not (given.class_ and given.label):
            raise SpecError(
                f"{given.dataset} is not a dataset of the guide",
                where=self.file.place("dataset"),
                remedy="give a custom domain a label and a class",
            )
        if self.tabulation and not given.records:
            raise SpecError(
                f"{given.dataset} has no records",
                where=self.file.place("dataset"),
                remedy="name the form they are collected in with records: {from: ...}",
            )
        if not self.tabulation and given.supplemental:
            raise SpecError(
                f"{given.dataset} is an analysis dataset and has no supplemental qualifiers",
                where=self.file.place("supplemental"),
                remedy="list them under variables",
            )
        variables = self._variables()
        return Dataset(
            name=given.dataset,
            domain=self.domain,
            label=given.label or (known.label if known else given.dataset),
            class_=given.class_ or (known.class_ if known else "ADAM OTHER"),
            structure=given.structure or (known.structure if known else ""),
            purpose="Tabulation" if self.tabulation else "Analysis",
            standard=self.standard_name,
            keys=given.keys,
            blocks=tuple(self._blocks(variables)),
            variables=variables,
            supplemental=tuple(
                self._variable(name, v, "supplemental") for name, v in given.supplemental.items()
            ),
            parameters=tuple(self._parameters()),
            not_submitted=MappingProxyType(dict(given.not_submitted)),
            repeating=self.domain != "DM" and given.dataset != "ADSL",
            reference=bool(known and known.reference),
            comment=given.comment,
            file=self.file.path.name,
        )

    # variables

    def _named(self, name: str) -> str:
        return name.replace("--", self.domain, 1) if name.startswith("--") else name

    def _variables(self) -> tuple[Variable, ...]:
        given = dict(self.given.variables)
        if self.tabulation:
            for name in map(self._named, ALWAYS):
                if self.standard.variable(self.domain, name) is not None:
                    given.setdefault(name, VariableFile(standard=True))
            for row in self._test_rows():
                for name in row:
                    if name.isupper() and name not in given:
                        given[name] = VariableFile()
        resolved = [self._variable(name, v, "variables") for name, v in given.items()]
        if not self.tabulation:
            return tuple(resolved)
        order = {v.variable: v.order for v in self.standard.variables(self.domain)}
        return tuple(sorted(resolved, key=lambda v: order.get(v.name, len(order))))

    def _variable(self, name: str, given: VariableFile, part: str) -> Variable:
        place = self.file.place(part, name)
        known = None
        if part == "variables":
            known = self.standard.variable(self.owner, name) or self._of_class(name)
            if known is None and self.tabulation and not given.label:
                names = [v.variable for v in self.standard.variables(self.domain)]
                raise SpecError(
                    f"{self.domain} has no {name} in {self.standard_name}",
                    where=place,
                    remedy=f"{did_you_mean(name, names)} What has no standard variable goes under"
                    " supplemental",
                )
        label = given.label or (known.label if known else "")
        inherits = any(rule.origin == "predecessor" for rule in given.rules)
        if not label and not inherits:
            raise SpecError(
                f"{name} has no label and is not in the standard",
                where=place,
                remedy="give it a label of at most 40 characters",
            )
        kind = given.type or (known.type if known else "Char")
        codelist = given.codelist
        if codelist is None and known is not None:
            codelist = self.terminology.choose(known.codelists, name, place)
        if codelist:
            self.terminology.use(codelist, place)
        variable = Variable(
            name=name,
            label=label,
            type="Num" if kind == "Num" else "Char",
            role=given.role or (known.role if known else ""),
            core=given.core or (known.core if known else ""),
            codelist=codelist or "",
            value_domain=known.format if known else "",
            length=given.length,
            format=given.format,
            comment=given.comment,
            rules=tuple(self._rules(name, given, part, kind)),
            place=place,
            standard=known is not None,
        )
        for rule in variable.rules:
            if rule.derivation is None and len(rule.sources) > (2 if variable.is_date else 1):
                raise SpecError(
                    f"{name} is {rule.origin} from {', '.join(rule.sources)}",
                    where=place,
                    remedy="give it one source (a date may have its time as the second),"
                    " or a list of rules",
                )
        return variable

    def _of_class(self, name: str) -> StandardVariable | None:
        """A variable that the guide lists for other domains of the same class only.

        The model lets every domain use the variables of its class (SDTMIG 3.4, section 3.2.1).
        """
        own = self.standard.dataset(self.owner)
        if not self.tabulation or own is None:
            return None
        for other in self.standard.datasets.values():
            renamed = name.replace(self.domain, other.name, 1) if own.class_ == other.class_ else ""
            for candidate in (name if name in _SHARED else "", renamed):
                known = self.standard.variable(other.name, candidate) if candidate else None
                if known is not None:
                    return known
        return None

    # rules

    def _rules(self, name: str, given: VariableFile, part: str, kind: str) -> Iterator[Rule]:
        place = self.file.place(part, name)
        if given.standard:
            rule = self._standard_rule(name)
            if rule is None:
                raise SpecError(
                    f"the guide has no rule of its own for {name}",
                    where=place,
                    remedy="give it a verb: collected, derived, assigned, protocol, predecessor",
                )
            yield self._rule(rule, place)
        for rule in given.rules:
            if kind == "Num":
                _check_number(rule.constant, name, place)
            made = self._rule(rule, place)
            if self.tabulation and made.derivation and made.derivation.scope == "dataset":
                raise SpecError(
                    f"{rule.function} makes records, not the values of a variable",
                    where=place,
                    remedy="name it under records:",
                )
            yield made

    def _standard_rule(self, name: str) -> RuleFile | None:
        for pattern, filled in _standard_rules().items():
            if self._named(pattern) == name:
                keys = [k for k in self.given.keys if k not in ("STUDYID", "USUBJID", name)]
                sources: list[str] = []
                for source in filled.sources:
                    sources.extend(keys if source == "@keys" else [self._named(source)])
                return filled.model_copy(update={"sources": tuple(sources)})
        return None

    def _rule(self, given: RuleFile, place: str) -> Rule:
        derivation = None
        if given.origin == "derived":
            derivation = self._derivation(given.function, given.sources, given.arguments, place)
        default = "investigator" if given.origin == "collected" else "sponsor"
        return Rule(
            origin=Origin(given.origin),
            sources=given.sources,
            constant=self._filled(given.constant),
            derivation=derivation,
            arguments=MappingProxyType({k: self._filled(v) for k, v in given.arguments.items()}),
            origin_source=(given.source or default).capitalize(),
            read_as=given.read_as,
            when=given.when,
            where=given.where,
            place=place,
        )

    def _derivation(
        self, name: str, sources: tuple[str, ...], arguments: Mapping[str, Any], place: str
    ) -> Derivation:
        found = self.derivations.get(name)
        if found is None:
            raise SpecError(
                f"there is no derivation {name}",
                where=place,
                remedy=did_you_mean(name, self.derivations),
            )
        patterned = any("*" in source for source in sources)
        found.check_call(len(found.sources) if patterned else len(sources), arguments, place)
        return found

    def _filled(self, value: Any) -> Any:
        """A constant, with @study and the like replaced; `@name` is a table of study.yaml."""
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        own = {
            "study": self.study.study,
            "domain": self.domain,
            "usubjid": self.study.usubjid.replace("{study}", self.study.study),
        }
        name = value.removeprefix("@")
        if name in own:
            return own[name]
        if name in self.tables:
            return self.tables[name]
        raise SpecError(
            f"study.yaml has no table {name}",
            where=self.file.place(),
            remedy=did_you_mean(name, self.tables),
        )

    # records

    def _blocks(self, variables: tuple[Variable, ...]) -> Iterator[Block]:
        given = self.given
        blocks = [self._block(b, i) for i, b in enumerate(given.records)]
        for block in blocks:
            if self.tabulation:
                _check_assigned(block.assign, variables, block.place)
        if not given.tests:
            yield from blocks
            return
        by_form = {block.form: block for block in blocks}
        if len(by_form) < len(blocks):
            raise SpecError(
                "records lists a form twice, so a test does not tell which it is collected in",
                where=self.file.place("records"),
                remedy="list each form once",
            )
        for number, row in enumerate(self._test_rows(), start=1):
            place = self.file.place("tests", number)
            form = row.get("form") or (blocks[0].form if len(blocks) == 1 else None)
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
            _check_assigned(assign, variables, place)
            self._name_test(assign, variables, place)
            bind = {k: str(v) for k, v in row.items() if k.islower() and k != "form" and v}
            yield replace(
                base,
                bind=MappingProxyType({**base.bind, **bind}),
                assign=MappingProxyType({**base.assign, **assign}),
                place=place,
            )

    def _test_rows(self) -> tuple[Mapping[str, Any], ...]:
        return _records(self.given.tests, self.file, "tests")

    def _name_test(
        self, assign: dict[str, Any], variables: tuple[Variable, ...], place: str
    ) -> None:
        """Fill --TEST from the terminology where the table gives --TESTCD alone."""
        code, name = f"{self.domain}TESTCD", f"{self.domain}TEST"
        if code not in assign or name in assign:
            return
        lists = {v.name: v.codelist for v in variables}
        decoded = self.terminology.decode(lists.get(code, ""), lists.get(name, ""), assign[code])
        if decoded is None:
            raise SpecError(
                f"{assign[code]} is not a test of the terminology, so its name is not known",
                where=place,
                remedy=f"add a column {name} to the table of tests",
            )
        assign[name] = decoded

    def _block(self, given: BlockFile, number: int) -> Block:
        place = self.file.place("records", number)
        rule = None
        if given.derived:
            derivation = self._derivation(given.derived, given.sources, given.arguments, place)
            arguments = {k: self._filled(v) for k, v in given.arguments.items()}
            rule = Rule(
                Origin.DERIVED,
                given.sources,
                derivation=derivation,
                arguments=MappingProxyType(arguments),
                place=place,
            )
        return Block(
            form=given.form,
            where=given.where,
            joins=tuple(
                Join(name, j.form, j.by, j.where, j.first, j.last, place)
                for name, j in given.join.items()
            ),
            bind=MappingProxyType(dict(given.bind)),
            assign=MappingProxyType({k: self._filled(v) for k, v in given.assign.items()}),
            rule=rule,
            place=place,
        )

    def _parameters(self) -> Iterator[Parameter]:
        for number, (code, given) in enumerate(self.given.parameters.items(), start=1):
            place = self.file.place("parameters", code)
            if given.codelist:
                self.terminology.use(given.codelist, place)
            yield Parameter(
                code=code,
                label=given.label,
                number=number,
                category=given.category,
                codelist=given.codelist,
                where=given.where,
                rule=self._rule(given.rule, place) if given.rule else None,
                per=given.per,
                place=place,
            )
