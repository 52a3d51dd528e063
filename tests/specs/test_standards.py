from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from specs.errors import SpecError
from specs.standards import StandardDataset, StandardVariable, standard

if TYPE_CHECKING:
    from pathlib import Path

SDTM = standard("SDTMIG", "3.4")
ADAM = standard("ADaMIG", "1.3")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_sdtm_variable_has_what_the_guide_says() -> None:
    assert SDTM.variable("DM", "RACE") == StandardVariable(
        dataset="DM",
        order=22,
        variable="RACE",
        label="Race",
        type="Char",
        role="Record Qualifier",
        core="Exp",
        codelists=("C74457",),
        format="",
        values=(),
    )


def test_a_variable_may_have_several_codelists_or_a_format_or_one_value() -> None:
    dsdecod = SDTM.variable("DS", "DSDECOD")
    assert dsdecod is not None
    assert dsdecod.codelists == ("C66727", "C114118", "C150811")
    aestdtc = SDTM.variable("AE", "AESTDTC")
    assert aestdtc is not None
    assert aestdtc.format == "ISO 8601 datetime or interval"
    domain = SDTM.variable("AE", "DOMAIN")
    assert domain is not None
    assert domain.values == ("AE",)


def test_what_a_guide_does_not_define_is_none() -> None:
    assert SDTM.variable("AE", "AEFOO") is None
    assert SDTM.variable("ZZ", "STUDYID") is None
    assert SDTM.dataset("ZZ") is None
    assert SDTM.variables("ZZ") == ()
    assert SDTM.dataset("SUPP") is None


def test_a_dataset_has_its_define_xml_class() -> None:
    assert SDTM.dataset("DM") == StandardDataset(
        "DM", "Demographics", "SPECIAL PURPOSE", "One record per subject", False, False
    )
    ts = SDTM.dataset("TS")
    assert ts is not None
    assert (ts.class_, ts.repeating, ts.reference) == ("TRIAL DESIGN", False, True)
    vs = SDTM.dataset("VS")
    assert vs is not None
    assert (vs.class_, vs.repeating, vs.reference) == ("FINDINGS", True, False)


def test_a_supp_dataset_is_suppqual_under_its_own_name() -> None:
    supp = SDTM.dataset("SUPPAE")
    assert supp is not None
    assert (supp.name, supp.label) == ("SUPPAE", "Supplemental Qualifiers for AE")
    assert [variable.variable for variable in SDTM.variables("SUPPAE")] == [
        "STUDYID",
        "RDOMAIN",
        "USUBJID",
        "IDVAR",
        "IDVARVAL",
        "QNAM",
        "QLABEL",
        "QVAL",
        "QORIG",
        "QEVAL",
    ]
    qnam = SDTM.variable("SUPPAE", "QNAM")
    assert qnam is not None
    assert (qnam.dataset, qnam.label) == ("SUPPAE", "Qualifier Variable Name")


@pytest.mark.parametrize(
    ("structure", "variable", "label"),
    [
        ("ADSL", "TRT01A", "Actual Treatment for Period 01"),
        ("ADSL", "TRT10PN", "Planned Treatment for Period 10 (N)"),
        ("ADSL", "TR02PG1N", "Planned Pooled Trt 1 for Period 02 (N)"),
        ("ADSL", "P01S2SDT", "Period 01 Subperiod 2 Start Date"),
        ("ADSL", "APHASE1", "Description of Phase 1"),
        ("ADSL", "AGEGR1", "Pooled Age Group 1"),
        ("BDS", "CRIT1", "Analysis Criterion 1"),
        ("BDS", "CRIT12FL", "Criterion 12 Evaluation Result Flag"),
        ("BDS", "ANL01FL", "Analysis Flag 01"),
        ("BDS", "R2A1LO", "Ratio to Analysis Range 1 Lower Limit"),
        ("BDS", "AVALC", "Analysis Value (C)"),
        ("BDS", "ADT", "Analysis Date"),
        ("OCCDS", "SMQ01NAM", "SMQ 01 Name"),
        ("OCCDS", "AOCCIFL", "1st Max Sev./Int. Occurrence Flag"),
    ],
)
def test_an_adam_name_is_resolved_with_its_label(structure: str, variable: str, label: str) -> None:
    found = ADAM.variable(structure, variable)
    assert found is not None
    assert (found.variable, found.label) == (variable, label)


@pytest.mark.parametrize(
    "variable",
    ["RESPFL", "TRT1A", "TRT00A", "TRT001A", "CRIT0", "CRIT01", "TRTxxA", "CRITy", "*DT"],
)
def test_what_only_looks_like_a_standard_adam_name_is_none(variable: str) -> None:
    assert ADAM.variable("ADSL", variable) is None
    assert ADAM.variable("BDS", variable) is None


def test_a_user_defined_timing_variable_follows_the_longest_suffix() -> None:
    rule = ADAM.suffix("BDS", "RESPSDTF")
    assert rule is not None
    assert (rule.variable, rule.type, rule.codelists) == ("*SDTF", "Char", ("C81223",))
    assert ADAM.variable("BDS", "RESPSDTF") is None
    assert ADAM.suffix("BDS", "AVAL") is None


def test_flags_have_their_values_and_codelists_in_adam() -> None:
    saffl = ADAM.variable("ADSL", "SAFFL")
    assert saffl is not None
    assert saffl.values == ("Y", "N")
    dtype = ADAM.variable("BDS", "DTYPE")
    assert dtype is not None
    assert dtype.codelists == ("C81224",)


def test_an_unknown_standard_names_what_is_known() -> None:
    with pytest.raises(SpecError, match=r"SDTMIG 3\.3 is not known; known versions: SDTMIG 3\.4"):
        standard("SDTMIG", "3.3")


def test_one_label_of_the_guides_is_longer_than_a_transport_file_takes() -> None:
    long = {
        variable.variable: variable.label
        for guide in (SDTM, ADAM)
        for dataset in guide.datasets
        for variable in guide.variables(dataset)
        if len(variable.label) > 40
    }
    assert long == {"PBCHGCyN": "Percent Change to Baseline Category y (N)"}


def test_a_variable_of_the_model_is_standard_where_the_guide_lacks_it() -> None:
    tpt = SDTM.model_variable("CE", "EVENTS", "CETPT")
    assert tpt
    assert (tpt.label, tpt.role, tpt.core) == ("Planned Time Point Name", "Timing", "Perm")
    visit = SDTM.model_variable("MH", "EVENTS", "VISITNUM")
    assert visit
    assert (visit.role, visit.core, visit.type) == ("Timing", "Perm", "Num")
    volume = SDTM.model_variable("EC", "INTERVENTIONS", "ECVAMT")
    assert volume
    assert volume.role == "Record Qualifier"
    assert SDTM.model_variable("CE", "EVENTS", "CENOTHING") is None
    assert SDTM.model_variable("SV", "SPECIAL PURPOSE", "EPOCH") is None


@pytest.mark.parametrize(
    ("domain", "class_", "variable", "allowed"),
    [
        ("AE", "EVENTS", "AEOCCUR", False),
        ("CE", "EVENTS", "CEOCCUR", True),
        ("MH", "EVENTS", "MHEVDTYP", True),
        ("CE", "EVENTS", "CEEVDTYP", False),
        ("VS", "FINDINGS", "VSSTDTC", False),
        ("CM", "INTERVENTIONS", "CMSTDTC", True),
        ("LB", "FINDINGS", "LBEXCLFL", False),
        ("LB", "FINDINGS", "LBPTFL", True),
        ("VS", "FINDINGS", "VSPTFL", False),
    ],
)
def test_the_model_keeps_variables_from_classes_and_domains(
    domain: str, class_: str, variable: str, *, allowed: bool
) -> None:
    known = SDTM.model_variable(domain, class_, variable)
    assert known
    assert known.may_be_in(domain, class_) is allowed


def test_variables_of_the_model_stand_in_its_order_among_those_of_the_guide() -> None:
    names = ["MHDTC", "VISITNUM", "EPOCH", "MHTPT", "MHENDY", "VISIT", "MHTERM", "MHREFID"]
    ordered = sorted(names, key=lambda name: SDTM.order_of("MH", "MH", "EVENTS", name))
    assert ordered == [
        "MHREFID",
        "MHTERM",
        "VISITNUM",
        "VISIT",
        "EPOCH",
        "MHDTC",
        "MHENDY",
        "MHTPT",
    ]
