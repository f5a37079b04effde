"""The servers beside the services, each as the `Process` that runs it."""

import os

# The locale is fixed because some servers refuse to start in one that the machine lacks.
ENVIRONMENT = {
    "PATH": os.defpath,
    "HOME": os.path.expanduser("~"),
    "LC_ALL": "C",
}
