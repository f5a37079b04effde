import os
import time

from infra.tests.load.processes import cpu, family, parents, rss


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
    assert family(1, {2: 1, 3: 2, 4: 9, 1: 0}) == [1, 2, 3]
    assert parents()[os.getpid()] == os.getppid()
