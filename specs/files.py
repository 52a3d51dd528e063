"""What study.yaml, terminology.yaml and explanations.yaml may say, as they are written."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from specs.encodings import ASCII, byte_encoding

_IN_BRACES: Final = re.compile(r"\{[^}]*\}")

Texts = tuple[str, ...]
Scalar = str | int | float


class File(BaseModel):
    """What a file, or a part of it, may say; other keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def listed(value: Any) -> Any:
    """One thing as a list of it."""
    return [value] if isinstance(value, (str, int, float, dict)) else value


def _each_listed(data: Any) -> Any:
    """`{form: field}` as `{form: [field]}`."""
    if not isinstance(data, dict):
        return data
    return {key: listed(value) for key, value in data.items()}


FormFields = Annotated[dict[str, Texts], BeforeValidator(_each_listed)]
"""The fields of forms: `{form: [field, other]}`."""


class SourceFile(BaseModel):
    """`{name: edc, reader: redcap, ...}`; the rest are the reader's own options."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    reader: str


class VisitFile(File):
    """A row of `visits`."""

    event: str
    visitnum: float
    visit: str
    visitdy: int | None = None
    starts: str | None = None
    ends: str | None = None


class DocumentFile(File):
    """`{id: PROTOCOL, title: ..., href: protocol.pdf}`."""

    id: str
    title: str
    href: str


class DictionaryFile(File):
    """`MedDRA: "28.0"`, or `WHODD: {version: ..., variables: [CMDECOD], files: whodrug}`."""

    version: str
    variables: Texts = ()
    files: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_version(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"version": str(data)}


class StudyFile(File):
    """`study.yaml`."""

    study: str
    title: str
    description: str
    protocol: str
    usubjid: str = "{study}-{subject}"
    synthetic: str = ""
    epoch_on_start_day: Literal[
        "first element that starts", "last element that starts", "element that ends"
    ] = "first element that starts"
    standards: dict[str, str]
    terminology: dict[str, str]
    data_cut: date
    raw: tuple[SourceFile, ...]
    visits: tuple[tuple[Any, ...], ...] = ()
    unscheduled: dict[str, FormFields] = {}  # event: {form: date}, or [date, time]
    tables: dict[str, tuple[tuple[Any, ...], ...] | str] = {}  # rows, or a CSV file with them
    shared: dict[str, dict[str, Any]] = {}  # groups of variables that datasets take as they are
    not_submitted: FormFields = {}
    not_read: Annotated[
        Texts, BeforeValidator(listed)
    ] = ()  # files beside the raw data that are none
    documents: tuple[DocumentFile, ...] = ()
    dictionaries: dict[str, DictionaryFile] = {}
    encoding: Annotated[str, AfterValidator(byte_encoding)] = ASCII
    replace: dict[Annotated[str, Field(min_length=1, max_length=1)], str] = {}

    @field_validator("terminology", "standards", mode="before")
    @classmethod
    def _as_text(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: str(value) for key, value in data.items()}

    @field_validator("usubjid")
    @classmethod
    def _of_subjects(cls, pattern: str) -> str:
        names = _IN_BRACES.findall(pattern)
        unknown = [name for name in names if name not in ("{study}", "{subject}")]
        if unknown or "{subject}" not in names:
            what = f"{unknown[0]} is not known" if unknown else "{subject} is missing"
            raise ValueError(f"{what}; write a pattern such as {{study}}-{{subject}}")
        return pattern

    @model_validator(mode="after")
    def _known_standards(self) -> StudyFile:
        for versions, names in (
            (self.standards, {"SDTMIG", "ADaMIG"}),
            (self.terminology, {"SDTM", "ADaM"}),
        ):
            if not versions or set(versions) - names:
                raise ValueError(f"name {' and '.join(sorted(names))} with a version each")
        return self


class CodelistFile(File):
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


class TerminologyFile(File):
    """`terminology.yaml`."""

    codelists: dict[str, CodelistFile]


class ExplanationFile(File):
    """`{match: {rule: CK-CODE, variable: AEREL}, reason: ..., status: accepted}`."""

    match: dict[str, str]
    reason: str
    status: Literal["open", "accepted"] = "open"


class ExplanationsFile(File):
    """`explanations.yaml`."""

    explanations: tuple[ExplanationFile, ...]
