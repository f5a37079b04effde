"""What an answer says."""

import httpx


def says(response: httpx.Response, status: int, message: str) -> None:
    assert response.status_code == status
    assert response.json() == {"errors": [{"message": message}]}
