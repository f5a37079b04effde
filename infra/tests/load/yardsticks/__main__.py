"""`python -m infra.tests.load.yardsticks NAME PORT`: serve one, as our services are served."""

import gc
import sys
from importlib import import_module

import uvicorn


def main(name: str, port: int) -> None:
    app = import_module(f"infra.tests.load.yardsticks.{name}").app
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,
        backlog=2048,
        server_header=False,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
