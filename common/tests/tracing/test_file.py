"""A file of spans, which outlives those who write to it."""

from pathlib import Path

from ticketing_common.tracing.file import BoundedFile


def test_a_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    """What it held is kept once more."""
    path = tmp_path / "traces.jsonl"
    file = BoundedFile(str(path), most=10)

    for number in range(5):
        file.write(f"line {number}\n")
        file.flush()
    file.close()

    assert path.read_text() == "line 4\n"
    assert (tmp_path / "traces.jsonl.1").read_text() == "line 2\nline 3\n"


def test_a_file_goes_on_whatever_becomes_of_it(tmp_path: Path) -> None:
    """Half a line of a killed process does not spoil the next; nor does somebody who tidies up."""
    path = tmp_path / "traces.jsonl"
    path.write_text('{"half')
    file = BoundedFile(str(path), most=20)

    file.write("whole\n")
    file.flush()
    assert path.read_text() == '{"half\nwhole\n'
    path.unlink()
    file.write("the last of this one\n")
    file.write("after\n")
    file.close()

    assert path.read_text() == "after\n"
