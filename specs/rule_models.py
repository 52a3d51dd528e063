"""Rules and variables as a dataset's file writes them: what SDTM may say, and what ADaM.

The keys of a model are those of the file; a key that a model lacks is an error.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from specs.files import File, Scalar, Texts, listed
from specs.limits import LONGEST_TEXT
from specs.where import Condition, Where, any_written, one_written, written

ORIGINS = ("collected", "derived", "assigned", "protocol", "predecessor")

Names = Annotated[Texts, BeforeValidator(listed)]
Clauses = tuple[Annotated[Where, BeforeValidator(written)], ...]
"""Conditions that hold together."""

Conditions = Annotated[
    tuple[Annotated[Condition, PlainValidator(one_written)], ...], BeforeValidator(any_written)
]
"""The same, or lists of them of which one is enough."""


class Taken(File):
    """What a verb takes: a field or variable, a date and its time, or `{constant: value}`."""

    sources: Texts = ()
    constant: Scalar | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return {"sources": listed(data)}
        if set(data) != {"constant"}:
            raise ValueError("takes a source or {constant: value}")
        return data

    @model_validator(mode="after")
    def _something(self) -> Taken:
        if not self.sources and self.constant is None:
            raise ValueError("names no source and no constant")
        return self


class RuleModel(File):
    """`{derived: study_day, from: [AESTDTC, DM.RFSTDTC], with: {...}, when: [...]}`."""

    collected: Taken | None = None
    assigned: Taken | None = None
    protocol: Taken | None = None
    predecessor: Taken | None = None
    derived: str = ""
    from_: Names = Field(default=(), alias="from")
    arguments: dict[str, Any] = Field(default={}, alias="with")
    source: Literal["subject", "investigator", "vendor", "sponsor"] | None = None
    when: Conditions = ()
    where: Conditions = ()

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that are there; of a rule it is one."""
        return tuple(verb for verb in ORIGINS if getattr(self, verb))

    @property
    def sources(self) -> Texts:
        """The sources, of whatever verb."""
        return self.from_ if self.derived else self._taken.sources

    @property
    def constant(self) -> Scalar | None:
        """The constant of a verb that takes one."""
        return None if self.derived else self._taken.constant

    @property
    def read_as(self) -> Literal["label", "code"]:
        """How a coded answer is read."""
        return "label"

    @property
    def _taken(self) -> Taken:
        taken: Taken = getattr(self, self.verbs[0])
        return taken

    @model_validator(mode="after")
    def _one_verb(self) -> RuleModel:
        if len(self.verbs) != 1 and (self.verbs or self._must_have_verb()):
            raise ValueError(f"a rule has one verb of {', '.join(ORIGINS)}")
        if self.verbs and not self.derived:
            verb = self.verbs[0]
            if self.from_:
                raise ValueError(f"{verb} names its source itself; from goes with derived")
            if self.arguments:
                raise ValueError(f"with goes with derived, not with {verb}")
            if self.where:
                raise ValueError(f"where goes with derived; a rule {verb} is restricted by when")
        return self

    def _must_have_verb(self) -> bool:
        return True


class SdtmRule(RuleModel):
    """A rule of SDTM, which may read the code of an answer: `{collected: sev, as: code}`."""

    as_: Literal["label", "code"] = Field(default="label", alias="as")

    @property
    def read_as(self) -> Literal["label", "code"]:
        """How a coded answer is read."""
        return self.as_

    @model_validator(mode="after")
    def _of_field(self) -> SdtmRule:
        if "as_" in self.model_fields_set and (self.derived or self.predecessor):
            raise ValueError("as goes with a field that is collected or assigned")
        return self


# fmt: off
DataType = Literal[
    "Char", "Num", "text", "integer", "float", "date", "time", "datetime", "partialDate",
    "partialTime", "partialDatetime", "incompleteDate", "incompleteTime", "incompleteDatetime",
    "durationDatetime", "intervalDatetime",
]
NUMERIC = ("Num", "integer", "float")
OF_VARIABLE = (
    "label", "type", "length", "digits", "codelist", "format", "comment", "role", "core", "values",
)
"""What is said of a variable beside its rules."""
# fmt: on


class Described(RuleModel):
    """What is said of a variable or value, its rule beside it: `{label: ..., derived: ...}`.

    `type` is Char, Num, or the data type of Define-XML that is planned.
    """

    label: str = ""
    type: DataType | None = None
    length: int | None = Field(default=None, ge=1, le=LONGEST_TEXT)
    digits: int | None = Field(default=None, ge=0, le=30)
    format: str = ""
    comment: str = ""
    rules: tuple[RuleModel, ...] = ()

    @property
    def all_rules(self) -> tuple[RuleModel, ...]:
        """The rule that stands beside the description, or those of the list."""
        return (self,) if self.verbs else self.rules

    @model_validator(mode="after")
    def _rules_once(self) -> Described:
        if self.verbs and self.rules:
            raise ValueError("has a rule, and rules: beside it; write one or the other")
        return self

    def _must_have_verb(self) -> bool:
        alone = {"from_", "arguments", "source", "when", "where", "as_"}
        return bool(alone & self.model_fields_set)


class ValueModel(Described):
    """`{when: [{LBTESTCD: {EQ: ALT}}], type: float, length: 5, digits: 1, collected: alt}`."""

    when: Clauses = Field(min_length=1)
    codelist: str | None = None

    @property
    def all_rules(self) -> tuple[RuleModel, ...]:
        """The rule of the value, without the condition, which is that of the value."""
        return (self.model_copy(update={"when": ()}),) if self.verbs else self.rules

    def _must_have_verb(self) -> bool:
        return bool({"from_", "arguments", "source", "where", "as_"} & self.model_fields_set)


class VariableModel(Described):
    """A variable of ADaM: one rule, a list of rules (the first that gives a value), `standard`.

    With no rule, as in `PARAM: {}`, the values are those that the records have already.
    """

    standard: bool = False
    values: tuple[ValueModel, ...] = ()  # value level, where the conditions or types are planned
    codelist: str | Texts | None = None  # of several the one that the standard permits
    role: str = ""
    core: Literal["Req", "Exp", "Perm", "Cond", ""] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if data in ("standard", "absent"):
            return {data: True}
        return {"rules": data} if isinstance(data, list) else data


class SdtmValue(ValueModel, SdtmRule):
    """A line of value level in SDTM."""

    rules: tuple[SdtmRule, ...] = ()


class SdtmVariable(VariableModel, SdtmRule):
    """A variable of SDTM, or a qualifier; with no rule, as in `LBCAT: {}`, blocks assign it.

    `absent` is said of a variable that the guide expects and the dataset shall not have.
    """

    absent: bool = False

    rules: tuple[SdtmRule, ...] = ()
    values: tuple[SdtmValue, ...] = ()
