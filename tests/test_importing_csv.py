"""Tables of incidents, one row an incident."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.importing.sources import Failure, SourceDocument, read_document, read_sources

FIXTURE = Path(__file__).parent / "fixtures/importing/incidents.csv"


def read(text: str, name: str = "incidents.csv") -> list[SourceDocument]:
    documents = list(read_document(name, text.encode))
    assert all(isinstance(document, SourceDocument) for document in documents), documents
    return [document for document in documents if isinstance(document, SourceDocument)]


def test_a_korean_sheet() -> None:
    first, second = read_sources([str(FIXTURE)])
    assert isinstance(first, SourceDocument)
    assert isinstance(second, SourceDocument)
    assert first.name == f"{FIXTURE}#INC-1"
    assert first.title == "카카오톡 로그인 장애"
    assert first.fields == {
        "id": ("INC-1",),
        "title": ("카카오톡 로그인 장애",),
        "started": ("2024-07-18 10:54",),
        "resolved": ("2024-07-18 12:20",),
        "services": ("카카오톡", "카카오계정"),
        "causes": ("네트워크",),
        "severity": ("sev2",),
        "담당팀": ("플랫폼팀",),
    }
    assert first.markdown == (
        "## 영향\n\nPC 로그인 불가\n계정 로그인 불가\n\n## 후속 조치\n\n- 알람 추가\n- 이중화 점검"
    )
    assert set(first.lines) == {2}
    assert set(second.lines) == {4}
    assert "resolved" not in second.fields
    assert first.original.split("\n")[0].startswith("번호;")
    assert "결제 지연" not in first.original


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("stated", [False, True])
def test_any_delimiter(delimiter: str, *, stated: bool) -> None:
    rows = ["Incident ID,Title,Start Time,Root Cause,Actions", '7,"Down, again",10:54,DNS,Fix it']
    text = "\n".join(row.replace(",", delimiter) for row in rows)
    (document,) = read(f"sep={delimiter}\n{text}\n" if stated else text, "seed.txt")
    assert document.title == " ".join(f"Down{delimiter} again".split())
    assert document.fields["started"] == ("10:54",)
    assert document.markdown == "## Root Cause\n\nDNS\n\n## Actions\n\n- Fix it"
    assert document.lines[0] == (3 if stated else 2)


def test_ragged_rows_lose_nothing_and_are_told() -> None:
    short, long, blank = read("id,title,date\n1,Short\n2,Long,2024-07-18,extra\n,,,\n\n3,Whole,x\n")
    assert short.fields == {"id": ("1",), "title": ("Short",)}
    assert long.fields["column_4"] == ("extra",)
    assert [document.findings[0].rule for document in (short, long)] == ["ragged-row"] * 2
    assert blank.title == "Whole"
    assert blank.findings == ()


def test_rows_without_ids_are_numbered_and_ids_that_repeat_stay_apart() -> None:
    assert [row.name for row in read("title,date\na,1\nb,2\n")] == [
        "incidents.csv",
        "incidents.csv#2",
    ]
    names = [row.name for row in read("id,title\nX,a\nX,b\na b,c\n")]
    assert names == ["incidents.csv#X", "incidents.csv#2", "incidents.csv#3"]


def test_a_row_keeps_its_digest_when_others_come_before_it() -> None:
    (before,) = read("id,title\nX,a\n")
    _, after = read("id,title\nY,b\nX,a\n")
    assert before.digest == after.digest


def test_a_quote_that_never_closes_is_told_with_its_line() -> None:
    text = "title,date\nfirst,1\n" + '"open,2\n' + "x" * 200_000 + "\n"
    first, failure = read_document("incidents.csv", text.encode)
    assert isinstance(first, SourceDocument)
    assert isinstance(failure, Failure)
    assert "from line 3" in failure.message


def test_columns_of_any_name_are_fields_where_the_file_says_csv() -> None:
    (document,) = read("colour,size\nred,3\n")
    assert document.fields == {"colour": ("red",), "size": ("3",)}
    assert document.markdown == ""
