"""What a study's YAML files may say: the models that check each file as it is written."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from specs.errors import did_you_mean
from specs.limits import LONGEST_TEXT
from specs.where import Where

Texts = tuple[str, ...]
Scalar = str | int | float

ORIGINS = ("collected", "derived", "assigned", "protocol", "predecessor")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (str, int, float, dict)) else value


def _each_listed(data: Any) -> Any:
    """`{form: field}` as `{form: [field]}`."""
    if not isinstance(data, dict):
        return data
    return {key: _listed(value) for key, value in data.items()}


class RuleFile(_File):
    """`{derived: study_day, from: [AESTDTC, DM.RFSTDTC], with: {...}, when: [...]}`."""

    origin: Literal["collected", "derived", "assigned", "protocol", "predecessor"]
    sources: Texts = ()
    constant: Scalar | None = None
    function: str = ""
    arguments: dict[str, Any] = Field(default={}, alias="with")
    source: Literal["subject", "investigator", "vendor", "sponsor"] | None = None
    read_as: Literal["label", "code"] = Field(default="label", alias="as")
    when: tuple[Where, ...] = ()
    where: tuple[Where, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_verb(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "origin" in data:
            return data
        verbs = [key for key in data if key in ORIGINS]
        if len(verbs) != 1:
            raise ValueError(f"a rule has one verb of {', '.join(ORIGINS)}")
        rest = {key: value for key, value in data.items() if key not in (*ORIGINS, "from")}
        subject = data[verbs[0]]
        if verbs[0] == "derived":
            sources = _listed(data.get("from", []))
            return {**rest, "origin": "derived", "function": subject, "sources": sources}
        if "from" in data:
            raise ValueError(f"{verbs[0]} names its source itself; from goes with derived")
        if isinstance(subject, dict):
            if set(subject) != {"constant"}:
                raise ValueError(f"{verbs[0]} takes a source or {{constant: value}}")
            return {**rest, "origin": verbs[0], "constant": subject["constant"]}
        return {**rest, "origin": verbs[0], "sources": _listed(subject)}

    @model_validator(mode="after")
    def _complete(self) -> RuleFile:
        if self.origin != "derived":
            if self.arguments:
                raise ValueError(f"with goes with derived, not with {self.origin}")
            if not self.sources and self.constant is None:
                raise ValueError(f"{self.origin} names no source and no constant")
        if self.where and self.origin not in ("derived", "predecessor"):
            raise ValueError(f"where goes with derived; a rule {self.origin} is restricted by when")
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


class VariableFile(_File):
    """One rule, a list of rules (the first that gives a value counts), or `standard`.

    With no rule, as in `LBCAT: {}`, the values are those that the records' blocks assign. `type`
    is Char, Num, or the data type of Define-XML that is planned.
    """

    rules: tuple[RuleFile, ...] = ()
    standard: bool = False
    label: str = ""
    type: DataType | None = None
    length: int | None = Field(default=None, ge=1, le=LONGEST_TEXT)
    digits: int | None = Field(default=None, ge=0, le=30)
    values: tuple[ValueFile, ...] = ()  # value level, where the conditions or types are planned
    codelist: str | Texts | None = None  # of several the one that the standard permits
    format: str = ""
    comment: str = ""
    role: str = ""
    core: Literal["Req", "Exp", "Perm", "Cond", ""] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if data == "standard":
            return {"standard": True}
        if isinstance(data, list):
            return {"rules": data}
        if not isinstance(data, dict) or "rules" in data or "standard" in data:
            return data
        own = OF_VARIABLE
        of_rule = (*ORIGINS, "from", "with", "source", "as", "when", "where")
        for key in data:
            if key not in (*own, *of_rule) and any(verb in data for verb in ORIGINS):
                hint = did_you_mean(str(key), (*own, *of_rule))
                raise ValueError(f"{key} is not known here; {hint}")
        given = {key: value for key, value in data.items() if key in own}
        rule = {key: value for key, value in data.items() if key not in own}
        return {**given, "rules": [rule]} if rule else given


class ValueFile(VariableFile):
    """`{when: [{LBTESTCD: {EQ: ALT}}], type: float, length: 5, digits: 1, collected: alt}`."""

    when: tuple[Where, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = {"label", "type", "length", "digits", "codelist", "format", "comment", "rules"}
        told = {key: value for key, value in data.items() if key in given or key == "when"}
        rule = {key: value for key, value in data.items() if key not in told}
        return {**told, "rules": [rule]} if rule else told


VariableFile.model_rebuild()


class JoinFile(_File):
    """`{from: infusion, by: subject, first: exstdat}`."""

    form: str = Field(alias="from")
    by: Texts = ("subject",)
    where: tuple[Where, ...] = ()
    first: str = ""
    last: str = ""

    _by = field_validator("by", mode="before")(_listed)


class AnyFile(_File):
    """`{any: "1"}`: the value that counts if any record has it."""

    any: Texts

    _any = field_validator("any", mode="before")(_listed)


class BlockFile(_File):
    """`{from: labs, where: [...], bind: {date: lbdat}, assign: {LBSPEC: SERUM}}`.

    `from` names a form, another dataset of SDTM, or with `@` a table of study.yaml.
    """

    form: str = Field(default="", alias="from")
    name: str = ""  # what the table of tests calls these records, if not by their form
    numbered: int = Field(default=0, ge=0, le=999)  # {n} in names runs from 1 to this
    distinct: Texts = ()  # of records that agree in these fields one is kept
    keep: Literal["first", "last"] = "first"  # which of them, in the order collected
    group_by: Texts = ()  # records that agree in these fields are made one
    collapse: dict[str, Literal["first", "last", "min", "max", "joined"] | AnyFile] = {}
    where: tuple[Where, ...] = ()
    join: dict[str, JoinFile] = {}
    bind: dict[str, str] = {}
    assign: dict[str, Scalar] = {}
    derived: str = ""
    sources: Texts = ()
    arguments: dict[str, Any] = Field(default={}, alias="with")

    _distinct = field_validator("distinct", "group_by", mode="before")(_listed)

    @model_validator(mode="before")
    @classmethod
    def _derived_records(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"from": data}
        if isinstance(data, dict) and "derived" in data:
            rest = {key: value for key, value in data.items() if key != "from"}
            return {**rest, "sources": _listed(data.get("from", []))}
        return data

    @model_validator(mode="after")
    def _grouped(self) -> BlockFile:
        if self.collapse and not self.group_by:
            raise ValueError("collapse goes with group_by")
        if self.group_by and self.distinct:
            raise ValueError("group_by makes records one, distinct leaves them out: use one")
        return self


class ParameterFile(_File):
    """`{label: ..., where: [...]}`, or `{label: ..., derived: ..., from: [...], per: [...]}`."""

    label: str
    number: int = Field(default=0, ge=0)  # PARAMN where it is not the place in the file
    category: str = ""
    codelist: str = ""
    where: tuple[Where, ...] = ()
    rule: RuleFile | None = None
    per: Texts = ()

    _per = field_validator("per", mode="before")(_listed)

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "derived" not in data:
            return data
        of_rule = ("derived", "from", "with", "when")
        rest = {key: value for key, value in data.items() if key not in of_rule}
        return {**rest, "rule": {key: data[key] for key in of_rule if key in data}}


class DatasetFile(_File):
    """A dataset: `sdtm/ae.yaml`, `adam/adrs.yaml`."""

    dataset: str
    id: str = ""  # what other files call these records, whatever their domain
    domain: str = ""
    label: str = ""
    class_: str = Field(default="", alias="class")
    structure: str = ""
    keys: Texts
    records: tuple[BlockFile, ...] = ()
    tests: tuple[tuple[Any, ...], ...] = ()
    parameters: dict[str, ParameterFile] = {}
    variables: dict[str, VariableFile]
    supplemental: dict[str, VariableFile] = {}
    not_submitted: dict[str, Texts] = {}
    comment: str = ""

    _records = field_validator("records", mode="before")(_listed)

    _not_submitted = field_validator("not_submitted", mode="before")(_each_listed)


class SourceFile(BaseModel):
    """`{name: edc, reader: redcap, ...}`; the rest are the reader's own options."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    reader: str


class VisitFile(_File):
    """A row of `visits`."""

    event: str
    visitnum: float
    visit: str
    visitdy: int | None = None
    starts: str | None = None
    ends: str | None = None


class DocumentFile(_File):
    """`{id: PROTOCOL, title: ..., href: protocol.pdf}`."""

    id: str
    title: str
    href: str


class DictionaryFile(_File):
    """`MedDRA: "28.0"`, or `WHODD: {version: ..., variables: [CMDECOD], files: whodrug}`."""

    version: str
    variables: Texts = ()
    files: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_version(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"version": str(data)}


class StudyFile(_File):
    """`study.yaml`."""

    study: str
    title: str
    description: str
    protocol: str
    usubjid: str = "{study}-{subject}"
    synthetic: str = ""
    standards: dict[str, str]
    terminology: dict[str, str]
    data_cut: date
    raw: tuple[SourceFile, ...]
    visits: tuple[tuple[Any, ...], ...] = ()
    tables: dict[str, tuple[tuple[Any, ...], ...] | str] = {}  # rows, or a CSV file with them
    not_submitted: dict[str, Texts] = {}
    not_read: Texts = ()  # files beside the raw data that are none
    documents: tuple[DocumentFile, ...] = ()
    dictionaries: dict[str, DictionaryFile] = {}

    @field_validator("terminology", "standards", mode="before")
    @classmethod
    def _as_text(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: str(value) for key, value in data.items()}

    @model_validator(mode="after")
    def _known_standards(self) -> StudyFile:
        for given, known in (
            (self.standards, {"SDTMIG", "ADaMIG"}),
            (self.terminology, {"SDTM", "ADaM"}),
        ):
            if not given or set(given) - known:
                raise ValueError(f"name {' and '.join(sorted(known))} with a version each")
        return self

    _not_submitted = field_validator("not_submitted", mode="before")(_each_listed)
    _not_read = field_validator("not_read", mode="before")(_listed)


class CodelistFile(_File):
    """A sponsor's codelist, or what a study adds to one of the standard."""

    label: str = ""
    terms: dict[str, str | None] = {}
    extend: dict[str, str | None] = {}
    collected: dict[str, str] = {}
    only: Texts = ()
    of: str = ""  # the list of the standard this one is a use of

    @field_validator("terms", "extend", mode="before")
    @classmethod
    def _undecoded(cls, data: Any) -> Any:
        return dict.fromkeys(map(str, data)) if isinstance(data, list) else data


class TerminologyFile(_File):
    """`terminology.yaml`."""

    codelists: dict[str, CodelistFile]


class ExplanationFile(_File):
    """`{match: {rule: CK-CODE, variable: AEREL}, reason: ...}`."""

    match: dict[str, str]
    reason: str


class ExplanationsFile(_File):
    """`explanations.yaml`."""

    explanations: tuple[ExplanationFile, ...]
