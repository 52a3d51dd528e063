"""Each target with some changed inputs: read or refused. Inputs that once were faults, again.

`CDISCKIT_FUZZ_SECONDS` sets how long each target runs under atheris too; unset, none does.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import seeds
from tests.fuzz.mutate import zipped
from tests.fuzz.run import ran
from tests.fuzz.targets import TARGETS, tried

if TYPE_CHECKING:
    from pathlib import Path

CASES = 12
SECONDS = int(os.environ.get("CDISCKIT_FUZZ_SECONDS", "0"))


def packed(files: dict[str, str], **changed: str) -> bytes:
    """The members of a zip, some of them with another text."""
    new = {name.replace("__", "."): text for name, text in changed.items()}
    return zipped([(name, text.encode()) for name, text in (files | new).items()])


FAULTS: dict[str, tuple[str, bytes]] = {
    "a sheet of ODS that does not end": (
        "table ods",
        packed(
            seeds.ODS,
            content__xml=seeds.ODS["content.xml"].replace("</table:table></office", "</office"),
        ),
    ),
    "a head that names the subject of a record": ("table csv", b"a,@subject\n1,2\n"),
    "a tag of YAML on what it cannot be": (
        "spec study.yaml",
        seeds.STUDY.replace("dates: DMY", "dates: !!bool x").encode(),
    ),
    "a namespace that is a bracket": ("ct xml", b'<ODM xmlns="}"/>'),
    "a row of the table of codes without a code": (
        "table codes",
        b"form,field,code,label\n,sex,,M\n",
    ),
    "two columns of one name in secuTrial's list of forms": (
        "secutrial",
        packed(seeds.SECUTRIAL, forms__xls="formtablename\tformname\tformname\nmnpdm\tDM\tDM\n"),
    ),
    "two columns of one name in a form of secuTrial": (
        "secutrial",
        packed(seeds.SECUTRIAL, casenodes__xls="mnpaid\tmnpaid\n1\t1\n"),
    ),
    "an item that secuTrial lists twice": (
        "secutrial",
        packed(
            seeds.SECUTRIAL,
            items__xls=seeds.SECUTRIAL["items.xls"] + '"sex"\t"Popup"\t"mnpdm"\t"Sex"\t""\t""\n',
        ),
    ),
    "an encoding of shared texts that there is not": (
        "table xlsx",
        zipped(
            [
                ("xl/workbook.xml", b"<workbook/>"),
                ("xl/sharedStrings.xml", b'<?xml version="1.0" encoding="true"?><sst/>'),
            ]
        ),
    ),
    "a key of YAML that is a list": ("spec terminology.yaml", b"? [a]\n: {of: NCOMPLT}\n"),
    "a key of YAML that is a mapping": ("spec study.yaml", b"? {a: b}\n: c\n"),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_changed_input_is_read_or_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    known = TARGETS[name].seeds(tmp_path / "seeds")
    draw = random.Random(name)
    for data in (*known, *(TARGETS[name].mutated(draw.choice(known), draw) for _ in range(CASES))):
        tried(name, data, tmp_path / "case")


@pytest.mark.parametrize("fault", FAULTS)
def test_what_once_was_a_fault_is_read_or_refused(fault: str, tmp_path: Path) -> None:
    tried(*FAULTS[fault], tmp_path / "case")


@pytest.mark.skipif(not SECONDS, reason="CDISCKIT_FUZZ_SECONDS is not set")
@pytest.mark.parametrize("name", TARGETS if SECONDS else ["each"])
def test_a_target_runs_under_atheris_without_a_fault(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    _, _, fault = ran(name, SECONDS, tmp_path)
    assert not fault, next(tmp_path.glob("*/log.txt")).read_text(encoding="utf-8")[-4000:]
