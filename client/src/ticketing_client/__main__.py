"""`python -m ticketing_client`"""

from fastapi import FastAPI

from ticketing_client.api import Api
from ticketing_client.app import create_app
from ticketing_client.config import ClientSettings
from ticketing_client.transport import Transport
from ticketing_common.lifecycle import run


def main(settings: ClientSettings) -> FastAPI:
    api = Api(Transport(settings.API_URL), settings)
    return create_app(settings, api)


if __name__ == "__main__":
    run("client", ClientSettings, main)
