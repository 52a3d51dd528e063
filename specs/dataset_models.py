"""A dataset's file as it is written: one model for SDTM, one for ADaM."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from specs.files import File, FormFields, Scalar, Texts, listed
from specs.rule_models import Conditions, Names, RuleModel, SdtmVariable, VariableModel


class JoinModel(File):
    """`{from: infusion, by: [subject, lot], first: exstdat}`.

    `from` is as in records; `by` names context and fields of both sides, or has for each field of
    the records the one of the other side: `{aept_code: code}`.
    """

    form: str = Field(alias="from")
    by: Names | dict[str, str] = ("subject",)
    where: Conditions = ()
    first: str = ""
    last: str = ""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What the records share with those of the other side, by the names of both."""
        return tuple(
            self.by.items() if isinstance(self.by, dict) else zip(self.by, self.by, strict=True)
        )

    @model_validator(mode="after")
    def _one_choice(self) -> JoinModel:
        if not self.by:
            raise ValueError("by names nothing that the records share")
        if self.first and self.last:
            raise ValueError("first and last exclude each other")
        return self


class AnyModel(File):
    """`{any: "1"}`: the value that counts if any record has it."""

    any: Names


def _named(data: Any) -> Any:
    """`records: ae` as `records: {from: ae}`."""
    return {"from": data} if isinstance(data, str) else data


class SdtmBlock(File):
    """`{from: labs, where: [...], bind: {date: lbdat}, assign: {LBSPEC: SERUM}}`.

    `from` names a form, another dataset of SDTM, or with `@` a table of study.yaml.
    """

    form: str = Field(alias="from")
    name: str = ""  # what the table of tests calls these records, if not by their form
    numbered: int = Field(default=0, ge=0, le=999)  # {n} in names runs from 1 to this
    ticked: str = ""  # a checkbox field: there is a record for each box that is ticked
    distinct: Names = ()  # of records that agree in these fields one is kept
    keep: Literal["first", "last"] = "first"  # which of them, in the order collected
    group_by: Names = ()  # records that agree in these fields are made one
    collapse: dict[str, Literal["first", "last", "min", "max", "joined"] | AnyModel] = Field(
        default={}
    )
    where: Conditions = ()
    among: dict[str, str] = Field(default={})  # {CMSPID: AE.AELINK}: records that those name
    join: dict[str, JoinModel] = Field(default={})
    bind: dict[str, str] = Field(default={})
    assign: dict[str, Scalar] = Field(default={})

    @model_validator(mode="after")
    def _together(self) -> SdtmBlock:
        if self.collapse and not self.group_by:
            raise ValueError("collapse goes with group_by")
        if "keep" in self.model_fields_set and not self.distinct:
            raise ValueError("keep goes with distinct")
        if self.group_by and self.ticked:
            raise ValueError("group_by makes records one, ticked makes one several: use one")
        if self.group_by and self.distinct:
            raise ValueError("group_by makes records one, distinct leaves them out: use one")
        return self


class AdamBlock(File):
    """`{from: RS, where: [...]}`, or records that a function makes: `{derived: ..., from: ...}`.

    `from` names a dataset, or the variables that the function reads.
    """

    from_: Names = Field(alias="from")
    derived: str = ""
    arguments: dict[str, Any] = Field(default={}, alias="with")
    where: Conditions = ()
    assign: dict[str, Scalar] = Field(default={})

    @property
    def form(self) -> str:
        """The dataset whose records are taken over."""
        return "" if self.derived else self.from_[0]

    @model_validator(mode="after")
    def _together(self) -> AdamBlock:
        if self.derived:
            return self
        if self.arguments:
            raise ValueError("with goes with derived")
        if len(self.from_) != 1:
            raise ValueError("from names one dataset; write an entry of records for each")
        return self


class OwnRules(File):
    """What a parameter says of a variable: a rule, a list of rules, or `none` for no value."""

    rules: tuple[RuleModel, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        return {"rules": [] if data == "none" else listed(data)}


class ParameterModel(File):
    """`{label: ..., where: [...]}`, or `{label: ..., derived: ..., from: [...], per: [...]}`."""

    label: str
    number: int | None = Field(default=None, ge=0)  # PARAMN
    category: str = ""
    codelist: str = ""
    where: Conditions = ()
    derived: str = ""
    from_: Names = Field(default=(), alias="from")
    arguments: dict[str, Any] = Field(default={}, alias="with")
    when: Conditions = ()  # the records of the grid, or the assessments, that it is derived for
    per: Names = ()
    variables: dict[str, OwnRules] = Field(default={})  # in place of the rules of the dataset

    @property
    def rule(self) -> RuleModel | None:
        """The rule of a derived parameter."""
        if not self.derived:
            return None
        return RuleModel.model_validate(
            {
                "derived": self.derived,
                "from": self.from_,
                "with": self.arguments,
                "when": self.when,
            }
        )

    @model_validator(mode="after")
    def _together(self) -> ParameterModel:
        if self.derived and self.where:
            raise ValueError("where takes records over, derived makes them: use one")
        if not self.derived and (self.from_ or self.arguments):
            raise ValueError("from and with go with derived")
        if self.when and not self.derived:
            raise ValueError("when goes with derived; records taken over are restricted by where")
        return self


class _Dataset(File):
    dataset: str
    label: str = ""
    class_: str = Field(default="", alias="class")
    structure: str = ""
    keys: Texts
    comment: str = ""


class SdtmFile(_Dataset):
    """A dataset of SDTM: `sdtm/ae.yaml`."""

    id: str = ""  # what other files call these records, whatever their domain
    domain: str = ""
    records: Annotated[
        tuple[Annotated[SdtmBlock, BeforeValidator(_named)], ...], BeforeValidator(listed)
    ] = ()
    tests: tuple[tuple[Any, ...], ...] = ()
    variables: dict[str, SdtmVariable]
    supplemental: dict[str, SdtmVariable] = Field(default={})
    working: dict[str, SdtmVariable] = Field(default={})  # what rules read and is not submitted
    not_submitted: FormFields = Field(default={})

    @property
    def parameters(self) -> dict[str, ParameterModel]:
        """SDTM has none."""
        return {}

    @model_validator(mode="after")
    def _named_for_tests(self) -> SdtmFile:
        named = [block.name for block in self.records if block.name]
        if named and not self.tests:
            raise ValueError(f"records: name {named[0]} goes with a table of tests")
        return self


class AdamFile(_Dataset):
    """A dataset of ADaM: `adam/adrs.yaml`."""

    records: Annotated[
        tuple[Annotated[AdamBlock, BeforeValidator(_named)], ...], BeforeValidator(listed)
    ] = ()
    parameters: dict[str, ParameterModel] = Field(default={})
    of_several_parameters: Literal["first"] | None = None  # what a record that meets several is of
    per: Names = ()  # what derived parameters have one record for, where they do not say it
    variables: dict[str, VariableModel]
    working: dict[str, VariableModel] = Field(default={})  # what rules read and is not submitted

    @property
    def domain(self) -> str:
        """ADaM has none."""
        return ""

    @property
    def tests(self) -> tuple[tuple[Any, ...], ...]:
        """ADaM has parameters."""
        return ()

    @property
    def supplemental(self) -> dict[str, SdtmVariable]:
        """ADaM has none: whatever is needed is a variable."""
        return {}

    @property
    def not_submitted(self) -> dict[str, Texts]:
        """ADaM is not made of raw data."""
        return {}
