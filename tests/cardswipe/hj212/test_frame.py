"""Reading a data segment: three versions, refusals by number, misprints taken and noted."""

import pytest

from cardswipe.hj212 import encode
from cardswipe.hj212.frame import read_segment
from shell.rules import RuleBroken

MN = "010000A8900016F000169DC0"
HEAD = f"QN=20261120100000001;ST=32;CN=2011;PW=123456;MN={MN};Flag=5;"


def read(cp: str, head: str = HEAD):
    return read_segment(f"{head}CP=&&{cp}&&".encode())


def refusal(segment: bytes | str) -> str:
    with pytest.raises(RuleBroken) as caught:
        read_segment(segment if isinstance(segment, bytes) else segment.encode())
    return caught.value.code


def test_a_2017_upload_gives_its_fields_and_items():
    frame = read("DataTime=20261120100000;w01018-Rtd=40.1,w01018-Flag=N;w00000-Rtd=17.5")
    assert (frame.version, frame.st, frame.cn, frame.mn) == (2017, "32", "2011", MN)
    assert frame.cp == {"DataTime": "20261120100000"}
    assert frame.items == {"w01018": {"Rtd": "40.1", "Flag": "N"}, "w00000": {"Rtd": "17.5"}}
    assert frame.wants_answer
    assert frame.notes == ()


@pytest.mark.parametrize(
    ("flag", "version", "wants"),
    [("0", 2005, False), ("1", 2005, True), ("4", 2017, False), ("5", 2017, True),
     ("8", 2025, False), ("9", 2025, True)],
)  # fmt: skip
def test_flag_tells_the_version_and_whether_an_answer_is_wanted(flag, version, wants):
    frame = read("", HEAD.replace("Flag=5", f"Flag={flag}"))
    assert (frame.version, frame.wants_answer) == (version, wants)


def test_without_flag_it_is_a_2005_device():
    frame = read("011-Rtd=1", "ST=32;CN=2011;PW=123456;MN=88888880000001;")
    assert (frame.version, frame.qn) == (2005, "")
    assert "no-flag" in frame.notes


def test_packet_numbers_and_resent_data_are_read():
    frame = read("", HEAD.replace("Flag=5", "Flag=11") + "PNUM=3;PNO=2;RF=1;")
    assert (frame.version, frame.pnum, frame.pno, frame.is_resent) == (2025, 3, 2, True)


@pytest.mark.parametrize(
    ("cp", "note", "items"),
    [
        ("01018-Rtd=1", "code-without-letter", {"w01018": {"Rtd": "1"}}),
        ("w01018-Rtd=92;Flag=N", "attribute-without-code", {"w01018": {"Rtd": "92", "Flag": "N"}}),
        ("w01018-Rtd=1;", "trailing-semicolon", {"w01018": {"Rtd": "1"}}),
        ("  w01018-Rtd=1", "space-in-cp", {"w01018": {"Rtd": "1"}}),
        ("w01018-Rtd=1;w00000-Rtd=2;w01018-Flag=N", "item-in-two-places",
         {"w01018": {"Rtd": "1", "Flag": "N"}, "w00000": {"Rtd": "2"}}),
    ],
)  # fmt: skip
def test_misprints_that_devices_copy_are_taken_and_noted(cp, note, items):
    frame = read(cp)
    assert (frame.items, frame.notes) == (items, (note,))


@pytest.mark.parametrize(
    ("head", "note"),
    [
        (HEAD.replace(";ST", ",ST", 1), "comma-in-header"),
        (HEAD[:-1], "no-semicolon-before-cp"),
        (HEAD.replace("ST=32", "ST=101"), "st-not-two-characters"),
        (HEAD + "PNUM=1;PNO=1;", "packet-number-without-flag"),
    ],
)
def test_misprints_in_the_header_are_taken_and_noted(head, note):
    frame = read("w01018-Rtd=1", head)
    assert frame.notes == (note,)
    assert frame.mn == MN


def test_misspelt_keys_get_their_right_name():
    frame = read("PolID=w01018;Ctime=1", HEAD.replace("2011", "3019"))
    assert frame.cp == {"PolId": "w01018", "CTime": "1"}
    assert frame.notes == ("misspelt-key", "misspelt-key")


def test_sampling_times_of_2005_may_repeat_their_key():
    assert read("CTime=00;CTime=06").cp == {"CTime": "00,06"}


def test_log_text_between_slashes_keeps_its_separators():
    frame = read("DataTime=20261120100000;i11001-Info=//a;b=c,d//", HEAD.replace("2011", "3020"))
    assert frame.cp["Text"] == "a;b=c,d"


def test_text_in_gb18030_is_read_and_noted():
    frame = read_segment(f"{HEAD}CP=&&Info=污水&&".encode("gb18030"))
    assert (frame.cp, frame.notes) == ({"Info": "污水"}, ("gb18030",))


@pytest.mark.parametrize(
    ("code", "segment"),
    [
        ("C103", HEAD.encode() + b"CP=&&a=\x00&&"),
        ("C103", HEAD.encode() + b"CP=&&a=1\r\nb=2&&"),
        ("C103", HEAD.encode() + b"CP=&&a=\xff\xff&&"),
        ("C104", HEAD + f"MN={MN};CP=&&a=1&&"),
        ("C104", HEAD + "CP=&&DataTime=1;DataTime=2&&"),
        ("C104", HEAD + "CP=&&w01018-Rtd=1,w01018-Rtd=2&&"),
        ("C104", HEAD + "CP=&&w01018-Rtd=1;w00000-Rtd=2;w01018-Rtd=3&&"),
        ("C105", HEAD.replace("MN=", "mn=") + "CP=&&&&"),
        ("C105", HEAD.replace("CN=2011;", "") + "CP=&&&&"),
        ("C105", HEAD.replace("2011", "201x") + "CP=&&&&"),
        ("C105", HEAD.replace("2011", "２０１１") + "CP=&&&&"),
        ("C105", HEAD.replace(f"MN={MN};", "") + "CP=&&&&"),
        ("C105", HEAD.replace(MN, MN + "0") + "CP=&&&&"),
        ("C105", HEAD + "RF=0;CP=&&&&"),
        ("C105", HEAD + "CP=&&w01018&&"),
        ("C105", HEAD + "CP=&&-Rtd=1&&"),
        ("C105", HEAD + "CP=&&w01018-=1&&"),
        ("C105", HEAD + "CP=&&=1&&"),
        ("C106", HEAD + "CP=&&a=1&&b=2&&"),
        ("C106", HEAD + "CP=&&a=1"),
        ("C106", HEAD),
        ("C106", ""),
        ("C107", HEAD.replace("Flag=5", "Flag=12") + "CP=&&&&"),
        ("C107", HEAD.replace("Flag=5", "Flag=-1") + "CP=&&&&"),
        ("C107", HEAD.replace("Flag=5", "Flag=") + "CP=&&&&"),
        ("C108", HEAD.replace("Flag=5", "Flag=7") + "CP=&&&&"),
        ("C108", HEAD.replace("Flag=5", "Flag=7") + "PNUM=2;PNO=3;CP=&&&&"),
        ("C108", HEAD.replace("Flag=5", "Flag=7") + "PNUM=2;PNO=0;CP=&&&&"),
        ("C108", HEAD.replace("Flag=5", "Flag=7") + "PNUM=99999;PNO=1;CP=&&&&"),
        ("C126", HEAD.replace("20261120100000001", "2026112010000001") + "CP=&&&&"),
        ("C126", HEAD.replace("20261120100000001", "2026112010000000x") + "CP=&&&&"),
    ],
)  # fmt: skip
def test_what_could_be_read_two_ways_is_refused_by_number(code, segment):
    assert refusal(segment) == code


def test_answers_carry_the_qn_of_what_they_answer():
    frame = read("DataTime=20261120100000")
    answer = read_segment(encode.data_answer(frame))
    assert (answer.qn, answer.st, answer.cn, answer.flag) == (frame.qn, "91", "9014", 4)
    assert answer.cp == {}


def test_answers_to_2005_devices_name_qn_and_command_inside_cp():
    frame = read("", HEAD.replace("Flag=5", "Flag=3") + "PNUM=2;PNO=1;")
    answer = read_segment(encode.data_answer(frame))
    assert (answer.version, answer.qn) == (2005, "")
    assert answer.cp == {"QN": frame.qn, "CN": "2011", "PNUM": "2", "PNO": "1"}


def test_request_and_execution_answers_carry_their_result():
    frame = read("")
    assert read_segment(encode.request_answer(frame, result=2)).cp == {"QnRtn": "2"}
    assert read_segment(encode.execution_answer(frame)).cp == {"ExeRtn": "1"}
    assert read_segment(encode.notice_answer(frame)).cn == "9013"
