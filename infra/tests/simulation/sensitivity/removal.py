"""Taking a mechanism out of one service, where all services share a process and its modules."""

import sys
from collections.abc import Collection, Iterator
from functools import wraps
from importlib import import_module
from inspect import isclass, isfunction
from typing import Any

import pymongo
from pymongo.asynchronous.collection import AsyncCollection

from infra.tests.simulation.loop import OWNER
from infra.tests.simulation.sensitivity.mechanisms import REMOVALS

Place = tuple[Any, str]  # a module or a class, and a name in it


def take_out(place: str) -> None:
    """Do what the chaos harness's `without_<service>.<key>` does to a process of its services;
    `place` is `<service>.<key>`.

    What it replaces stays as it was for every other service. A number or a dictionary that it
    changes is changed for all of them: durations, and how far reads are to be trusted.
    """
    services = next(each.services for each in REMOVALS if each.place == place)
    first, _, key = place.partition(".")
    removals = import_module(f"infra.tests.chaos.sensitivity.without_{first}")
    before = dict(_replaceable())
    getattr(removals, key)()
    for (holder, name), original in before.items():
        replaced = vars(holder)[name]
        if replaced is not original:
            setattr(holder, name, _only_in(services, replaced, original))


def _replaceable() -> Iterator[tuple[Place, Any]]:
    """All functions and classes in our modules, and the methods of our classes."""
    holders = [module for name, module in sys.modules.items() if name.startswith("ticketing_")]
    classes = {
        each
        for module in holders
        for each in vars(module).values()
        if isclass(each) and each.__module__.startswith("ticketing_")
    }
    for holder in (*holders, *classes, pymongo.UpdateOne, AsyncCollection):
        for name, value in vars(holder).items():
            if isfunction(value) or isclass(value):
                yield (holder, name), value


def _only_in(services: Collection[str], replaced: Any, original: Any) -> Any:
    @wraps(original, updated=())
    def chosen(*arguments: Any, **options: Any) -> Any:
        here = OWNER.get().name.rpartition("-")[0] in services
        return (replaced if here else original)(*arguments, **options)

    return chosen
