"""EDC systems by name: what the columns of their tables are, a row of a table for each layout.

Names of columns are compared in lower case and without blanks and underscores, as versions of a
system write them otherwise. docs/systems tells of each fact how it is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Part = Literal["raw", "code", "unit", "beside"]
"""What a column beside an item has: its text as entered, its code, its unit, or a part of it."""

Shape = Literal["wide", "items", "openclinica", "openedc"]
"""A row for each record, one for each item, or one for each subject with all visits in it."""

CASTOR_MISSING = MappingProxyType(
    {
        code: meaning
        for number, meaning in (
            (95, "measurement failed"), (96, "not applicable"), (97, "not asked"),
            (98, "asked but unknown"), (99, "not done"),
        )
        for code in (
            f"##USER_MISSING_{number}##", f"01-01-29{number}", f"01-01-29{number} 00:00",
            f"Missing ({meaning})",
        )
    }
)  # fmt: skip
"""What Castor writes where a reason is given for an answer that is missing."""


@dataclass(frozen=True)
class Layout:
    """A kind of table of a system: the columns it is known by, and what they are.

    Of several names for a role the first that is there counts. `system` are columns of the system
    that are nobody's answer. `keep` are values of a column whose rows are live; `zero` says that
    repeats are counted from 0, and 0 alone is none. `parts` are the ends of the names of columns
    that stand beside an item. `item`, `value` and `code` are the columns of a layout with a row for
    each item.
    """

    signature: frozenset[str]
    subject: tuple[str, ...]
    event: tuple[str, ...] = ()
    event_repeat: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    form_repeat: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    group_repeat: tuple[str, ...] = ()
    system: frozenset[str] = frozenset()
    answers: tuple[str, ...] = ()  # columns of the system that are worth a field
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    zero: bool = False
    item: str = ""
    value: str = ""
    code: str = ""
    label: str = ""
    shape: Shape = "wide"
    head: int = 0


@dataclass(frozen=True)
class System:
    """An EDC: its layouts, and what all its tables share.

    `file` takes the name of the form out of that of a file; `production` is what the column
    `environment` says of true data. `not_forms` is what names of files have that are no forms.
    """

    label: str
    layouts: tuple[Layout, ...]
    file: str = "(?P<form>.+)"
    blank: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    dates: Literal["DMY", "MDY", "YMD", ""] = ""
    environment: str = ""
    production: str = ""
    not_forms: str = ""

    def layout_of(self, head: Iterable[str]) -> Layout | None:
        """The layout of a table with that head, the one with most names to know it by."""
        names = {normal(name) for name in head}
        fitting = [layout for layout in self.layouts if layout.signature <= names]
        return max(fitting, key=lambda layout: len(layout.signature), default=None)


def normal(name: str) -> str:
    """A name of a column as names are compared.

    >>> normal(" Participant Id")
    'participantid'
    """
    return re.sub(r"[\s_]", "", name.lower())


def _names(text: str) -> frozenset[str]:
    return frozenset(map(normal, text.split()))


_RAVE = Layout(
    _names("Subject RecordId"),
    subject=("subject", "subjectname"),
    event=("folder", "folderoid", "foldername", "instancename"),
    event_repeat=("instancerepeatnumber",),
    form=("formoid",),
    form_repeat=("pagerepeatnumber",),
    group_repeat=("recordposition",),
    system=_names(
        "Subject SubjectName userid projectid project studyid environmentName subjectId StudySiteId"
        " siteid Site SiteNumber SiteGroup SDVTier StudyEnvSiteNumber instanceId InstanceName"
        " InstanceRepeatNumber folderid Folder FolderOID FolderName FolderSeq TargetDays DataPageId"
        " DataPageName PageRepeatNumber RecordDate RecordId RecordPosition RecordActive SaveTs"
        " MinCreated MaxUpdated FormOID DatapointActive DataPointId FormId FieldId AnalyteId LabId"
        " AnalyteRangeId DataDictionaryId LabUnitId"
    ),
    answers=("siteid", "site", "sitenumber", "recorddate"),
    keep={"recordactive": ("1", "1.0", "true", "True"),
          "datapointactive": ("1", "1.0", "true", "True")},
    parts={"_STD_UN": "beside", "_RAW": "raw", "_STD": "code", "_UN": "unit", "_INT": "beside",
           "_YYYY": "beside", "_YY": "beside", "_MM": "beside", "_DD": "beside"},
    zero=True,
)  # fmt: skip

_VIEDOC_KEYS = _names(
    "SiteSeq SiteName SiteCode SubjectSeq SubjectId EventSeq EventId EventName EventLabel EventDate"
    " ActivityId ActivityName FormId FormName FormSeq SubjectFormSeq OriginSubjectFormSeq"
    " SourceSubjectFormSeq DesignVersion InitiatedBy InitiatedDate LastEditedBy LastEditedDate"
    " EditDateTime EditBy EditReason"
)
_VIEDOC = Layout(
    _names("SubjectId EventId FormId"),
    subject=("subjectid",),
    event=("eventid", "eventname"),
    event_repeat=("eventseq",),
    form=("formid",),
    form_repeat=("subjectformseq", "formseq"),
    system=_VIEDOC_KEYS,
    answers=("sitecode", "eventdate", "eventname"),
    parts={"CD": "code"},
    head=2,
)

SYSTEMS: Mapping[str, System] = MappingProxyType(
    {
        "rave": System(
            "Medidata Rave",
            (
                _RAVE,
                Layout(
                    _names("Subject RecordPosition"),
                    **{k: v for k, v in vars(_RAVE).items() if k != "signature"},
                ),
            ),
            file=r"(?:V_[A-Za-z0-9]+_)?(?P<form>.+?)(?:_RAW)?",
            environment="environmentname",
            production="prod",
            not_forms="metadata|comment|deviation|codelist|dictionar",
        ),
        "castor": System(
            "Castor EDC",
            (
                *(
                    Layout(
                        signature,
                        subject=(
                            "participantid",
                            "recordid",
                            "castorparticipantid",
                            "castorrecordid",
                        ),
                        event=("repeatingdataparent", "reportparent", "surveyparent"),
                        system=_names(
                            "ParticipantId RecordId CastorParticipantID CastorRecordID"
                            " ParticipantStatus"
                            " SiteAbbreviation InstituteAbbreviation RandomizationId"
                            " RandomizationGroup RandomizedOn"
                            " ParticipantCreationDate RecordCreationDate RecordStatus"
                            " RepeatingDataCreationDate RepeatingdataNameCustom"
                            " RepeatingdataParent ReportCreationDate"
                            " ReportNameCustom ReportParent SurveyInstanceId"
                            " SurveyCreationDate SurveySentDate SurveyProgress SurveyCompletedOn"
                            " SurveyParent SurveyPackageName SurveyPackageId"
                        ),
                        answers=(
                            "participantstatus",
                            "siteabbreviation",
                            "instituteabbreviation",
                            "randomizationid",
                            "randomizationgroup",
                            "randomizedon",
                            "repeatingdatanamecustom",
                            "reportnamecustom",
                            "surveycompletedon",
                        ),
                    )
                    for signature in (
                        _names("ParticipantId SiteAbbreviation"),
                        _names("RecordId InstituteAbbreviation"),
                        _names("RepeatingDataCreationDate RepeatingdataParent"),
                        _names("ReportCreationDate ReportParent"),
                        _names("SurveyInstanceId CastorParticipantID"),
                        _names("SurveyInstanceId CastorRecordID"),
                    )
                ),
                Layout(
                    _names("StudyID FormType FormInstanceID FieldID Value"),
                    subject=("recordid", "participantid"),
                    form=("formtype",),
                    form_repeat=("forminstanceid",),
                    item="fieldid",
                    value="value",
                    shape="items",
                ),
            ),
            file=r"(?P<form>.+?)(?:_export)?(?:_[0-9]{8,14})?",
            missing=CASTOR_MISSING,
            dates="DMY",
            not_forms="field.?options|optiongroups|structure|quer(y|ies)|comments|"
            "verification|variable.?list",
        ),
        "viedoc": System(
            "Viedoc",
            (
                Layout(
                    _names("SubjectId EventId FormId ItemId ItemValue"),
                    subject=("subjectid",),
                    event=("eventid", "eventname"),
                    event_repeat=("eventseq",),
                    form=("formid",),
                    form_repeat=("subjectformseq", "formseq"),
                    group=("itemgroupid",),
                    group_repeat=("itemgroupseq",),
                    answers=("sitecode", "eventdate", "eventname"),
                    item="itemid",
                    value="itemvalue",
                    code="itemcode",
                    label="itemexportlabel",
                    shape="items",
                    head=2,
                ),
                _VIEDOC,
            ),
            file=r"(?:.+_[0-9]{8}_[0-9]{6}_)?(?P<form>.+)",
            blank=("NA",),
            not_forms="(?:^|_)(?:README|Items|CodeLists|MedDRA)$",
        ),
        "veeva": System(
            "Veeva CDMS",
            (
                Layout(
                    _names("SUBJID EGROUP ESEQ FSEQ"),
                    subject=("subjid",),
                    event=("event",),
                    event_repeat=("eseq",),
                    form_repeat=("fseq",),
                    group_repeat=("igseq",),
                    system=_names(
                        "STUDYID COUNTRY SITENUM SUBJID EGROUP EGROUPDEF EGROUPEID EVENT EVENTDEF"
                        " EVENTEID EVENTDT ESEQ FORM FORMDEF FORMEID FSEQ IGSEQ DLASTMOD"
                    ),
                    answers=("country", "sitenum", "egroup", "eventdt"),
                ),
            ),
            not_forms="^SYS_",
        ),
        "openclinica": System(
            "OpenClinica and LibreClinica",
            (
                Layout(
                    _names("StudySubjectID ProtocolID"),
                    subject=("studysubjectid",),
                    shape="openclinica",
                ),
                Layout(_names("SubjID ProtocolID"), subject=("subjid",), shape="openclinica"),
            ),
        ),
        "openedc": System(
            "OpenEDC",
            (
                Layout(
                    _names("Subject RepeatKey CreationDate CreationTime"),
                    subject=("subject",),
                    event_repeat=("repeatkey",),
                    shape="openedc",
                    head=2,
                ),
            ),
        ),
    }
)
"""The systems by the name that study.yaml has for their reader."""


def system_of(heads: Iterable[Iterable[str]]) -> tuple[str, Layout] | None:
    """The system and layout of a table by its first rows, one of which is its head."""
    rows = [list(row) for row in heads]
    pairs = [
        (name, layout)
        for name, system in SYSTEMS.items()
        for row in rows
        if (layout := system.layout_of(row)) is not None
    ]
    return max(pairs, key=lambda pair: len(pair[1].signature), default=None)
