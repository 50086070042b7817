"""Tables that users bring along: real files, and files that lie."""

import io

import numpy as np
import pandas as pd
import pytest

from ganlib.data import table
from ganlib.data.table import Table, read_table
from ganlib.errors import DataError

FRAME = pd.DataFrame(
    {"price": [1.5, 2.5, np.nan, 1e300], "name": list("abcd"), "count": [1, 2, 3, 4]}
)


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def values(found: Table, column: str) -> list[float]:
    """The finite values of a column."""
    return found.select([column])[0][:, 0].tolist()


def parquet(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sales.csv", FRAME.to_csv(index=False).encode()),
        ("Sales.CSV", FRAME.to_csv(index=False, sep=";").encode()),
        ("sales.tsv", FRAME.to_csv(index=False, sep="\t").encode()),
        ("sales.csv", b"\xef\xbb\xbf" + FRAME.to_csv(index=False).encode()),
        ("sales.csv", FRAME.to_csv(index=False, lineterminator="\r\n").encode()),
        ("sales.csv", FRAME.to_csv(index=False, sep=";", decimal=",").encode()),
        ("sales.tsv", FRAME.to_csv(index=False, sep="\t", decimal=",").encode()),
        ("sales.parquet", parquet(FRAME)),
    ],
)
def test_columns_of_numbers_are_found(name: str, content: bytes) -> None:
    found = read_table(name, content)
    assert (found.name, found.rows, list(found.columns)) == (name, 4, ["price", "count"])
    assert values(found, "price") == [1.5, 2.5, 1e300]
    assert found.select(["price"])[1] == "1 row skipped: a value is missing or not a number"
    assert values(found, "count") == [1, 2, 3, 4]
    assert found.select(["count"])[1] == ""


def test_a_text_without_names_has_numbered_columns() -> None:
    found = read_table("values.txt", b"1.5,2\n-3,inf\n4,5\n")
    assert values(found, "column 1") == [1.5, -3, 4]
    assert values(found, "column 2") == [2, 5]
    assert read_table("one.csv", b"7\n8\n9\n").columns["column 1"].tolist() == [7, 8, 9]


def test_decimal_commas_without_names() -> None:
    found = read_table("values.csv", b"170,2;65,3\n165,1;60,25\n180;-1,5e2\n")
    assert values(found, "column 1") == [170.2, 165.1, 180]
    assert values(found, "column 2") == [65.3, 60.25, -150]
    # A semicolon in words is none that separates.
    found = read_table("words.csv", b"word;s,x\na;b,1.5\nc;d,2.5\n")
    assert values(found, "x") == [1.5, 2.5]


def test_a_heading_without_a_name_for_the_rows_is_that_of_the_others() -> None:
    """As R writes tables."""
    found = read_table("r.csv", b'"x","y"\n"1",3,4\n"2",5,6\n')
    assert {name: values(found, name) for name in found.columns} == {
        "x": [3, 5],
        "y": [4, 6],
    }


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (b"a,b\r1,2\r3,4\r", ["a", "b"]),
        (b"a;b\n1,5;2\n3,5;4\n", ["a", "b"]),
        (b'name;x\n"a;b";1\n"c;d";2\n', ["x"]),
        (b"id,text\n1,good; bad\n2,bad; worse\n3,none\n", ["id"]),
        (b"\n\na|b\n1|2\n\n3|4\n", ["a", "b"]),
        (b"x\n1\n2\n", ["x"]),
        (b"a b\n1\n2\n", ["a b"]),
    ],
)
def test_the_separator_is_detected(text: bytes, columns: list[str]) -> None:
    assert list(read_table("a.csv", text).columns) == columns


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Wert\n1,5\n2,25\n3,75\n", {"Wert": [1.5, 2.25, 3.75]}),
        ('Wert\n"1,5"\n"2,25"\n', {"Wert": [1.5, 2.25]}),
        ("people\n1,234,567\n12,345\n", {"people": [1_234_567, 12_345]}),
        ("a;b\n1;2;\n3;4;\n", {"a": [1, 3], "b": [2, 4]}),
        ("a\tb\n1,234,567\t12,345\n9,876\t5\n", {"a": [1_234_567, 9_876], "b": [12_345, 5]}),
        ("1,234,567;2,345,678\n2,345,678;3,456,789\n", {"column 1": [1_234_567, 2_345_678]}),
        ("a;b\n12,345;1.5\n12,346;2.5\n", {"a": [12_345, 12_346], "b": [1.5, 2.5]}),
        ("a;b\n1.234,56;1.234\n2,5;x\n", {"a": [1234.56, 2.5], "b": [1_234]}),
        ("a;b\n0,512;1\n1,203;2\n", {"a": [0.512, 1.203]}),
        ('a,b\n"12,345",1\n"12,346",2\n', {"a": [12_345, 12_346], "b": [1, 2]}),
        # Addresses are no numbers with groups.
        ("ip,x\n192.168.100.200,1.5\n192.168.100.201,7\n", {"x": [1.5, 7]}),
        ("ip;x\n192.168.100.200;1.5\n192.168.100.201;7\n", {"x": [1.5, 7]}),
        ("a;b\n1,234.5;1\n12,345;2\n", {"a": [1234.5, 12_345]}),
        # A word leaves the other cells of its column as they are.
        ("a;b\n1,5;1\nunknown;2\n2,5;3\n", {"a": [1.5, 2.5]}),
        # 1.234 may be either, and is taken for what most programs write.
        ("a;b\n1.234;1\n5.678;2\n", {"a": [1.234, 5.678]}),
        ("  1.0  2.5\n -3.0  1e2\n", {"column 1": [1, -3], "column 2": [2.5, 100]}),
        ("# a b\n1.5 2\n2.5 3\n", {"a": [1.5, 2.5], "b": [2, 3]}),
        ("1,5 2,5\n2,5 3,5\n", {"column 1": [1.5, 2.5], "column 2": [2.5, 3.5]}),
    ],
)
def test_marks_of_numbers_and_separators_are_told_apart(
    text: str, columns: dict[str, list[float]]
) -> None:
    found = read_table("a.csv", text.encode())
    assert {name: values(found, name) for name in columns} == columns


@pytest.mark.parametrize("text", ["people\n12,345\n23,456\n", "a;b\n12,345;1\n23,456;2\n"])
def test_commas_that_may_mean_either_are_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        read_table("a.csv", text.encode())
    assert str(caught.value) == (
        "a.csv has numbers such as 12,345, which may mean 12345 or 12.345; write them without a "
        "comma."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_detected(encoding: str) -> None:
    found = read_table("a.csv", "Größe;Länge\n1,5;2\n2,5;3\n".encode(encoding))
    assert {name: values(found, name) for name in found.columns} == {
        "Größe": [1.5, 2.5],
        "Länge": [2, 3],
    }


@pytest.mark.parametrize("after", [5, 5_000])
def test_rows_with_too_many_cells_are_counted(after: int) -> None:
    rows = "1,2\n" * after + "1,2,3\n" + "3,4\n" * 3
    found = read_table("a.csv", f"a,b\n{rows}".encode())
    assert found.rows == after + 4
    selected, left_out = found.select(["b"])
    assert selected[:, 0].tolist() == [2] * after + [4] * 3
    assert left_out == "1 row skipped: too many cells"


def test_cells_that_are_no_numbers_are_told() -> None:
    found = read_table("a.csv", b"a;b\n1.234,56;1\n1.5;1\n2.5;1\n2.25;1\n")
    assert values(found, "a") == [1.5, 2.5, 2.25]
    assert found.select(["a"])[1] == "1 row skipped: a value is missing or not a number"


def test_headings_are_on_one_line_and_stay_apart() -> None:
    long = "x" * 130
    text = f'"of two\nlines", a,a,,{long}1,{long}2\n1,2,3,4,5,6\n7,8,9,10,11,12\n'
    names = list(read_table("a.csv", text.encode()).columns)
    cut = "x" * 117 + "..."
    assert names == ["of two lines", "a", "a.1", "column 4", cut, f"{cut}.1"]


@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_of_rows_and_columns(order: str) -> None:
    array = np.asarray(np.arange(6, dtype=np.int16).reshape(3, 2), order=order)
    found = read_table("a.npy", npy(array))
    assert values(found, "column 2") == [1, 3, 5]
    found = read_table("a.npy", npy(np.array([1.0, np.inf, 3.0])))
    assert values(found, "column 1") == [1, 3]


def test_rows_sampled_from_a_long_table_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 1_000)
    array = np.stack([np.arange(5_000.0), 2 * np.arange(5_000.0)], axis=1)
    array[0, 1] = np.inf
    found = read_table("many.npy", npy(array))
    (first,), left_out = found.select(["column 1"])[0].T, found.select(["column 1"])[1]
    assert left_out == "1,000 of 5,000 rows, drawn at random"
    assert len(set(first.tolist())) == 1_000
    assert abs(first.mean() - 2_500) < 5 * 5_000 / np.sqrt(12 * 1_000)
    assert set(2 * first) >= set(values(found, "column 2"))


HEADER = npy(np.zeros(3))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"x", r"^A table must be one of csv, tsv, txt, parquet, npy. Received: a\.xlsx"),
        ("a", b"x", r"Received: a\.$"),
        ("a.csv", b"", r"^a\.csv is empty\.$"),
        ("a.csv", b"\x89PNG\0\0", r"^a\.csv is not text; a CSV file was expected\.$"),
        ("a.csv", b"word\nand\nanother\n", r"^a\.csv has no numeric column; it has word\.$"),
        ("a.csv", b"x\n5\n", r"^a\.csv must have at least 2 rows of values\. Received: 1\.$"),
        ("a.csv", b"x\n", r"Received: 0"),
        ("a.csv", b"1," * 600_000, r"^The first line of a\.csv is longer than a megabyte"),
        ("a.csv", b"1," * 1_500 + b"1\n", r"has 1,501 columns; a table of at most 1,000"),
        ("a.csv", b'x\n"1\n2\n3\n', r"^a\.csv (cannot be read as a table|has)"),
        ("a.parquet", b"PAR1 and more", r"^a\.parquet cannot be read as a table: .*\.$"),
        ("a.parquet", parquet(FRAME)[:-40], r"^a\.parquet cannot be read as a table: .*\.$"),
        (
            "a.parquet",
            parquet(FRAME[["name"]]),
            r"^a\.parquet has no numeric column; it has name\.$",
        ),
        ("a.npy", b"nothing of the kind", r"^a\.npy cannot be read as a table: .*\.$"),
        ("a.npy", npy(np.array(["a", "b"])), r"is <U1 of \(2,\); expected numbers of"),
        ("a.npy", npy(np.array([{}, {}]), allow_pickle=True), r"contains pickled Python objects"),
        ("a.npy", npy(np.zeros((2, 2, 2))), r"expected numbers of shape \(N,\) or \(N, columns\)"),
        (
            "a.npy",
            HEADER[:-1],
            r"is damaged: its header says 3 rows, but its size does not match\.$",
        ),
        (
            "a.npy",
            HEADER.replace(b"(3,), }", b"(1000000000000,), }").replace(b" " * 12, b"", 1),
            r"^a\.npy (has 1,000,000,000,000 rows|cannot be read)",
        ),
    ],
)
def test_invalid_tables_are_refused_in_one_sentence(name: str, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        read_table(name, content)
    assert str(caught.value).count("\n") == 0
    assert len(str(caught.value)) < 400


@pytest.mark.filterwarnings("error")
def test_a_column_that_is_half_words_is_one_of_numbers() -> None:
    found = read_table("a.csv", b"x,y\n1,n/a\nn/a,2\n3,n/a\n4,n/a\n")
    assert list(found.columns) == ["x"]
    assert values(found, "x") == [1, 3, 4]
