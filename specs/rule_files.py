"""What a rule as written means: its derivation, its constants, the guide's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from specs.constants import check_constants
from specs.dataset_models import AdamFile, SdtmFile
from specs.errors import SpecError, did_you_mean
from specs.model import Origin, Rule
from specs.numbers import read_number
from specs.prefixes import with_prefix
from specs.rule_models import RuleModel
from specs.standards import standard
from specs.study_units import UNITS
from specs.yaml_files import YamlFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specs.codelists import StudyTerminology
    from specs.derivation import Derivation
    from specs.files import StudyFile
    from specs.rule_models import VariableModel
    from specs.standards import Standard

_STRUCTURES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
}


@cache
def _standard_rules(standard_name: str) -> Mapping[str, tuple[RuleModel, ...]]:
    """What the guide itself decides; "--" stands for the domain in names."""
    name = {"SDTMIG": "sdtm-rules.yaml", "ADaMIG": "adam-rules.yaml"}[standard_name]
    file = read_yaml(Path(__file__).parent / "standards" / name)
    return {
        str(name): tuple(
            RuleModel.model_validate(dict(rule))
            for rule in (entry if isinstance(entry, list) else [entry])
        )
        for name, entry in file.data.items()
    }


def check_number(constant: object, name: str, place: str) -> None:
    """SpecError when the constant of a numeric variable is no number."""
    if read_number(str(constant or 0)) is None:
        raise SpecError(
            f"{name} is numeric, its constant {constant} is not",
            where=place,
            remedy="write a number",
        )


@dataclass(frozen=True)
class RuleResolver:
    """What one dataset's file is read against: the standard, terminology, derivations, tables."""

    file: YamlFile
    standard_name: str
    study: StudyFile
    tables: Mapping[str, Any]
    terminology: StudyTerminology
    derivations: Mapping[str, Derivation]

    @cached_property
    def model(self) -> SdtmFile | AdamFile:
        """The file as it is written."""
        return self.file.parsed(SdtmFile) if self.tabulation else self.file.parsed(AdamFile)

    @cached_property
    def standard(self) -> Standard:
        """The guide the dataset follows."""
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
        """Whether it is a dataset of SDTM."""
        return self.standard_name == "SDTMIG"

    @property
    def domain(self) -> str:
        """The domain, whose letters begin the names of its variables."""
        model = self.model
        of_persons = self.tabulation and self.standard.of_associated(model.dataset)
        return model.domain or of_persons or model.dataset

    @property
    def owner(self) -> str:
        """The dataset or data structure of the standard this one follows."""
        if self.tabulation:
            return self.model.dataset[:4] if self.associated else self.domain
        return _STRUCTURES.get(self.model.class_, self.model.dataset)

    @property
    def associated(self) -> bool:
        """Whether the records are of associated persons, who have APID in place of USUBJID."""
        return self.tabulation and bool(self.standard.of_associated(self.model.dataset))

    @property
    def person(self) -> str:
        """The variable that says whose the records are."""
        return "APID" if self.associated else "USUBJID"

    def named(self, name: str) -> str:
        """A name with the domain in place of "--"."""
        return with_prefix(name, self.domain)

    def rules(self, name: str, model: VariableModel, section: str) -> Iterator[Rule]:
        """The rules of a variable, resolved."""
        place = self.file.place(section, name)
        if model.standard:
            rule = self._standard_rule(name)
            if rule is None:
                raise SpecError(
                    f"the guide has no rule of its own for {name}",
                    where=place,
                    remedy="give it a verb: collected, derived, assigned, protocol, predecessor",
                )
            yield self.rule(rule, place)
        for rule in model.all_rules:
            yield self.variable_rule(rule, place)

    def variable_rule(self, model: RuleModel, place: str) -> Rule:
        """A rule of a variable; its function makes values, not records."""
        resolved = self.rule(model, place)
        if resolved.derivation and resolved.derivation.scope == "dataset":
            raise SpecError(
                f"{model.derived} makes records, not the values of a variable",
                where=place,
                remedy="name it under records:",
            )
        return resolved

    def _standard_rule(self, name: str) -> RuleModel | None:
        for pattern, rules in _standard_rules(self.standard_name).items():
            if self.named(pattern) == name:
                filled = next((rule for rule in rules if self._has_sources(rule)), rules[0])
                if not filled.derived:
                    return filled
                keys = [k for k in self.model.keys if k not in ("STUDYID", "USUBJID", "APID", name)]
                sources: list[str] = []
                for source in filled.sources:
                    own = self.person if source == "USUBJID" else self.named(source)
                    sources.extend(keys if source == "@keys" else [own])
                return filled.model_copy(update={"from_": tuple(dict.fromkeys(sources))})
        return None

    def _has_sources(self, rule: RuleModel) -> bool:
        """Whether the dataset has the variables of its own that a rule of the guide reads."""
        own = {self.named(source) for source in rule.sources if source.startswith("--")}
        return own <= set(self.model.variables)

    def rule(self, model: RuleModel, place: str) -> Rule:
        """A rule with its derivation and constants."""
        derivation = None
        arguments = {k: self.filled(v, place) for k, v in model.arguments.items()}
        if model.derived:
            arguments = {**self._of_study(model.derived), **arguments}
            derivation = self.derivation(model.derived, model.sources, arguments, place)
            if model.where and derivation.scope not in ("subject", "lookup"):
                raise SpecError(
                    f"{model.derived} reads the record itself, so where has nothing to restrict",
                    where=place,
                    remedy="restrict the rule with when, or name a function of many records",
                )
        default = "investigator" if model.collected else "sponsor"
        return Rule(
            origin=Origin(model.verbs[0]),
            sources=model.sources,
            constant=self.filled(model.constant, place),
            derivation=derivation,
            arguments=MappingProxyType(arguments),
            origin_source=(model.source or default).capitalize(),
            read_as=model.read_as,
            when=model.when,
            where=model.where,
            place=place,
        )

    @cached_property
    def decimals(self) -> Mapping[str, int]:
        """The decimals of converted results, by test code."""
        return {}

    def _of_study(self, name: str) -> Mapping[str, Any]:
        """The constants that a function takes from the table of tests and from units.csv."""
        derivation = self.derivations.get(name)
        of_study = {"decimals": self.decimals, "units": self.tables.get(UNITS, ())}
        kinds = {"decimals": "Mapping[str, int]", "units": "Sequence[UnitRow]"}
        return {
            constant.name: of_study[constant.name]
            for constant in (derivation.constants if derivation else ())
            if constant.name in of_study
            and str(constant.annotation).startswith(kinds[constant.name])
            and of_study[constant.name]
        }

    def derivation(
        self, name: str, sources: tuple[str, ...], arguments: Mapping[str, Any], place: str
    ) -> Derivation:
        """The derivation of that name, checked for what it is called with."""
        derivation = self.derivations.get(name)
        if derivation is None:
            raise SpecError(
                f"there is no derivation {name}",
                where=place,
                remedy=did_you_mean(name, self.derivations),
            )
        patterned = any("*" in source for source in sources)
        derivation.check_call(
            len(derivation.sources) if patterned else len(sources), arguments, place
        )
        check_constants(derivation, arguments, place, sources)
        return derivation

    def filled(self, value: Any, place: str) -> Any:
        """A constant, with @study and the like replaced; `@name` is a table of study.yaml."""
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        own = {
            "study": self.study.study,
            "domain": self.owner,
            "usubjid": self.study.usubjid.replace("{study}", self.study.study),
            "epoch_on_start_day": self.study.epoch_on_start_day,
        }
        name = value.removeprefix("@")
        if name in own:
            return own[name]
        if name in self.tables:
            return self.tables[name]
        raise SpecError(
            f"study.yaml has no table {name}",
            where=place,
            remedy=did_you_mean(name, self.tables),
        )
