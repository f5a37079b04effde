"""What JetStream answers in the place of what was asked for."""


class ApiError(Exception):
    def __init__(self, code: int, number: int, description: str) -> None:
        super().__init__(description)
        self.body = {"code": code, "err_code": number, "description": description}
