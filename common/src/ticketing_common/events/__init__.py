"""The language the services speak to each other, and the stream it travels on."""

from ticketing_common import lean as lean
