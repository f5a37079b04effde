"""The queue for hashing, for Prometheus. (Sign-ins are requests of their route.)"""

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily

from ticketing_auth.passwords import Passwords
from ticketing_common.metrics.metrics import Source, gauge


def hashing(passwords: Passwords) -> Source:
    async def read() -> list[Metric]:
        refused = CounterMetricFamily(
            "ticketing_passwords_refused",
            "Passwords that would have had to wait for too long.",
            value=passwords.refused,
        )
        most = gauge("passwords_most", "Above so many they are refused.", passwords.limit)
        return [gauge("passwords", "Being hashed or waiting.", passwords.under_way), most, refused]

    return read
