async def sensitivity(only: str | None) -> int:
    raise NotImplementedError
