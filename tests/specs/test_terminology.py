from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from specs.errors import TerminologyError
from specs.standards import standard
from specs.terminology import Codelist, Term, coded, load_terminology, nearest, paired, versions
from specs.terminology.nci import add_package, read_odm_xml, read_text

if TYPE_CHECKING:
    from pathlib import Path

NY = Codelist(
    "C66742",
    "NY",
    "No Yes Response",
    extensible=False,
    terms=(
        Term("C49487", "N", "No", ("No",)),
        Term("C48660", "NA", "Not Applicable", ("NA", "Not Applicable")),
        Term("C17998", "U", "Unknown", ("U", "UNK", "Unknown")),
        Term("C49488", "Y", "Yes", ("Yes",)),
    ),
)
AGEU = Codelist(
    "C66781",
    "AGEU",
    "Age Unit",
    extensible=True,
    terms=(Term("C25301", "DAYS", "Day"), Term("C29848", "YEARS", "Year", ("Yr",))),
)

TEXT = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\n"
    "C66742\t\tNo\tNo Yes Response\tNY\tNo Yes Response\tYes or no.\tCDISC No Yes\n"
    'C49487\tC66742\t\tNo Yes Response\tN\tNo\tThe ""no"".\tNo\n'
    "C48660\tC66742\t\tNo Yes Response\tNA\tNA; Not Applicable\tNot relevant.\tNot Applicable\n"
    "C17998\tC66742\t\tNo Yes Response\tU\tU; UNK;Unknown\tNot known.\tUnknown\n"
    'C49488\tC66742\t\tNo Yes Response\tY\tYes\t"Yes, it is."\tYes\n'
    '"C66781"\t\tYes\tAge Unit\tAGEU\t\t\t\n'
    "C25301\tC66781\t\tAge Unit\tDAYS\t\t\tDay\n"
    "C29848\tC66781\t\tAge Unit\tYEARS\tYr\t\tYear\n"
)

ODM = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"
     xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC"
     FileType="Snapshot" FileOID="CDISC_CT.SDTM.2024-03-29" ODMVersion="1.3.2"
     CreationDateTime="2024-04-02T10:00:00">
  <Study OID="CDISC_CT.SDTM.2024-03-29">
    <MetaDataVersion OID="CDISC_CT_MetaDataVersion.SDTM.2024-03-29" Name="SDTM Terminology">
      <CodeList OID="CL.C66742.NY" Name="No Yes Response" DataType="text"
                nciodm:ExtCodeID="C66742" nciodm:CodeListExtensible="No">
        <Description><TranslatedText xml:lang="en">Yes or no.</TranslatedText></Description>
        <EnumeratedItem CodedValue="N" nciodm:ExtCodeID="C49487">
          <nciodm:CDISCSynonym>No</nciodm:CDISCSynonym>
          <nciodm:CDISCDefinition>Not yes.</nciodm:CDISCDefinition>
          <nciodm:PreferredTerm>No</nciodm:PreferredTerm>
        </EnumeratedItem>
        <EnumeratedItem CodedValue="NA" nciodm:ExtCodeID="C48660">
          <nciodm:CDISCSynonym>NA</nciodm:CDISCSynonym>
          <nciodm:CDISCSynonym>Not Applicable</nciodm:CDISCSynonym>
          <nciodm:PreferredTerm>Not Applicable</nciodm:PreferredTerm>
        </EnumeratedItem>
        <EnumeratedItem CodedValue="U" nciodm:ExtCodeID="C17998">
          <nciodm:CDISCSynonym>U; UNK; Unknown</nciodm:CDISCSynonym>
          <nciodm:PreferredTerm>Unknown</nciodm:PreferredTerm>
        </EnumeratedItem>
        <EnumeratedItem CodedValue="Y" nciodm:ExtCodeID="C49488">
          <nciodm:CDISCSynonym>Yes</nciodm:CDISCSynonym>
          <nciodm:PreferredTerm>Yes</nciodm:PreferredTerm>
        </EnumeratedItem>
        <nciodm:CDISCSubmissionValue>NY</nciodm:CDISCSubmissionValue>
        <nciodm:CDISCSynonym>No Yes Response</nciodm:CDISCSynonym>
        <nciodm:PreferredTerm>CDISC No Yes</nciodm:PreferredTerm>
      </CodeList>
      <CodeList OID="CL.C66781.AGEU" Name="Age Unit" DataType="text"
                nciodm:ExtCodeID="C66781" nciodm:CodeListExtensible="Yes">
        <EnumeratedItem CodedValue="DAYS" nciodm:ExtCodeID="C25301">
          <nciodm:PreferredTerm>Day</nciodm:PreferredTerm>
        </EnumeratedItem>
        <EnumeratedItem CodedValue="YEARS" nciodm:ExtCodeID="C29848">
          <nciodm:CDISCSynonym>Yr</nciodm:CDISCSynonym>
          <nciodm:PreferredTerm>Year</nciodm:PreferredTerm>
        </EnumeratedItem>
        <nciodm:CDISCSubmissionValue>AGEU</nciodm:CDISCSubmissionValue>
      </CodeList>
    </MetaDataVersion>
  </Study>
</ODM>
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("CDISCKIT_CACHE", str(folder))
    return folder


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_codelist_is_found_by_short_name_and_by_code() -> None:
    terminology = load_terminology()
    assert terminology.codelist("NY") == NY
    assert terminology.codelist("C66742") is terminology.codelist("NY")
    assert "NY" in terminology
    assert "C66742" in terminology
    assert "NOPE" not in terminology
    package = terminology.package("DTYPE")
    assert package is not None
    assert (package.name, package.version, package.whole) == ("ADaM", "2025-03-28", False)


def test_a_codelist_tells_its_values_and_terms() -> None:
    assert NY.values == ("N", "NA", "U", "Y")
    assert NY.term("Y") == Term("C49488", "Y", "Yes", ("Yes",))
    assert NY.term("y") is None
    assert "Y" in NY
    assert Term("", "OTHER").decode == "OTHER"
    assert NY.terms[0].decode == "No"


def test_an_unknown_codelist_names_the_nearest_and_what_to_do() -> None:
    with pytest.raises(
        TerminologyError, match=r"did you mean AESEV.*\? A selection .*`cdisckit ct add FILE`"
    ):
        load_terminology().codelist("AESEVX")


def test_a_version_that_is_not_here_says_which_are() -> None:
    with pytest.raises(TerminologyError, match=r"2019-01-01 is not here \(there is 2025-03-28\)"):
        load_terminology(sdtm="2019-01-01")


def test_a_package_can_be_left_out() -> None:
    assert "DTYPE" not in load_terminology(adam=None)


def test_only_an_extensible_codelist_takes_a_sponsors_terms() -> None:
    assert AGEU.extended(Term("", "SHIFTS")).values == ("DAYS", "YEARS", "SHIFTS")
    assert AGEU.values == ("DAYS", "YEARS")
    with pytest.raises(TerminologyError, match=r"NY .* is not extensible; MAYBE cannot be added"):
        NY.extended(Term("", "MAYBE"))
    with pytest.raises(TerminologyError, match="already has YEARS"):
        AGEU.extended(Term("", "YEARS"))


def test_paired_codelists_share_their_codes() -> None:
    terminology = load_terminology()
    assert terminology.decode("LBTESTCD", "LBTEST", "GLUC") == "Glucose"
    assert terminology.decode("CPTESTCD", "CPTEST", "BMSB") == "BLym Mem Sw/Blym"
    assert terminology.decode("LBTESTCD", "LBTEST", "NOPE") is None
    codes = Codelist("C1", "XXTESTCD", "", True, (Term("C3", "AA"), Term("", "OWN")))
    names = Codelist("C2", "XXTEST", "", True, (Term("C3", "Alpha"), Term("", "Own Test")))
    assert paired(codes, names) == {"AA": "Alpha"}


def test_text_is_coded_by_value_own_map_case_and_synonym() -> None:
    text = pd.Series(["Y", "1", "n", "yes", "unk", " No ", "Perhaps", None], index=range(10, 18))
    expected = pd.DataFrame(
        {
            "value": ["Y", "Y", "N", "Y", "U", "N", "Perhaps", None],
            "matched": [True, True, True, True, True, True, False, True],
        },
        index=range(10, 18),
    ).astype({"value": "str"})
    pd.testing.assert_frame_equal(coded(text, NY, own={"1": "Y"}), expected)


def test_a_submission_value_precedes_the_own_map_which_precedes_synonyms() -> None:
    text = pd.Series(["N", "No"])
    assert coded(text, NY, own={"N": "Y", "No": "NA"})["value"].tolist() == ["N", "NA"]


def test_an_ambiguous_synonym_codes_nothing() -> None:
    codelist = Codelist(
        "C1",
        "XX",
        "",
        False,
        (Term("C2", "LEFT EYE", "", ("Eye",)), Term("C3", "RIGHT EYE", "", ("Eye", "OD"))),
    )
    result = coded(pd.Series(["Eye", "eye", "od"]), codelist)
    assert result["value"].tolist() == ["Eye", "eye", "RIGHT EYE"]
    assert result["matched"].tolist() == [False, False, True]


def test_a_synonym_of_two_terms_does_not_hide_a_value_in_another_case() -> None:
    terms = (Term("C2", "EYE"), Term("C3", "LENS", "", ("Eye",)), Term("C4", "IRIS", "", ("Eye",)))
    codelist = Codelist("C1", "XX", "", False, terms)
    assert coded(pd.Series(["Eye"]), codelist)["value"].tolist() == ["EYE"]


def test_units_differ_by_case() -> None:
    unit = load_terminology().codelist("UNIT")
    result = coded(pd.Series(["G/L", "g/L", "g/l", "Pa", "PA", "pa", "mcg", "MG/DL"]), unit)
    assert result["value"].tolist() == ["10^9/L", "g/L", "g/L", "Pa", "PA", "pa", "ug", "mg/dL"]
    assert result["matched"].tolist() == [True, True, True, True, True, False, True, True]


def test_no_text_gives_no_rows_and_missing_text_stays_missing() -> None:
    empty = coded(pd.Series([], dtype="str"), NY)
    assert empty.empty
    missing = coded(pd.Series([None, None], dtype="object"), NY)
    assert missing["value"].isna().all()
    assert missing["matched"].all()
    assert str(missing["value"].dtype) == str(empty["value"].dtype) == "str"


def test_an_own_map_to_a_value_not_in_the_codelist_is_an_error() -> None:
    with pytest.raises(TerminologyError, match=r"YES: not in the codelist NY \(C66742\)"):
        coded(pd.Series(["1"]), NY, own={"1": "YES"})


def test_the_nearest_terms_are_found_by_synonym_too() -> None:
    assert nearest("Unknwon", NY) == ("U",)
    assert nearest("subcutaneus", load_terminology().codelist("ROUTE"))[0] == "SUBCUTANEOUS"
    assert nearest("qqqqq", NY) == ()


def test_both_kinds_of_nci_file_give_the_same_codelists(tmp_path: Path) -> None:
    text = read_text(written(tmp_path, "SDTM Terminology.txt", TEXT))
    odm = read_odm_xml(written(tmp_path, "ct.xml", ODM))
    assert text.codelists == odm.codelists == (NY, AGEU)
    assert (odm.name, odm.version) == ("SDTM", "2024-03-29")
    assert (text.name, text.version) == ("", "")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("any.xml", ODM),
        ("SDTM Terminology 2024-03-29.txt", TEXT),
        ("SDTM_CT_2024-03-29.odm", ODM),
        ("bom.xml", "\ufeff" + ODM),
    ],
)
def test_an_added_package_is_used_from_the_cache(
    tmp_path: Path, cache: Path, file: str, content: str
) -> None:
    added = add_package(written(tmp_path, file, content))
    assert (added.name, added.version, added.codelists, added.terms) == ("SDTM", "2024-03-29", 2, 6)
    assert added.path == cache / "terminology" / "sdtm-2024-03-29.csv"
    assert [path.name for path in added.path.parent.iterdir()] == ["sdtm-2024-03-29.csv"]
    terminology = load_terminology(sdtm="2024-03-29", adam=None)
    assert terminology.codelist("NY") == NY
    assert terminology.codelist("AGEU") == AGEU
    assert ("SDTM", "2024-03-29", True) in versions()
    with pytest.raises(TerminologyError, match=r"no codelist SEX in SDTM 2024-03-29") as caught:
        terminology.codelist("SEX")
    assert "ct add" not in str(caught.value)


def test_a_whole_package_replaces_the_shipped_one_and_a_new_one_the_old(tmp_path: Path) -> None:
    add_package(written(tmp_path, "a.xml", ODM.replace("2024-03-29", "2025-03-28")))
    assert "SEX" not in load_terminology()
    shorter = TEXT[: TEXT.index('"C66781"')]
    add_package(written(tmp_path, "SDTM 2025-03-28.txt", shorter))
    assert "AGEU" not in load_terminology()
    assert "DTYPE" in load_terminology()


def test_name_and_date_may_stand_in_the_file_or_be_given(tmp_path: Path) -> None:
    dated = "\n".join(
        line + ("\tStandard and Date" if number == 0 else "\tADaM CT 2023-06-30")
        for number, line in enumerate(TEXT.splitlines())
    )
    added = add_package(written(tmp_path, "x.txt", dated))
    assert (added.name, added.version) == ("ADaM", "2023-06-30")
    plain = written(tmp_path, "y.txt", TEXT)
    added = add_package(plain, name="SDTM", version="2022-01-01")
    assert (added.name, added.version) == ("SDTM", "2022-01-01")
    with pytest.raises(TerminologyError, match=r'"SDTM Terminology 2025-03-28\.txt"'):
        add_package(plain)


def test_a_package_that_is_not_used_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "SEND Terminology 2024-03-29.txt", TEXT)
    with pytest.raises(TerminologyError, match="this is the SEND terminology"):
        add_package(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tb\n1\t2\n", r"line 1: no column Code, so not NCI's text"),
        ("", r"line 1: no column Code"),
        (TEXT.splitlines()[0] + "\n", r"x\.txt: no codelist in it"),
        (TEXT.replace("C49487\tC66742", "49487\tC66742"), r"line 3: '49487' is not an NCI code"),
        (TEXT.replace("\tN\tNo\t", "\t\tNo\t"), r"line 3: C49487 has no submission value"),
        (TEXT.replace("\t\tNo\tNo Yes", "\t\tno\tNo Yes"), r"line 2: extensible is 'no'"),
        (TEXT.replace("C25301\tC66781", "C25301\tC9"), r"line 8: a term of the codelist C9, which"),
        (TEXT + TEXT.splitlines()[1] + "\n", r"line 10: the codelist C66742 is there twice"),
        (TEXT + "\t" * 9 + "x\n", r"line 10: 10 columns, and 8 in the header"),
    ],
)
def test_a_wrong_text_file_is_told_by_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(TerminologyError, match=message):
        add_package(written(tmp_path, "x.txt", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html/>", r"x\.xml: the root is html, not ODM"),
        (ODM[: ODM.index("</Study>")], r"x\.xml line \d+: not well-formed XML"),
        (ODM.replace(' nciodm:ExtCodeID="C25301"', ""), r"line 35: '' is not an NCI code"),
        (
            ODM.replace("<nciodm:CDISCSubmissionValue>NY<", "<nciodm:CDISCSubmissionValue><"),
            "C66742",
        ),
        (ODM.replace('"C66781"', '"C66742"'), r"the codelist C66742 is there twice"),
        (ODM.replace("CodeList ", "Other ").replace("/CodeList", "/Other"), "no codelist in it"),
        (
            ODM.replace("<ODM ", '<!DOCTYPE ODM [<!ENTITY a "b">]>\n<ODM '),
            "it has a document type",
        ),
        (ODM.replace("<ODM ", '<!DOCTYPE ODM SYSTEM "x.dtd">\n<ODM '), "it has a document type"),
    ],
)
def test_a_wrong_xml_file_is_told_by_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(TerminologyError, match=message):
        add_package(written(tmp_path, "x.xml", content))


def test_spreadsheets_and_missing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "SDTM.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(TerminologyError, match="neither XML nor UTF-8 text"):
        add_package(tmp_path / "SDTM.xls")
    (tmp_path / "latin.txt").write_bytes(TEXT.replace("Yes,", "Ja, für").encode("latin-1"))
    with pytest.raises(TerminologyError, match="not UTF-8 text"):
        add_package(tmp_path / "latin.txt")
    with pytest.raises(TerminologyError, match="No such file"):
        add_package(tmp_path / "none.txt")


def test_a_package_that_cannot_be_stored_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDISCKIT_CACHE", str(written(tmp_path, "file", "")))
    with pytest.raises(TerminologyError, match=r"cannot be stored.*set CDISCKIT_CACHE"):
        add_package(written(tmp_path, "x.xml", ODM))


def test_the_shipped_lists_hold_what_core_variables_and_the_studies_need() -> None:
    terminology = load_terminology()
    guide = standard("SDTMIG", "3.4")
    core = {
        code
        for dataset in guide.datasets
        for variable in guide.variables(dataset)
        if variable.core in ("Req", "Exp")
        for code in variable.codelists
    }
    assert {code for code in core if code not in terminology} == set()
    named = (
        "NY SEX RACE RACEC ETHNIC AGEU UNIT ROUTE FREQ FRM ACN OUT AESEV STENRF ND NRIND LBTESTCD "
        "LBTEST SPECTYPE METHOD POSITION LOC LAT VSTESTCD VSTEST VSRESU EPOCH DOMAIN EVAL NCOMPLT "
        "PROTMLST OTHEVENT DSCAT QSCAT CCCAT ONCRTSCD ISTESTCD ISTEST ISBDAGT CPTESTCD CPTEST "
        "CPCAT CELSTATE TSPARMCD TSPARM TPHASE TBLIND TCNTRL TTYPE TINDTP INTMODEL INTTYPE STYPE "
        "SEXPOP ARMNULRS RELTYPE DICTNAM DATEFL TIMEFL DTYPE PARAMTYP SBJTSTAT"
    )
    assert [name for name in named.split() if name not in terminology] == []


def test_every_term_the_lupus_study_names_is_shipped(root: Path) -> None:
    terminology = load_terminology()
    with (root / "tests" / "data" / "lupus_terms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {
        (term.code, term.value)
        for package in terminology.packages
        for code in package.rows
        for term in terminology.codelist(code).terms
    }
    wanted = {(r["nci_code"], value) for r in rows for value in (r["code"], r["term"]) if value}
    assert wanted - known == set()
