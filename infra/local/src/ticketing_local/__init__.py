"""The laptop environment: `ticketing up` runs the marketplace on its real servers.

Made and tried on Linux. What another Unix, such as a Mac, would lack, as far as is known: a package
of mongod (`MONGOD=` names one of its own; see `binaries.py`), the death of all processes with a
supervisor that is killed (`processes/spawn.py`; the next start ends them), the name of who holds
a port (`processes/inspection.py`), and stores that wait for their turn (`processes/spawn.py`).
"""
