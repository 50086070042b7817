"""What a machine says of itself."""

from pathlib import Path

from ganlib.models.hardware import processor_flags

FLAGS = "processor\t: 0\nmodel name\t: Some\nflags\t\t: fpu avx2 {}\n\nflags\t\t: fpu avx2 {}\n"


def test_flags_are_those_of_the_systems_file(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(FLAGS.format("avx512f", "avx512f"))
    assert processor_flags(cpuinfo) == {"fpu", "avx2", "avx512f"}
    # Of a system without that file nothing is known.
    assert processor_flags(tmp_path / "none") == frozenset()
