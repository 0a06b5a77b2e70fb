"""`conform hj212`: one answer for each line, whatever the line holds."""

import io
import json
import sys

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswipe.hj212 import encode
from config.management.commands.conform import LINE_LIMIT

MN = "010000A8900016F000169DC0"
KEY = "0" * 16


def segment(version: int = 2017, cn: str = "2011", cp: str = "w01018-Rtd=40.1,w01018-Flag=N"):
    return encode.upload(
        version=version, qn="20260101000000001", st="32", cn=cn, pw="123456", mn=MN,
        cp=f"DataTime=20260101000000;{cp}",
    )  # fmt: skip


def conform(monkeypatch, *lines: bytes) -> list[dict]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(lines) + b"\n")))
    out = io.StringIO()
    call_command("conform", "hj212", stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(answers) == len(lines)
    return answers


def one(monkeypatch, **asked: object) -> dict:
    return conform(monkeypatch, json.dumps(asked).encode())[0]


def test_a_frame_is_described_field_by_field(monkeypatch):
    said = one(monkeypatch, frame=encode.frame_bytes(segment()).decode())
    assert said == {
        "ok": True, "crc": "hj", "version": 2017, "qn": "20260101000000001", "st": "32",
        "cn": "2011", "pw": "123456", "mn": MN, "flag": 5, "pnum": None, "pno": None, "rf": 0,
        "cp": {"DataTime": "20260101000000"},
        "items": {"w01018": {"Rtd": "40.1", "Flag": "N"}}, "notes": [],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["hj", "modbus", "modbus-swapped"])
def test_the_checksum_that_fits_is_named_and_only_the_one_asked_for_is_ok(monkeypatch, kind):
    frame = encode.frame_bytes(segment(), kind).decode()
    for profile in ("hj", "modbus", "modbus-swapped", "off"):
        said = one(monkeypatch, frame=frame, crc=profile)
        assert (said["crc"], said["ok"]) == (kind, profile in (kind, "off"))


def test_a_wrong_checksum_is_bad_and_the_fields_are_still_told(monkeypatch):
    said = one(monkeypatch, frame=encode.frame_bytes(segment()).decode()[:-6] + "0000\r\n")
    assert (said["ok"], said["crc"], said["cn"]) == (False, "bad", "2011")


def test_an_encrypted_frame_is_read_with_its_key_and_not_without(monkeypatch):
    wire = encode.frame_bytes(segment(2025), key=KEY.encode())
    assert segment(2025) not in wire
    said = one(monkeypatch, hex=wire.hex(), sm4_key=KEY)
    assert (said["ok"], said["items"]["w01018"]["Rtd"]) == (True, "40.1")
    assert one(monkeypatch, hex=wire.hex(), sm4_key=KEY.encode().hex())["ok"]
    assert not one(monkeypatch, hex=wire.hex())["ok"]
    assert not one(monkeypatch, hex=wire.hex(), sm4_key="1" * 16)["ok"]


def test_a_frame_in_clear_is_read_and_noted_when_a_key_was_given(monkeypatch):
    said = one(monkeypatch, hex=encode.frame_bytes(segment(2025)).hex(), sm4_key=KEY)
    assert (said["ok"], said["notes"]) == (True, ["not-encrypted"])


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"null", b"1e999", b'"##"', b"{}", b'{"frame": 1}', b'{"frame": null}',
     b'{"hex": 1}', b'{"hex": "zz"}', b'{"hex": [1]}', b'{"frame": "##0001x", "crc": ["hj"]}',
     b'{"frame": "##", "crc": "crc32"}', b'{"frame": "x", "sm4_key": {"a": 1}}',
     b'{"frame": "x", "sm4_key": [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}',
     b'{"frame": "x", "sm4_key": "short"}', b'{"frame": "\\ud800"}', b"\xff\xfe\x00",
     b'{"frame": NaN}', b"[" * 100_000, b'{"hex": "' + b"00" * 600_000 + b'"}',
     b'{"hex": "' + b"2323" * 300_000 + b'"}', b"1" * 10_000, b"x" * (LINE_LIMIT + 1)],
)  # fmt: skip
def test_a_line_that_cannot_be_used_gets_an_error_and_never_a_traceback(monkeypatch, line):
    (said,) = conform(monkeypatch, line)
    assert said.get("error")
    assert not said.get("ok")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300), key=st.sampled_from(["", KEY]))
def test_any_bytes_get_an_answer(data, key):
    from cardswipe.conform import check_frame

    said = check_frame({"hex": data.hex(), "sm4_key": key})
    assert said["ok"] is False


@settings(max_examples=100, deadline=None)
@given(
    asked=st.fixed_dictionaries(
        {}, optional={name: st.none() | st.integers() | st.text(max_size=60) | st.lists(st.none())
                      for name in ("frame", "hex", "crc", "sm4_key")},
    )
)  # fmt: skip
def test_any_object_gets_an_answer(asked):
    from config.management.commands.conform import answer, checks

    assert "error" in answer(checks()["hj212"], json.dumps(asked).encode())
