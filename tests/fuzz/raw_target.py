"""A fuzzing target for one reader of raw data: `raw_target.py READER CORPUS [libFuzzer options]`.

A file is read, or refused with one error of cdisckit; anything else ends the run.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["sdtm"]):
    from sdtm.readers import odm, read_source, redcap, secutrial, table
    from specs.errors import CdisckitError
    from specs.model import RawSource

FOLDER = Path(tempfile.mkdtemp())

DICTIONARY = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
    "field_note,text_validation_type_or_show_slider_number,text_validation_min,"
    "text_validation_max,identifier,branching_logic,required_field,custom_alignment,"
    "question_number,matrix_group_name,matrix_ranking,field_annotation\n"
    "id,dm,,text,Id,,,,,,,,,,,,,\n"
    'sex,dm,,radio,Sex,"1, M | 2, F",,,,,,,,,,,,\n'
    'race,dm,,checkbox,Race,"1, A | -2, B",,,,,,,,,,,,\n'
    "aeterm,ae,,text,Event,,,,,,,,,,,,,\n"
)
TABLE = {"subject": "a"}

INSTRUMENTED = (odm, redcap, secutrial, table)  # imported above, so that their lines count

READERS: dict[str, tuple[str, str, dict[str, object]]] = {
    "odm": ("x.xml", "odm", {"data": "x.xml"}),
    "redcap_xml": ("x.xml", "redcap", {"data": "x.xml"}),
    "redcap": ("x.csv", "redcap", {"data": "x.csv", "dictionary": "d.csv"}),
    "dictionary": ("d.csv", "redcap", {"data": "data.csv", "dictionary": "d.csv"}),
    "table": ("x.csv", "table", {"forms": {"x": {**TABLE, "file": "x.csv"}}}),
    "xlsx": ("x.xlsx", "table", {"forms": {"x": {**TABLE, "file": "x.xlsx"}}}),
    "parquet": ("x.parquet", "table", {"forms": {"x": {**TABLE, "file": "x.parquet"}}}),
    "xpt": ("x.xpt", "table", {"forms": {"x": {**TABLE, "file": "x.xpt"}}}),
    "secutrial": ("x.zip", "secutrial", {"data": "x.zip"}),
}


def target(name: str) -> None:
    file, reader, options = READERS[name]
    (FOLDER / "d.csv").write_text(DICTIONARY, encoding="utf-8")
    (FOLDER / "data.csv").write_text("id,sex\n1,1\n", encoding="utf-8")
    source = RawSource("raw", reader, options, "study.yaml line 1")

    def one(octets: bytes) -> None:
        (FOLDER / file).write_bytes(octets)
        with suppress(CdisckitError):
            raw = read_source(source, FOLDER)
            counts = raw.counts()
            assert len(raw.records()) == counts["records"].sum()
            raw.tidy()

    atheris.Setup([sys.argv[0], *sys.argv[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    target(sys.argv[1])
