# ruff: noqa: E501 - a table of cases reads best with one case per line
from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sdtm.derivations
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.derivation import derivations_of
from specs.errors import CdisckitError
from specs.load import load_study
from tests.sdtm.conftest import DM, EX, STUDY, write_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdtm.build import SdtmBuild
    from tests.sdtm.conftest import Build

CORE = {
    "sdtm/dm.yaml": DM,
    "sdtm/ex.yaml": EX,
    "dm.csv": "subject,sex\n1,Female\n2,M\n",
    "ex.csv": "subject,drug,dose,start\n2,X,5,3/2/2020\n1,X,7.5,2/1/2020\n1,X,5,01-Jan-2020\n",
}
AE = """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AETERM, AESTDTC]
variables:
  AETERM: {collected: term}
  AESTDTC: {collected: start}
  AESTDY: standard
"""


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    table = frame[list(names)].astype(object)
    return [tuple(row) for row in table.where(table.notna(), None).to_numpy()]


def refused(build: Build, files: dict[str, str]) -> str:
    with pytest.raises(CdisckitError) as error:
        build({**CORE, **files})
    return str(error.value)


def test_datasets_take_from_each_other_whatever_their_order(build: Build) -> None:
    tables = build(CORE).tables
    assert rows(tables["DM"].frame, "USUBJID", "RFSTDTC", "SEX") == [
        ("S1-1", "2020-01-01", "F"),
        ("S1-2", "2020-02-03", "M"),
    ]
    assert rows(tables["EX"].frame, "USUBJID", "EXSEQ", "EXDOSE", "EXSTDTC", "EXSTDY") == [
        ("S1-1", 1.0, 5.0, "2020-01-01", 1.0),
        ("S1-1", 2.0, 7.5, "2020-01-02", 2.0),
        ("S1-2", 1.0, 5.0, "2020-02-03", 1.0),
    ]


def test_rows_stand_in_the_order_of_the_keys_and_their_trace_with_them(build: Build) -> None:
    trace = build(CORE).tables["EX"].trace
    assert rows(trace, "row", "source", "record") == [(0, "ex", 4), (1, "ex", 3), (2, "ex", 2)]


def test_identifiers_are_text_and_numbers_are_numbers(build: Build) -> None:
    frame = build(CORE).tables["EX"].frame
    assert frame["STUDYID"].unique().tolist() == ["S1"]
    assert frame["DOMAIN"].unique().tolist() == ["EX"]
    assert frame["USUBJID"].dtype == "str"
    assert frame["EXSEQ"].dtype == "float64"


def test_the_first_rule_that_gives_a_value_counts(build: Build) -> None:
    ae = (
        AE
        + """
  AELLT: {collected: llt}
  AEDECOD:
    - {assigned: pt}
    - {assigned: {constant: OTHER}, when: [{term: {EQ: Rash}}]}
    - {derived: upper_case, from: AETERM}
"""
    )
    files = {
        **CORE,
        "sdtm/ae.yaml": ae,
        "ae.csv": "subject,term,start,pt,llt\n1,Ache,,PAIN,\n1,Rash,,,\n1,Wart,,,\n",
    }
    frame = build(files).tables["AE"].frame
    assert frame["AEDECOD"].tolist() == ["PAIN", "OTHER", "WART"]
    assert frame["AELLT"].isna().all()


def test_a_block_assigns_a_value_before_any_rule(build: Build) -> None:
    ae = AE.replace("{from: ae}", "[{from: ae}, {from: sae, assign: {AECAT: SERIOUS}}]")
    files = {
        **CORE,
        "sdtm/ae.yaml": ae + "  AECAT: {assigned: {constant: PLAIN}}\n",
        "ae.csv": "subject,term,start\n1,Ache,\n",
        "sae.csv": "subject,term,start\n1,Fall,\n",
    }
    assert build(files).tables["AE"].frame["AECAT"].tolist() == ["PLAIN", "SERIOUS"]


def test_a_form_without_records_beside_one_with_keeps_the_trace_right(build: Build) -> None:
    ae = AE.replace("{from: ae}", "[{from: ae}, {from: sae}]")
    files = {
        **CORE,
        "sdtm/ae.yaml": ae,
        "ae.csv": "subject,term,start\n",
        "sae.csv": "subject,term,start\n1,Fall,\n",
    }
    table = build(files).tables["AE"]
    assert rows(table.trace, "row", "source") == [(0, "sae")]


def test_a_dataset_without_records_has_its_variables_and_no_rows(build: Build) -> None:
    files = {**CORE, "sdtm/ae.yaml": AE, "ae.csv": "subject,term,start\n"}
    table = build(files).tables["AE"]
    assert table.frame.shape == (0, 7 + 15)  # the guide expects 15 more
    assert table.frame["AESTDTC"].dtype == "str"
    assert table.frame["AESEQ"].dtype == "float64"


def test_a_study_without_any_records_can_be_built(build: Build) -> None:
    files = {**CORE, "dm.csv": "subject,sex\n", "ex.csv": "subject,drug,dose,start\n"}
    assert {name: len(t.frame) for name, t in build(files).tables.items()} == {"DM": 0, "EX": 0}


def test_a_number_read_from_another_rule_as_text_has_no_binary_digits(build: Build) -> None:
    ex = EX + "  EXDOSTXT: {derived: as_it_is, from: EXDOSE}\n"
    files = {
        **CORE,
        "sdtm/ex.yaml": ex,
        "ex.csv": "subject,drug,dose,start\n1,X,1234567,\n1,Y,0.1,\n",
    }
    assert build(files).tables["EX"].frame["EXDOSTXT"].tolist() == ["1234567", "0.1"]


def test_what_a_derivation_could_not_do_is_a_finding_with_its_record(build: Build) -> None:
    lb = """
    dataset: LB
    records: {from: lb}
    tests:
      - [LBTESTCD, LBSTRESU, result, unit]
      - [ALT, U/L, alt, alt_u]
    keys: [STUDYID, USUBJID, LBTESTCD]
    variables:
      LBORRES: {collected: result}
      LBORRESU: {collected: unit}
      LBSTRESC: {derived: standard_result, from: [LBORRES, LBORRESU, LBSTRESU, LBTESTCD], codelist: ""}
    """
    files = {**CORE, "sdtm/lb.yaml": lb, "lb.csv": "subject,alt,alt_u\n1,30,U/L\n2,30,g/L\n"}
    built = build(files)
    assert built.tables["LB"].frame["LBSTRESC"].fillna("").tolist() == ["30", ""]
    found = built.findings.loc[0]
    assert found[["rule", "dataset", "subject", "variable", "value", "file", "line"]].tolist() == [
        "CK-STANDARD-RESULT", "LB", "2", "LBSTRESC", "30", "lb.csv", "3",
    ]  # fmt: skip


# what cannot be built


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"sdtm/ex.yaml": EX.replace("from: ex", "from: exx")}, "ex.yaml line 3: the raw data have no form exx; did you mean ex?"),
        ({"sdtm/ex.yaml": EX.replace("collected: dose", "collected: dosse")}, "ex.yaml line 7: dosse is not a variable of EX and not a field of its forms; did you mean dose?"),
        ({"sdtm/ex.yaml": EX.replace("collected: dose", 'collected: "@form_repeet"')}, "ex.yaml line 7: @form_repeet is not a variable of EX and not a field of its forms; did you mean @form_repeat"),
        ({"sdtm/ex.yaml": EX.replace("{from: ex}", "{from: ex, where: [{dosse: {EQ: a}}]}")}, "ex.yaml line 3: form ex has no field dosse; did you mean dose?"),
        ({"sdtm/ex.yaml": EX.replace("{from: ex}", "{from: ex, bind: {dose: dosse}}")}, "ex.yaml line 3: form ex has no field dosse; did you mean dose?"),
        ({"sdtm/ex.yaml": EX.replace("collected: dose}", "collected: dose, when: [{dosse: {EQ: a}}]}")}, "ex.yaml line 7: dosse is not a variable of EX"),
        ({"sdtm/ex.yaml": EX + "  EXDOSU: {}\n"}, "ex.yaml line 10: EXDOSU has no rule; give it a verb"),
        ({"sdtm/ex.yaml": EX.replace("collected: dose", "derived: upper_case, from: drug")}, "ex.yaml line 7: EXDOSE is numeric, its rule gives text"),
        ({"sdtm/ex.yaml": EX.replace("collected: drug", "derived: characters, from: drug, with: {first: a, last: b}")}, "ex.yaml line 6: constant first of characters is the text \"a\", expected a whole number"),
        ({"sdtm/ex.yaml": EX.replace("collected: drug", "derived: rescaled, from: [drug, dose], with: {scales: 5}")}, "ex.yaml line 6: constant scales of rescaled is 5, expected a table with the columns scale, factor"),
        ({"sdtm/ex.yaml": EX.replace("collected: drug", "derived: upper_case, from: EXDOSE")}, "ex.yaml line 6: upper_case cannot use its sources (text numbers)"),
        ({"sdtm/ex.yaml": EX.replace("collected: drug", "derived: upper_case, from: EXTRT")}, "the rules form a circle: EX.EXTRT"),
        ({"sdtm/ex.yaml": EX.replace("collected: start", "derived: as_it_is, from: DM.RFSTDTC")}, "the rules form a circle: "),
        ({"sdtm/dm.yaml": DM.replace("derived: earliest", "derived: as_it_is")}, "dm.yaml line 7: EX has several records for subject S1-1, so EX.EXSTDTC is not one value; use a derivation"),
        ({"sdtm/dm.yaml": DM.replace("from: EX.EXSTDTC", "from: SEX")}, "dm.yaml line 7: the sources must be variables of one other dataset; write from: [DATASET.VARIABLE]"),
        ({"sdtm/dm.yaml": DM.replace("EX.EXSTDTC", "EX.EXDOSE, where: [{EXDOSE: {EQ: much}}]")}, 'EXDOSE EQ "much": EXDOSE is numeric, much is not'),
        ({"sdtm/dm.yaml": DM.replace("{from: dm}", "{from: dm, join: {x: {from: ex, by: visit}}}")}, "dm.yaml line 3: form dm has no field visit; known names: sex"),
        ({"sdtm/dm.yaml": DM.replace("{from: dm}", "{from: dm, join: {x: {from: ex, first: strt}}}")}, "dm.yaml line 3: form ex has no field strt; did you mean start?"),
        ({"sdtm/dm.yaml": DM.replace("{from: dm}", "{from: dm, join: {x: {from: exx}}}")}, "dm.yaml line 3: the raw data have no form exx; did you mean ex?"),
        ({"sdtm/dm.yaml": DM.replace("collected: sex", "collected: x.drug")}, "dm.yaml line 8: x.drug is not a variable of DM"),
        ({"sdtm/dm.yaml": DM + "  RFICDTC: {derived: earliest, from: SUPPEX.QVAL}\n", "sdtm/ex.yaml": EX + "supplemental:\n  EXX: {collected: dose, label: X}\n"}, "dm.yaml line 9: the sources must be variables of one other dataset"),
        ({"sdtm/dm.yaml": DM + "  RFICDTC: {derived: as_it_is, from: SUPPEX.QVAL}\n", "sdtm/ex.yaml": EX + "supplemental:\n  EXX: {collected: dose, label: X}\n"}, "dm.yaml line 9: SUPPEX.QVAL: SUPPEX is made after the records of DM"),
        ({"sdtm/dm.yaml": DM + "not_submitted: {dm: sexx}\n"}, "dm.yaml: not_submitted: form dm has no field sexx; did you mean sex?"),
        ({"sdtm/dm.yaml": DM + "not_submitted: {dmm: sex}\n"}, "dm.yaml: the raw data have no form dmm; did you mean dm?"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_applied_names_line_and_remedy(
    build: Build, files: dict[str, str], message: str
) -> None:
    assert message in refused(build, files)


# laws


SITE = """
dataset: LB
records: {from: lb, where: [{done: {NE: N}}], bind: {date: taken}}
tests:
  - [LBTESTCD, result]
  - [ALT, alt]
  - [AST, ast]
keys: [STUDYID, USUBJID, LBTESTCD, LBDTC]
variables:
  LBORRES: {collected: result}
  LBDTC: {collected: date}
  LBDY: standard
supplemental:
  LBNOTE: {collected: note, label: Note}
"""
VALUES = st.sampled_from(["", "1", "2.50", "<3"])
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["", "Y", "N"]),
        st.sampled_from(["", "1/2/2020", "UN/02/2020", "31/02/2020"]),
        VALUES,
        VALUES,
        st.sampled_from(["", "late", "early"]),
    ),
    max_size=8,
)
Record = tuple[str, ...]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Record]], SdtmBuild]:
    """Builds DM, EX and LB from records of the laboratory form, with the specification loaded once."""
    folder = tmp_path_factory.mktemp("study")
    files = {**CORE, "sdtm/lb.yaml": SITE, "lb.csv": ""}
    write_study(folder, files)
    study = load_study(folder, derivations_of(sdtm.derivations))

    def built(records: list[Record], subjects: str = "123") -> SdtmBuild:
        head = "subject,done,taken,alt,ast,note"
        lines = (",".join(record) for record in records if record[0] in subjects)
        (folder / "lb.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        people = "".join(f"{subject},F\n" for subject in subjects)
        (folder / "dm.csv").write_text("subject,sex\n" + people, encoding="utf-8")
        given = "".join(f"{subject},X,5,1/1/2020\n" for subject in subjects)
        (folder / "ex.csv").write_text("subject,drug,dose,start\n" + given, encoding="utf-8")
        return build_sdtm(study, read_raw(study, folder))

    return built


few = settings(max_examples=8, deadline=None)


@few
@given(records=RECORDS)
def test_subjects_built_apart_and_put_together_are_the_whole(
    laboratory: Callable[..., SdtmBuild], records: list[Record]
) -> None:
    whole = laboratory(records).tables
    apart = [laboratory(records, subjects).tables for subjects in ("1", "23")]
    for name, table in whole.items():
        together = pd.concat([part[name].frame for part in apart], ignore_index=True)
        pd.testing.assert_frame_equal(table.frame, together)


@few
@given(records=RECORDS, data=st.data())
def test_the_order_of_the_raw_rows_does_not_matter(
    laboratory: Callable[..., SdtmBuild], records: list[Record], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(records))
    first, second = laboratory(records), laboratory(shuffled)
    for name in ("DM", "EX"):
        pd.testing.assert_frame_equal(first.tables[name].frame, second.tables[name].frame)
    # results at the same time stand in the order in which they were collected
    unordered = [
        by_value(build.tables["LB"].frame.drop(columns="LBSEQ")) for build in (first, second)
    ]
    pd.testing.assert_frame_equal(*unordered)
    assert sorted(first.findings["value"].dropna()) == sorted(second.findings["value"].dropna())


def by_value(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True)


@few
@given(records=RECORDS)
def test_every_raw_record_is_used_left_out_or_found(
    laboratory: Callable[..., SdtmBuild], records: list[Record]
) -> None:
    built = laboratory(records)
    account = built.ledger.forms.set_index("form")
    ends = ["used", "left out", "not submitted", "unaccounted"]
    balance = account[[f"records {end}" for end in ends]].sum(axis=1)
    assert balance.tolist() == account["records"].tolist()
    assert account.loc["lb", "records"] == len(records)
    lost = (built.findings["rule"] == "CK-LEDGER-RECORD").sum()
    assert lost == account["records unaccounted"].sum()
    traced = built.tables["LB"].trace["record"].nunique()
    assert traced == account.loc["lb", "records used"]


def test_a_standard_unit_stands_only_beside_a_result(build: Build) -> None:
    vs = """
        dataset: VS
        records: {from: vs}
        tests:
          - [VSTESTCD, VSSTRESU, result]
          - [TEMP, C, temp]
        keys: [STUDYID, USUBJID, VSTESTCD, VSDTC]
        variables:
          VSORRES: {collected: result, when: [{result: {NE: ND}}]}
          VSSTRESC: {derived: as_it_is, from: VSORRES}
          VSSTAT: {derived: completion_status, from: result, with: {not_done: [ND]}}
          VSDTC: {collected: date}
    """
    collected = "subject,date,temp\n1,01/03/2020,36.5\n1,02/03/2020,ND\n"
    frame = build({**CORE, "sdtm/vs.yaml": vs, "vs.csv": collected}).tables["VS"].frame
    assert frame["VSSTRESC"].fillna("").tolist() == ["36.5", ""]
    assert frame["VSSTRESU"].fillna("").tolist() == ["C", ""]


EC = """
dataset: EC
records: {from: ec}
keys: [STUDYID, USUBJID, ECTRT]
variables:
  ECTRT: {collected: drug}
  ECPRESP: {assigned: {constant: Y}}
  ECOCCUR:
    - {assigned: {constant: N}, when: [{reason: {NE: ""}}]}
    - {assigned: {constant: Y}}
  ECREASOC: {collected: reason}
  ECLOT: {assigned: {constant: ASKED}, when: [{reason: {EQ: NA}}]}
"""
EC_RAW = "subject,drug,reason\n1,A,NA\n1,B,no time\n1,C,\n1,D,-\n"


def ec_study(options: str) -> dict[str, str]:
    form = f"      ec: {{file: ec.csv, subject: subject, dates: DMY, {options}}}\n"
    others = "".join(
        f"      {name}: {{file: {name}.csv, subject: subject, dates: DMY}}\n"
        for name in ("dm", "ex")
    )
    return {**CORE, "study.yaml": STUDY + others + form, "sdtm/ec.yaml": EC, "ec.csv": EC_RAW}


def test_a_declared_missing_text_is_missing_in_conditions_that_do_not_name_it(
    build: Build,
) -> None:
    frame = build(ec_study('missing: {NA: not applicable, "-": unknown}')).tables["EC"].frame
    assert rows(frame, "ECTRT", "ECOCCUR", "ECREASOC", "ECLOT") == [
        ("A", "Y", None, "ASKED"),
        ("B", "N", "no time", None),
        ("C", "Y", None, None),
        ("D", "Y", None, None),
    ]


def test_a_text_declared_as_blank_is_as_if_nothing_stood_there(build: Build) -> None:
    frame = build(ec_study('blank: [NA, "-"]')).tables["EC"].frame
    assert rows(frame, "ECTRT", "ECOCCUR", "ECREASOC", "ECLOT") == [
        ("A", "Y", None, None),
        ("B", "N", "no time", None),
        ("C", "Y", None, None),
        ("D", "Y", None, None),
    ]


DS = """
dataset: DS
records: {from: ds, where: [{kind: {EQ: KIND}}], assign: {DSCAT: CATEGORY}}
keys: [STUDYID, USUBJID, DSDECOD]
variables:
  DSTERM: {collected: what}
  DSDECOD: {collected: what, codelist: LIST}
  DSCAT: {}
"""


def disposition(kind: str, category: str, codelist: str) -> str:
    return DS.replace("KIND", kind).replace("CATEGORY", category).replace("LIST", codelist)


def test_each_category_of_a_dataset_is_read_in_its_own_codelist(build: Build) -> None:
    made = build(
        {
            **CORE,
            "sdtm/ds_end.yaml": disposition("end", "DISPOSITION EVENT", "NCOMPLT"),
            "sdtm/ds_mile.yaml": disposition("mile", "PROTOCOL MILESTONE", "PROTMLST"),
            "ds.csv": "subject,kind,what\n1,end,Completed\n1,mile,Randomized\n2,end,Randomized\n",
        }
    )
    frame = made.tables["DS"].frame
    assert rows(frame, "USUBJID", "DSCAT", "DSDECOD") == [
        ("S1-1", "DISPOSITION EVENT", "COMPLETED"),
        ("S1-1", "PROTOCOL MILESTONE", "RANDOMIZED"),
        ("S1-2", "DISPOSITION EVENT", "Randomized"),
    ]


SPLIT = """
dataset: NAME
label: A Part of Vital Signs
class: FINDINGS
domain: VS
records: {from: vs}
tests:
  - [VSTESTCD, VSSTRESU, result]
TESTS
keys: [STUDYID, USUBJID, VSTESTCD]
variables:
  VSORRES: {collected: result}
supplemental:
  VSARM: {label: Arm Used, collected: arm}
"""


def test_the_parts_of_a_split_domain_are_numbered_through_and_have_their_own_qualifiers(
    build: Build,
) -> None:
    pressure = "  - [SYSBP, mmHg, sys]\n  - [DIABP, mmHg, dia]"
    tables = build(
        {
            **CORE,
            "sdtm/vsbp.yaml": SPLIT.replace("NAME", "VSBP").replace("TESTS", pressure),
            "sdtm/vswt.yaml": SPLIT.replace("NAME", "VSWT").replace(
                "TESTS", "  - [WEIGHT, kg, wt]"
            ),
            "vs.csv": "subject,sys,dia,wt,arm\n1,120,80,70,LEFT\n2,,,71,\n",
        }
    ).tables
    assert rows(tables["VSBP"].frame, "USUBJID", "VSSEQ", "VSTESTCD") == [
        ("S1-1", 1.0, "DIABP"),
        ("S1-1", 2.0, "SYSBP"),
    ]
    assert rows(tables["VSWT"].frame, "USUBJID", "VSSEQ", "VSTESTCD") == [
        ("S1-1", 3.0, "WEIGHT"),
        ("S1-2", 1.0, "WEIGHT"),
    ]
    assert rows(tables["SUPPVSBP"].frame, "RDOMAIN", "IDVARVAL", "QVAL") == [
        ("VS", "1", "LEFT"),
        ("VS", "2", "LEFT"),
    ]
    assert rows(tables["SUPPVSWT"].frame, "RDOMAIN", "IDVARVAL", "QVAL") == [("VS", "3", "LEFT")]


def test_a_text_that_is_no_number_is_told_where_it_is_compared_with_one(build: Build) -> None:
    ae = AE + "  AEACN: {assigned: {constant: DRUG WITHDRAWN}, when: [{score: {GE: 3}}]}\n"
    collected = "subject,term,start,score\n1,A,1/1/2020,4\n1,B,1/1/2020,<5\n1,C,1/1/2020,\n"
    made = build({**CORE, "sdtm/ae.yaml": ae, "ae.csv": collected})
    assert rows(made.tables["AE"].frame, "AETERM", "AEACN") == [
        ("A", "DRUG WITHDRAWN"),
        ("B", None),
        ("C", None),
    ]
    found = made.findings[made.findings["rule"] == "CK-CONDITION"]
    assert found[["subject", "variable", "value", "line"]].to_numpy().tolist() == [
        ["1", "AEACN", "<5", "3"]
    ]
    assert found["message"].tolist() == [
        'score is <5, which is not a number, so score GE "3" does not hold'
    ]


def test_a_condition_of_the_wrong_kind_names_its_line(build: Build) -> None:
    ae = AE + "  AEACN: {assigned: {constant: NOT APPLICABLE}, when: [{AESTDY: {EQ: abc}}]}\n"
    told = refused(build, {"sdtm/ae.yaml": ae, "ae.csv": "subject,term,start\n1,A,1/1/2020\n"})
    assert told.startswith('ae.yaml line 9: AESTDY EQ "abc": AESTDY is numeric, abc is not')


def test_a_word_collected_without_a_unit_is_in_no_unit(build: Build) -> None:
    lb = """
        dataset: LB
        records: {from: lb}
        tests:
          - [LBTESTCD, LBSTRESU, result, unit]
          - [GLUC, mmol/L, res, unit]
        keys: [STUDYID, USUBJID, LBTESTCD, LBDTC]
        variables:
          LBORRES: {collected: result}
          LBORRESU: {collected: unit}
          LBSTRESC: {derived: standard_result, from: [LBORRES, LBORRESU, LBSTRESU, LBTESTCD]}
          LBDTC: {collected: date}
    """
    collected = "subject,date,res,unit\n1,01/03/2020,5,mmol/L\n1,02/03/2020,NEGATIVE,\n"
    collected += "1,03/03/2020,<2,mmol/L\n"
    frame = build({**CORE, "sdtm/lb.yaml": lb, "lb.csv": collected}).tables["LB"].frame
    assert rows(frame, "LBSTRESC", "LBSTRESU") == [
        ("5", "mmol/L"),
        ("NEGATIVE", None),
        ("<2", "mmol/L"),
    ]
