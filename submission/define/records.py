"""What the comments of analysis datasets say: which records there are, of which parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specs.method_texts import listed
from submission.define.wording import Wording

if TYPE_CHECKING:
    from specs.model import Block, Dataset, Study

_NOTATION: Final = (
    "Notation of methods and comments.",
    "A name alone, such as AVAL, is a variable of the same record.",
    "Where CONDITION: the text is for the records that meet the condition, and looks at no other.",
    "Of steps with numbers, each is for the records in which the steps before it gave no value.",
    "A missing value meets NE and NOTIN, and no other comparison unless it says so.",
    "A name that a tabulation dataset has no variable of, such as CMPRN of CM, is a qualifier: QVAL"
    " of its supplemental dataset where QNAM is the name.",
    "Texts in an order are compared character by character; missing values come last unless"
    " stated otherwise.",
)

_OF_TABULATIONS: Final = (
    "DATASET.VARIABLE, such as DM.RFSTDTC, is the variable of the one record of the same subject;"
    " where a method makes one value of many records, of all records of the subject.",
    "The standard unit of a result is missing where the standard result is.",
    "A collected field is named as in the raw data; the annotated CRF shows it.",
)

_OF_ANALYSES: Final = (
    "DATASET.VARIABLE, such as ADSL.TRTSDT, is the variable of the record of that dataset from"
    " which the record was made, else of the one record of the same subject; where a method makes"
    " one value of many records, of all records of the subject.",
    "PARAMETER.VARIABLE, such as {example}, is the variable of the record with that PARAMCD: within"
    " the dataset that of the same assessment, which the comment on PARAMCD defines; of another"
    ' dataset the record of the same USUBJID and AVISIT, with ANL01FL EQ "Y" where that dataset'
    " has ANL01FL.",
    "A.VARIABLE to B.VARIABLE are all parameters from A to B in the order of PARAMN.",
    "It is missing where there is no such record, and where there are several; but where another"
    " dataset has no such record, its BASE and BASEC are those of the record of the same USUBJID"
    ' and PARAMCD with ABLFL EQ "Y", if there is one.',
    'The words "with a finding" mark a value for a second look when it is made; the value is as the'
    " method says.",
    "In a record of a derived parameter a variable of the dataset that the records are made from"
    " is missing, unless the comment on PARAMCD names it as part of the assessment.",
    "Day, as in Day 1, counts from the first dose; there is no Day 0.",
)


def notation(study: Study, standard: str) -> str:
    """How to read the methods and comments of one define.xml, told once there."""
    if standard == "SDTMIG":
        return " ".join((*_NOTATION, *_OF_TABULATIONS))
    codes = (p.code for dataset in study.of(standard) for p in dataset.parameters)
    example = f"{next(codes, 'PARAM1')}.AVAL"
    return " ".join((*_NOTATION, *_OF_ANALYSES)).replace("{example}", example)


def records_comment(study: Study, dataset: Dataset) -> str:
    """Which records an analysis dataset has; "" for other datasets."""
    if dataset.purpose != "Analysis":
        return ""
    codes_by_text: dict[str, list[str]] = {}
    tables: dict[str, None] = {}
    for block in dataset.blocks:
        codes_by_text.setdefault(_of_block(study, dataset, block), []).append(
            str(block.assign.get("PARAMCD", ""))
        )
        if block.rule is not None and block.rule.derivation is not None:
            tables.update(dict.fromkeys(block.rule.derivation.tables(block.rule.arguments)))
    texts = [_of_codes(dataset, text, codes) for text, codes in codes_by_text.items()]
    if any(parameter.where or parameter.rule for parameter in dataset.parameters):
        texts.append("The comment on PARAMCD states the records of each parameter.")
    return " ".join((*texts, *tables))


def parameters_comment(study: Study, dataset: Dataset) -> str:
    """The records of each parameter: the condition of those taken over, or one for what."""
    wording = Wording(study, dataset)
    claiming = [p for p in dataset.parameters if p.where]
    own = (str(block.assign.get("PARAMCD", "")) for block in dataset.blocks)
    assigned = [code for code in dict.fromkeys(own) if code]
    of_assigned = f"{listed(assigned)}: Records as the comment on the dataset tells."
    texts = [of_assigned] if assigned else []
    texts += [f"{p.code}: Records with {wording.conditions(p.where)}." for p in claiming]
    if len(claiming) > 1:
        texts.append("A record is of the first of these parameters whose condition it meets.")
    derived: dict[tuple[str, ...], list[str]] = {}
    for parameter in dataset.parameters:
        if parameter.rule is not None:
            derived.setdefault(parameter.per, []).append(parameter.code)
    grid = _has_grid(dataset)
    for per, codes in derived.items():
        one = "one record for each USUBJID and AVISIT"
        if not grid:
            one = f"one record for each assessment, that is each {listed(per)}"
            one += " in the records of the parameters named in the method"
        texts.append(f"{listed(codes)}: Derived, {one}.")
    return " ".join(texts)


def categories_comment(dataset: Dataset) -> str:
    """The category of each parameter."""
    codes_by_category: dict[str, list[str]] = {}
    for parameter in dataset.parameters:
        if parameter.category:
            codes_by_category.setdefault(parameter.category, []).append(parameter.code)
    texts = (f'"{category}" for {listed(codes)}.' for category, codes in codes_by_category.items())
    return " ".join(("Assigned by PARAMCD:", *texts)) if codes_by_category else ""


def _of_block(study: Study, dataset: Dataset, block: Block) -> str:
    wording = Wording(study, dataset)
    if block.rule is not None:
        return wording.method(block.rule)
    condition = f" with {wording.conditions(block.where)}" if block.where else ""
    return f"One record for each record of {_name(study, block.form)}{condition}."


def _name(study: Study, form: str) -> str:
    """The name of a dataset that a block reads."""
    return study.dataset(form).name if study.has(form) else form


def _of_codes(dataset: Dataset, text: str, codes: list[str]) -> str:
    named = [code for code in codes if code]
    if named:
        return f"For PARAMCD {listed(named, 'and')}: {text}"
    if dataset.parameters and _has_grid(dataset) and "analysis visit" in text:
        return f"For derived parameters: {text}"
    return text


def _has_grid(dataset: Dataset) -> bool:
    """Whether functions make records of no parameter, on which derived ones take place."""
    claiming = any(parameter.where for parameter in dataset.parameters)
    return not claiming and any(b.rule and "PARAMCD" not in b.assign for b in dataset.blocks)
