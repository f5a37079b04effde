"""The language the services speak to each other, and the stream it travels on."""
