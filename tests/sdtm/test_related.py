"""Records related record by record: those of one dataset that name those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build


def test_records_are_related_by_a_key_that_one_names_of_the_other(build: Build) -> None:
    ae = """
        dataset: AE
        records: {from: ae}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          AETERM: {collected: term}
        working:
          AELINK: {collected: cm}
        """
    cm = """
        dataset: CM
        records: {from: cm}
        keys: [STUDYID, USUBJID, CMTRT]
        variables:
          CMTRT: {collected: drug}
          CMSPID: {collected: number}
        """
    related = """
        dataset: RELREC
        records:
          - from: AE
            where: [{AELINK: {NE: ""}}]
            bind: {seq: AESEQ, key: AELINK}
            assign: {RDOMAIN: AE, IDVAR: AESEQ}
          - from: CM
            among: {CMSPID: AE.AELINK}
            bind: {seq: CMSEQ, key: CMSPID}
            assign: {RDOMAIN: CM, IDVAR: CMSEQ}
        keys: [STUDYID, RDOMAIN, USUBJID, IDVAR, IDVARVAL, RELID]
        variables:
          RDOMAIN: {}
          IDVAR: {}
          IDVARVAL: {collected: seq}
          RELID: {collected: key}
        """
    built = build(
        {
            "sdtm/ae.yaml": ae,
            "sdtm/cm.yaml": cm,
            "sdtm/relrec.yaml": related,
            "ae.csv": "subject,term,cm\n1,Ache,\n1,Itch,C1\n1,Rash,C1\n2,Ache,C9\n",
            "cm.csv": "subject,drug,number\n1,Aspirin,C1\n1,Other,C2\n2,Aspirin,C1\n",
        }
    )
    names = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID"]
    assert built.tables["RELREC"].frame[names].to_numpy().tolist() == [
        ["AE", "S1-1", "AESEQ", "2", "C1"],
        ["AE", "S1-1", "AESEQ", "3", "C1"],
        ["AE", "S1-2", "AESEQ", "1", "C9"],  # the one it names is not there: CK-RELREC
        ["CM", "S1-1", "CMSEQ", "1", "C1"],
    ]
