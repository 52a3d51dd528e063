"""ODM: whether data and definitions agree; what does not is found, and stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.accepted import TYPES
from sdtm.raw import findings_on
from specs.errors import RawDataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from sdtm.raw import Form
    from sdtm.readers._odm_data import OdmFile
    from sdtm.readers._odm_definitions import Definitions


def check_definitions(file: OdmFile, definitions: Definitions) -> None:
    """Find items never used, subjects without data, and OIDs that nothing defines."""
    for item in definitions.unused():
        file.findings.add(
            "notice", "CK-ODM-UNUSED", f"item {item.oid} is defined and in no item group", item.line
        )
    with_data = {keys.subject for keys in file.collected.instances}
    for subject, line in file.subjects.items():
        if subject not in with_data:
            file.findings.add(
                "notice", "CK-ODM-SUBJECT", f"subject {subject} has no saved form", line
            )
    reported: set[tuple[str, str]] = set()
    for keys, instance in file.collected.instances.items():
        form = "FormDef" if definitions.of["FormDef"] else "ItemGroupDef"
        oids = [("StudyEventDef", keys.event, instance.line), (form, keys.form, instance.line)]
        oids += [("ItemGroupDef", oid, instance.line) for oid, _ in keys.groups]
        oids += [("ItemDef", item, cell.line) for item, cell in instance.cells.items()]
        for element, oid, line in oids:
            if oid and definitions.of[element] and oid not in definitions.of[element]:
                if (element, oid) not in reported:
                    remedy = did_you_mean(oid, definitions.of[element])
                    message = f"no {element} defines {oid}; its data are read. {remedy}"
                    file.findings.add("warning", "CK-ODM-UNKNOWN", message, line, keys=keys)
                reported.add((element, oid))


def check_data(forms: Iterable[Form]) -> Iterator[pd.DataFrame]:
    """Findings for truth values written as numbers where the same item also has them as words."""
    for form in forms:
        for name, field in form.fields.items():
            if field.accepts != TYPES["boolean"]:
                continue
            text = field.answered(form.frame[name])
            wrong = text.isin(["0", "1"])
            if wrong.any() and text.isin(["true", "false"]).any():
                yield findings_on(
                    form,
                    form.frame.index[wrong],
                    severity="error",
                    rule="CK-RAW-TYPE",
                    variable=name,
                    value=form.frame.loc[wrong, name],
                    message="is a truth value as a number, and others of the item are words",
                )


def check_attributes(file: OdmFile, name: str) -> dict[str, str]:
    """The attribute of SubjectData that is to be the subject, by SubjectKey."""
    by_subject = {
        keys.subject: attributes
        for (level, keys), (_, attributes) in file.attributes.items()
        if level == "SubjectData"
    }
    for subject, line in file.subjects.items():
        if name not in by_subject.get(subject, {}):
            raise RawDataError(
                f"subject {subject} has no attribute {name}",
                where=f"{file.path.name} line {line}",
                remedy=did_you_mean(name, by_subject.get(subject, {})),
            )
    values = {subject: attributes[name] for subject, attributes in by_subject.items()}
    doubled = {value for value in values.values() if list(values.values()).count(value) > 1}
    if doubled:
        raise RawDataError(
            f"{name} {min(doubled)} belongs to several subjects",
            where=file.path.name,
            remedy="name an attribute that is a subject's own",
        )
    return values
