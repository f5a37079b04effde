"""What services log, with the moment and the process it is of."""

import logging

from infra.tests.simulation.loop import OWNER, SimulatedLoop

MOST = 20_000  # lines of a world
PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Recorder(logging.Handler):
    """Keeps warnings and worse; nothing else is formatted."""

    def __init__(self, loop: SimulatedLoop) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._loop = loop
        root = logging.getLogger()
        root.handlers[:] = [self]
        root.setLevel(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.lines) < MOST:
            extra = {name: value for name, value in vars(record).items() if name not in PLAIN}
            said = f"{self._loop.time():9.3f} {OWNER.get().name:14} {record.getMessage()} {extra}"
            if record.exc_info and record.levelno >= logging.ERROR:
                said += "\n" + logging.Formatter().formatException(record.exc_info)
            self.lines.append(said)

    def close(self) -> None:
        logging.getLogger().handlers[:] = []
        super().close()
