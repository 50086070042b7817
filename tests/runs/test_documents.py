from pathlib import Path

import pytest

from ganlib.runs import documents
from ganlib.runs.documents import DamagedError, TooNewError, decode, encode

BODY = {"state": "running", "step": 1234, "loss": 0.1, "names": {"a": 1.5, "ü": -2.0}}


@pytest.mark.parametrize("indent", [None, 1])
def test_a_document_comes_back(indent: int | None) -> None:
    assert decode(encode(BODY, "x", indent=indent), "x") == BODY


def test_no_flipped_bit_changes_a_value() -> None:
    content = encode(BODY, "x")
    refused = 0
    for index in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[index] ^= 1 << bit
            try:
                assert decode(bytes(flipped), "x") == BODY
            except DamagedError:
                refused += 1
    # Flips in blanks and in the case of a \u escape may leave the same document.
    assert refused > 0.95 * len(content) * 8


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff", b'{"schema": 1}', b"[" * 100_000]
)
def test_what_is_no_document_is_told_by_name(content: bytes) -> None:
    with pytest.raises(DamagedError, match=r"^run/status\.json is damaged\.$"):
        decode(content, "run/status.json")


def test_every_cut_is_noticed() -> None:
    content = encode(BODY, "x").rstrip(b"\n")
    for length in range(len(content)):
        with pytest.raises(DamagedError):
            decode(content[:length], "x")


def test_a_later_schema_is_told_apart_from_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SCHEMA", 2)
    content = encode(BODY, "x")
    monkeypatch.setattr(documents, "SCHEMA", 1)
    with pytest.raises(TooNewError, match="later version"):
        decode(content, "x")


def test_a_missing_document_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match=r"run\.json is missing"):
        documents.read_document(tmp_path / "run.json")
