"""What decides a world: data, so that it can be lived through again, with some of it left out."""

from dataclasses import dataclass

SECONDS = 60.0  # that users live in a world, before it is healed


@dataclass(frozen=True, slots=True)
class Plan:
    """The same plan is the same world. `favoured` is the fault or disaster that it has more of than
    others have; `without` a mechanism that is taken out of it, as `service.key`; `strikes` the
    numbers of those that it leaves of its seed's schedule (None: all); `chance` another order of
    steps and other delays, under the same faults and users."""

    seed: int
    seconds: float = SECONDS
    favoured: str = ""
    without: str = ""
    strikes: tuple[int, ...] | None = None
    chance: int = 0

    @property
    def luck(self) -> str:
        """What dice are named by whose numbers only decide in which order things come."""
        return f"{self.seed}.{self.chance}" if self.chance else f"{self.seed}"

    def arguments(self) -> str:
        """Of the command line, beside the seed."""
        words = [f"--seconds {self.seconds:g}"]
        if self.favoured:
            words.append(f"--favoured {self.favoured}")
        if self.without:
            words.append(f"--without {self.without}")
        if self.strikes is not None:
            words.append(f"--strikes {','.join(map(str, self.strikes)) or 'none'}")
        if self.chance:
            words.append(f"--chance {self.chance}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault or a disaster, `at` seconds after users came. What it draws follows from the seed and
    its number, whatever else strikes."""

    number: int
    at: float
    name: str

    def __str__(self) -> str:
        return f"{self.number}: {self.name} at {self.at:.1f} s"
