from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from cdisckit.exports import read_export
from cdisckit.profile import print_profile, profiled, write_profile

if TYPE_CHECKING:
    from pathlib import Path

    from cdisckit.profile import Profile

DICTIONARY = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
    "field_note,text_validation_type_or_show_slider_number,text_validation_min,"
    "text_validation_max,identifier,branching_logic,required_field,custom_alignment,"
    "question_number,matrix_group_name,matrix_ranking,field_annotation\n"
    "id,dm,,text,Id,,,,,,,,,,,,,\n"
    'sex,dm,,radio,<script>Sex</script>,"1, M | 2, F",,,,,,,,,,,,\n'
    "born,dm,,text,Born,,,,,,,,,,,,,\n"
    "kg,dm,,text,Weight,,,number,,,,,,,,,,\n"
)
DATA = "id,sex,born,kg,dm_complete\n1,1,02-JAN-1980,70,2\n2,3,UN-JAN-1981,9.5,2\n3,,,,2\n"


def made(folder: Path) -> Profile:
    (folder / "dictionary.csv").write_text(DICTIONARY, encoding="utf-8")
    (folder / "data.csv").write_text(DATA, encoding="utf-8")
    return profiled(*read_export(folder))


def test_a_profile_counts_forms_and_fields(tmp_path: Path) -> None:
    profile = made(tmp_path)
    assert profile.forms.to_numpy().tolist() == [["dm", 3, 3, 0, "", 3, 9]]
    fields = profile.fields.drop(columns=["form", "label", "kind"])
    assert fields.to_numpy().tolist() == [
        ["sex", 2, 3, 2, "", "", "", "3 (1)"],
        [
            "born", 2, 3, 2, "1980-01-02 to 1981-01", "99-AAA-9999 (1), AA-AAA-9999 (1)",
            "1 partial", "",
        ],
        ["kg", 2, 3, 2, "9.5 to 70", "", "", ""],
    ]  # fmt: skip


def field_of(folder: Path, *answers: str) -> list[object]:
    rows = "".join(f"{number},{answer}\n" for number, answer in enumerate(answers))
    (folder / "ae.csv").write_text(f"SUBJECT,X\n{rows}", encoding="utf-8")
    fields = profiled(*read_export(folder)).fields.set_index("field")
    return fields.loc["X", ["range", "date patterns", "not read in full"]].tolist()


def test_dates_whose_order_nobody_declared_are_shown_as_such(tmp_path: Path) -> None:
    assert field_of(tmp_path, "03/04/2024", "05/04/2024", "13/04/2024", "04/13/2024") == [
        "2024-04-13",
        "99/99/9999 (4)",
        "2 ambiguous (declare dates)",
    ]


def test_dates_that_cannot_be_are_shown(tmp_path: Path) -> None:
    assert field_of(tmp_path, "31/02/2024", "UN/UN/2024", "31/04/2024", "") == [
        "2024",
        "99/99/9999 (2), AA/AA/9999 (1)",
        "1 partial, 2 unreadable: 31/02/2024 (1), 31/04/2024 (1)",
    ]


def test_what_is_no_number_among_numbers_is_shown(tmp_path: Path) -> None:
    assert field_of(tmp_path, "7", "10", "n.d.") == ["7 to 10", "", "1 no number: n.d. (1)"]


def test_text_has_no_range(tmp_path: Path) -> None:
    assert field_of(tmp_path, "Rash", "3", "Head ache on 3/4/2024") == ["", "", ""]


def test_a_profile_is_a_page_that_runs_nothing(tmp_path: Path) -> None:
    profile = made(tmp_path)
    write_profile(profile, tmp_path / "sub" / "profile.html")
    page = (tmp_path / "sub" / "profile.html").read_text(encoding="utf-8")
    assert "02-JAN" not in page
    assert "<script" not in page
    assert "99-AAA-9999 (1)" in page


def test_a_profile_is_a_table_in_the_terminal(tmp_path: Path) -> None:
    console = Console(width=140, file=StringIO())
    print_profile(made(tmp_path), console)
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "9.5 to 70" in text
    assert "3 (1)" in text


def test_a_study_is_profiled_by_its_own_sources(root: Path) -> None:
    profile = profiled(*read_export(root / "studies" / "nct03171194"))
    strange = profile.fields[profile.fields["codes not in the dictionary"] != ""]
    assert strange[["field", "codes not in the dictionary"]].to_numpy().tolist() == [
        ["aeout", "9 (1)"]
    ]
