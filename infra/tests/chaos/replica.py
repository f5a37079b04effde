"""`python replica.py FOLDER NAME MODULE`: a replica in the version that its file names.

The replica's file in the folder holds the PYTHONPATH of another version; an empty one, or none,
means the one that is installed. Only the harness starts services this way.
"""

import os
import sys
from pathlib import Path


def main() -> None:
    folder, name, module = sys.argv[1:]
    file = Path(folder) / name
    if path := file.exists() and file.read_text():
        os.environ["PYTHONPATH"] = path
    os.execv(sys.executable, [sys.executable, "-P", "-m", module])


if __name__ == "__main__":
    main()
