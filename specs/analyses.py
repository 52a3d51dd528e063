"""What a study declares in analyses.yaml: results to compute, and displays that show them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from specs.where import Where

Texts = tuple[str, ...]

OF_RESULTS = ("ars", "index", "results")
"""The files of all results, beside those that displays name."""


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Selection(_Noun):
    """`{dataset: ADSLEDAI, where: [...], variable: CHG}`: the values of some records."""

    dataset: str
    where: tuple[Where, ...] = ()
    variable: str


class Analysis(Selection):
    """A declared result: a method on the values of some records, for each value of `by`.

    `against` gives a second value per subject to methods that compare two. With a `reason` and a
    `purpose`, in the terms of Define-XML (C117744, C117745) or the sponsor's own, it is part of
    the results metadata; with `summary` the build prints it.
    """

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    title: str
    method: str = "proportion"
    event: str = ""
    by: Texts = ()
    against: Selection | None = None
    level: float = Field(default=0.95, gt=0, lt=1)
    summary: bool = False
    reason: str = ""
    purpose: str = ""
    place: str = ""

    @field_validator("by", mode="before")
    @classmethod
    def _listed(cls, data: Any) -> Any:
        return [data] if isinstance(data, str) else data

    @model_validator(mode="after")
    def _complete(self) -> Analysis:
        if bool(self.reason) != bool(self.purpose):
            raise ValueError("reason and purpose go together: results metadata need both")
        if self.summary and (self.by or self.method != "proportion"):
            raise ValueError("summary goes with one proportion")
        return self


class Panel(Selection):
    """A part of a figure: what it draws, how it is labelled, and a limit drawn as a line."""

    label: str
    unit: str = ""
    limit: float | None = None
    limit_label: str = ""
    against: Selection | None = None
    subjects: str = "USUBJID"


class Display(_Noun):
    """`{id: F1, kind: figure, shows: trajectories, panels: [...], published: ..., ...}`.

    `published` says what in it stands in a publication, `synthetic` what is invented.
    """

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    kind: Literal["table", "figure"]
    title: str
    shows: str
    analyses: Texts = ()
    panels: tuple[Panel, ...] = ()
    options: dict[str, Any] = Field(default={}, alias="with")
    published: str = ""
    synthetic: str = ""
    place: str = ""


class AnalysesFile(_Noun):
    """`analyses.yaml`."""

    analyses: tuple[Analysis, ...]
    displays: tuple[Display, ...] = ()
