"""A study's folder proposed from an export: it builds, and every proposal waits for review."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from ruamel.yaml import YAML

from cdisckit.editors import names_in
from cdisckit.exports import export_of
from cdisckit.final import PROPOSAL_COLUMNS, PROPOSALS
from cdisckit.likely import NOT_SUBMITTED
from cdisckit.planned_events import planned_events
from cdisckit.proposals import Proposal, proposals
from specs.editors import write_schemas
from specs.editors.settings import SCHEMAS, write_settings
from specs.output import check_new, check_target, new_folder
from specs.standards import GUIDES, latest
from specs.terminology import coded, latest_versions, load_terminology, paired

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cdisckit.exports import Export
    from sdtm.raw import RawData

REVIEW = "Proposed by cdisckit init; every line of it waits for review, see proposals.csv.\n"

_FINDINGS = "FINDINGS"
_CODED = re.compile(r"[A-Z]{2}(?:MODIFY|BODSYS|CLAS|CLASCD)|(?:AE|CE|CM|MH)DECOD")
_OF_STUDY = ("title", "description", "protocol", "usubjid", "data_cut", "visits")


@dataclass(frozen=True)
class Proposed:
    """A proposed study: its folder, the proposals, and how many fields have none.

    `passed_over` has the files of the export that are no source, each with the reason.
    """

    folder: Path
    proposals: tuple[Proposal, ...]
    open_fields: int
    passed_over: Mapping[str, str]


def propose_study(raw: Path, folder: Path) -> Proposed:
    """Write a study's folder with a copy of the export; OutputError when the folder is not new."""
    check_new(folder)
    check_target(folder, {"the raw folder": raw})
    export = export_of(raw)
    data = export.read()
    main, kept = _with_main(proposals(data), data)
    files = dict(_datasets(kept, main, data))
    kept = [p for p in kept if p.dataset in files or p.variable == NOT_SUBMITTED]
    required = [gap for name, content in files.items() for gap in _required(name, content)]
    if "distinct" in files["DM"]["records"]:
        why = "the first record of each subject counts, by distinct in dm.yaml"
        required.insert(0, ("DM", "SUBJID", main, "", why, "high", ""))
    used = {(p.form, name) for p in kept for name in (p.field, p.time)}
    left = sum(
        (form.name, name) not in used and name not in form.identity
        for form in data.forms.values()
        for name in form.fields
    )
    with new_folder(folder) as aside:
        (aside / "raw").mkdir()
        for file in data.files:
            shutil.copyfile(file, aside / "raw" / file.name)
        _write(aside / "study.yaml", _study(folder.resolve().name, export, data, kept))
        (aside / "sdtm").mkdir()
        for name, content in files.items():
            _write(aside / "sdtm" / f"{name.lower()}.yaml", content)
        guessed = [
            ("", g.role, g.form, g.value, f"guessed: {g.why}", "low", "") for g in export.guesses
        ]
        _write_proposals(aside / PROPOSALS, kept, [*guessed, *required])
        write_schemas(names_in(aside, data=data), aside / SCHEMAS)
        write_settings(aside)
    return Proposed(folder, tuple(kept), left, export.passed_over)


def _study(
    name: str, export: Export, data: RawData, proposed: Iterable[Proposal]
) -> dict[str, Any]:
    """The content of study.yaml for an export, with what is to be reviewed."""
    identifier = re.sub(r"[^A-Z0-9-]+", "-", name.upper()).strip("-") or "STUDY"
    sources = [
        {"name": s.name, "reader": s.reader, **_moved(dict(s.options), export.folder)}
        for s in export.sources
    ]
    visits = [
        [event, number, name.upper(), None]
        for number, (event, name) in enumerate(planned_events(export, data).items(), 1)
    ]
    study: dict[str, Any] = {
        "study": identifier,
        "title": f"Title of {identifier}, to be written",
        "description": f"Description of {identifier}, to be written",
        "protocol": identifier,
        "usubjid": "{study}-{subject}",
        "standards": {"SDTMIG": GUIDES["SDTMIG"]},
        "terminology": {"SDTM": latest_versions()["SDTM"]},
        "data_cut": date.today().isoformat(),
        "raw": sources,
    }
    if visits:
        study["visits"] = [["event", "visitnum", "visit", "visitdy"], *visits]
    withheld: dict[str, list[str]] = {}
    for p in proposed:
        if p.variable == NOT_SUBMITTED:
            withheld.setdefault(p.form, []).append(p.field)
    if withheld:
        study["not_submitted"] = withheld
    return study


def _moved(options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A source's options with its files in raw/; a folder of files is raw/ itself."""

    def of_raw(name: str | list[str]) -> str | list[str]:
        if isinstance(name, list):
            return [f"raw/{one}" for one in name]
        return "raw" if (folder / name).is_dir() else f"raw/{name}"

    paths = ("data", "dictionary", "events", "event_forms", "define")
    moved = {key: of_raw(v) if key in paths else v for key, v in options.items()}
    if "forms" in moved:
        moved["forms"] = {
            form: {**table, "file": of_raw(table["file"])}
            for form, table in options["forms"].items()
        }
    return moved


def _datasets(
    proposed: Iterable[Proposal], main: str, data: RawData
) -> Iterable[tuple[str, dict[str, Any]]]:
    guide = latest("SDTMIG")
    by_domain: dict[str, list[Proposal]] = {"DM": []}
    for proposal in proposed:
        if proposal.variable != NOT_SUBMITTED:
            by_domain.setdefault(proposal.dataset, []).append(proposal)
    for domain, of_domain in by_domain.items():
        in_guide = guide.dataset(domain)
        if domain == "DM":
            yield domain, _demographics(of_domain, main, by_domain, data)
        elif in_guide is not None and in_guide.class_.upper().startswith(_FINDINGS):
            content = _results(domain, of_domain, data)
            if content:
                yield domain, content
        else:
            yield domain, _records(domain, of_domain, data)


def _once(form: str, data: RawData) -> bool:
    subjects = data.forms[form].frame["@subject"]
    return len(subjects) > 0 and not subjects.duplicated().any()


def _with_main(proposed: list[Proposal], data: RawData) -> tuple[str, list[Proposal]]:
    """The form that DM is made from, and the proposals without those for DM that it cannot take.

    It is the one that has most subjects; of such, one with fields of DM, with a record for each
    subject, with most fields. Of other forms those with one record for each subject are joined, and
    a variable is taken from one form.
    """
    forms = [p.form for p in proposed if p.dataset == "DM"]

    def rank(form: str) -> tuple[int, bool, bool, int]:
        subjects = data.forms[form].frame["@subject"].nunique()
        return subjects, form in forms, _once(form, data), forms.count(form)

    main = max(data.forms, key=rank)
    of_dm = [p for p in proposed if p.dataset == "DM" and (p.form == main or _once(p.form, data))]
    taken: dict[str, Proposal] = {}
    for proposal in sorted(of_dm, key=lambda p: p.form != main):
        taken.setdefault(proposal.variable, proposal)
    return main, [p for p in proposed if p.dataset != "DM" or taken.get(p.variable) is p]


def _required(domain: str, content: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    """What the guide requires and the export does not have, left empty in the dataset's rules."""
    automatic = {"STUDYID", "DOMAIN", "USUBJID", f"{domain}SEQ", *content["variables"]}
    for variable in latest("SDTMIG").variables(domain):
        if (
            variable.core == "Req"
            and variable.type == "Char"
            and variable.variable not in automatic
        ):
            rule: dict[str, Any] = {"assigned": {"constant": ""}}
            if len(variable.codelists) > 1:
                terminology = load_terminology(sdtm=latest_versions()["SDTM"])
                rule["codelist"] = terminology.codelist(variable.codelists[0]).name
            content["variables"][variable.variable] = rule
            why = "the guide requires it, and no field is named for it"
            yield domain, variable.variable, "", "", why, "low", ""


def _demographics(
    proposed: list[Proposal], main: str, by_domain: Mapping[str, list[Proposal]], data: RawData
) -> dict[str, Any]:
    """DM with one record for each subject, from its main form; others are joined."""
    forms = dict.fromkeys(p.form for p in proposed)
    joined = {form: f"j{n}" for n, form in enumerate(forms, 1) if form != main}
    records: dict[str, Any] = {"from": main}
    if not _once(main, data):
        records["distinct"] = ["@subject"]
    if joined:
        records["join"] = {name: {"from": form, "by": "subject"} for form, name in joined.items()}
    variables: dict[str, Any] = {"SUBJID": {"collected": "@subject"}}
    starts = {p.variable for p in by_domain.get("EX", [])}
    for variable, verb in (("RFSTDTC", "earliest"), ("RFXSTDTC", "earliest")):
        if "EXSTDTC" in starts:
            variables[variable] = {"derived": verb, "from": "EX.EXSTDTC"}
    for proposal in proposed:
        prefix = f"{joined[proposal.form]}." if proposal.form in joined else ""
        names = [f"{prefix}{name}" for name in (proposal.field, proposal.time) if name]
        variables.setdefault(proposal.variable, _collected(proposal, data, *names))
    return {"dataset": "DM", "records": records, "keys": ["STUDYID", "USUBJID"],
            "variables": variables}  # fmt: skip


def _records(domain: str, proposed: list[Proposal], data: RawData) -> dict[str, Any]:
    """A domain of events or interventions: a block for each form, named alike by binding."""
    blocks: dict[str, dict[str, str]] = {}
    variables: dict[str, Any] = {}
    for p in proposed:
        bind = blocks.setdefault(p.form, {})
        names = [p.variable.lower() + suffix for suffix in (["", "_time"] if p.time else [""])]
        bind.update(zip(names, filter(None, (p.field, p.time)), strict=True))
        if p.variable not in variables or len(names) > 1:
            variables[p.variable] = _collected(p, data, *names)
    keys = ["STUDYID", "USUBJID", f"{domain}TERM", f"{domain}TRT", f"{domain}DECOD",
            f"{domain}STDTC", f"{domain}SEQ"]  # fmt: skip
    return {
        "dataset": domain,
        "records": [{"from": form, "bind": bind} for form, bind in blocks.items()],
        "keys": [k for k in keys if k in (*variables, "STUDYID", "USUBJID", f"{domain}SEQ")],
        "variables": variables,
    }


def _results(domain: str, proposed: list[Proposal], data: RawData) -> dict[str, Any]:
    """A domain of findings: a block for each test and form; what has no test belongs to all."""
    result, unit = f"{domain}ORRES", f"{domain}ORRESU"
    code, name = f"{domain}TESTCD", f"{domain}TEST"
    names = _names_of_tests(domain)
    units = {(p.form, p.test): p.field for p in proposed if p.variable == unit and p.test}
    shared = [p for p in proposed if not p.test and p.variable not in (result, unit)]
    blocks = []
    variables: dict[str, Any] = {result: {"collected": "result"}}
    for p in proposed:
        if p.variable != result or not p.test:
            continue
        bind = {"result": p.field}
        if (p.form, p.test) in units:
            bind["unit"] = units[p.form, p.test]
            variables[unit] = {"collected": "unit"}
        for other in shared:
            if other.form == p.form:
                bound = other.variable.lower()
                bind[bound] = other.field
                variables[other.variable] = _collected(other, data, bound)
        test = {code: p.test, name: p.name or names.get(p.test, p.test)}
        if p.category:
            test[f"{domain}CAT"] = p.category
            variables[f"{domain}CAT"] = {"codelist": ""}
        if p.unit and not units:
            test[unit] = p.unit
            variables[unit] = {}
        blocks.append({"from": p.form, "bind": bind, "assign": test})
    if not blocks:
        return {}
    strange = any(p.test not in names for p in proposed if p.variable == result and p.test)
    own: dict[str, str] = {"codelist": ""} if strange else {}
    variables |= {code: own, name: own}
    variables |= {"VISITNUM": "standard", "VISIT": "standard"}
    keys = ["STUDYID", "USUBJID", f"{domain}TESTCD", "VISITNUM", f"{domain}SEQ"]
    return {"dataset": domain, "records": blocks, "keys": keys, "variables": variables}


def _names_of_tests(domain: str) -> Mapping[str, str]:
    """The names of the published tests of a domain by their codes, as in VSTESTCD and VSTEST."""
    guide, terminology = latest("SDTMIG"), load_terminology(sdtm=latest_versions()["SDTM"])
    lists = [guide.variable(domain, f"{domain}{suffix}") for suffix in ("TESTCD", "TEST")]
    codes, names = ([*v.codelists] if v is not None else [] for v in lists)
    if not codes or not names:
        return {}
    return paired(terminology.codelist(codes[0]), terminology.codelist(names[0]))


def _collected(proposal: Proposal, data: RawData, *names: str) -> dict[str, Any]:
    """The rule of a variable: terms of a dictionary are assigned; of several codelists the one
    that fits.
    """
    in_guide = latest("SDTMIG").variable(proposal.dataset, proposal.variable)
    dictionary = in_guide is not None and in_guide.format == "MedDRA"
    verb = "assigned" if dictionary or _CODED.fullmatch(proposal.variable) else "collected"
    rule: dict[str, Any] = {verb: list(names) if len(names) > 1 else names[0]}
    if in_guide is not None and len(in_guide.codelists) > 1:
        terminology = load_terminology(sdtm=latest_versions()["SDTM"])
        field = data.forms[proposal.form].fields[proposal.field]
        answers = pd.Series([*field.choices.values(), *field.choices], dtype="str")
        lists = [terminology.codelist(code) for code in in_guide.codelists]
        fits = [int(coded(answers, codelist, {})["matched"].sum()) for codelist in lists]
        rule["codelist"] = lists[fits.index(max(fits))].name
    return rule


def _write(path: Path, content: Mapping[str, Any]) -> None:
    yaml = YAML()
    yaml.width = 96
    yaml.default_flow_style = None
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {REVIEW}")
        yaml.dump(dict(content), file)


def _write_proposals(
    path: Path, proposed: Iterable[Proposal], required: Iterable[tuple[str, ...]]
) -> None:
    of_study = [("", name, "", "", "what the export does not say", "", "") for name in _OF_STUDY]
    rows = [(p.dataset, p.variable, p.form, p.field, p.why, p.confidence, "") for p in proposed]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PROPOSAL_COLUMNS)
        writer.writerows(tuple(map(_harmless, row)) for row in (*of_study, *rows, *required))


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
