import os
import subprocess
import sys
import time

from infra.tests.load.processes import cpu, family, rss


def test_cpu_is_counted_by_the_nanosecond() -> None:
    """What the kernel says of a process is what the process says of itself."""
    before = cpu(os.getpid())
    while time.process_time_ns() < before + 20_000_000:
        pass

    itself = time.process_time_ns()
    assert 0 <= cpu(os.getpid()) - itself < 10_000_000


def test_a_process_that_is_gone_used_nothing() -> None:
    """The others of its site are still measured."""
    assert cpu(2**22 + 1) == 0
    assert rss(2**22 + 1) == 0


def test_memory_is_in_mebibytes() -> None:
    """A Python process has some tens of them."""
    assert 5 < rss(os.getpid()) < 2_000


def test_workers_belong_to_their_master() -> None:
    """NGINX's master does nothing by itself."""
    child = "import sys; print(flush=True); sys.stdin.read()"
    master = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    argv = [sys.executable, "-c", master]

    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # the worker is there
        members = family(process.pid)
        process.communicate()

    assert members[0] == process.pid
    assert len(members) == 2
