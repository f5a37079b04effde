"""What NATS lets each service do, and what it refuses: on a real server with the users we ship."""

import asyncio
from itertools import permutations, product
from pathlib import Path

import nats
import pytest
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

from infra.tests.rights.conftest import USERS, Connect, knowing_its_clients, settings
from ticketing_common.events.catalogue import Subjects
from ticketing_common.events.rights import KEEPER, OPERATOR, RIGHTS, SECOND, Rights, users
from ticketing_common.events.stream import Stream

USERS_OF_SERVICES = [user for user in USERS if not user.startswith(OPERATOR)]
SERVICES = [rights.service for rights in RIGHTS]
FORGED = b'{"id":"%s","orderId":"%s","stripeId":"ch_1"}' % (b"a" * 24, b"b" * 24)


def rights_of(user: str) -> Rights:
    """The operator, who asks nobody, is as good as a service without any."""
    found = [rights for rights in RIGHTS if user in users(rights.service)]
    return found[0] if found else Rights(user, publishes=(), hears=(), watches=False)


async def length(stream: Stream) -> int:
    return (await stream.info()).state.messages


@pytest.mark.parametrize("rights", RIGHTS, ids=lambda rights: rights.service)
async def test_a_service_publishes_its_own_subjects_and_no_others(
    operator: Stream, connect: Connect, rights: Rights
) -> None:
    """A forged payment:created of anyone but payments is refused, and is on no stream."""
    for user in users(rights.service):
        guest = await connect(user)
        for subject in Subjects:
            before = await length(operator)
            if subject in rights.publishes:
                await guest.jetstream.publish(subject, FORGED)
                assert (await length(operator), await guest.refused()) == (before + 1, "")
            else:
                await guest.client.publish(subject, FORGED)
                assert f'for publish to "{subject}"' in await guest.refused()
                assert await length(operator) == before


@pytest.mark.parametrize("credentials", [{}, {"user": "payments", "password": "p-orders"}])
async def test_nobody_else_is_let_in(broker: str, credentials: dict[str, str]) -> None:
    """Neither without a name nor with a wrong password."""
    with pytest.raises(NatsError, match="Authorization Violation"):
        await nats.connect(broker, allow_reconnect=False, error_cb=_silent, **credentials)


async def _silent(_: Exception) -> None:
    """It is raised, too."""


@pytest.mark.parametrize(("mine", "theirs"), [*permutations(RIGHTS, 2)])
async def test_consumers_of_others_are_out_of_reach(
    operator: Stream, connect: Connect, mine: Rights, theirs: Rights
) -> None:
    """To make, ask about, pull from, acknowledge for or delete."""
    guest = await connect(mine.service)
    durable, subject = next(iter(theirs.durables.items()))
    config = ConsumerConfig(name=durable, durable_name=durable, filter_subject=str(subject))
    await operator.jetstream.add_consumer(operator.name, config)
    reply = guest.client.new_inbox()

    for asked in (
        f"$JS.API.CONSUMER.CREATE.{operator.name}.{durable}.{subject}",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{operator.name}.{durable}",
        f"$JS.API.CONSUMER.CREATE.{operator.name}",
        f"$JS.API.CONSUMER.INFO.{operator.name}.{durable}",
        f"$JS.API.CONSUMER.MSG.NEXT.{operator.name}.{durable}",
        f"$JS.API.CONSUMER.DELETE.{operator.name}.{durable}",
        f"$JS.ACK.{operator.name}.{durable}.1.1.1.1.0",
    ):
        await guest.client.publish(asked, reply=reply)
        assert f'for publish to "{asked.lower()}"' in await guest.refused()
    await operator.jetstream.consumer_info(operator.name, durable)


@pytest.mark.parametrize("rights", RIGHTS, ids=lambda rights: rights.service)
async def test_a_consumer_of_ones_own_hears_what_it_may_and_nothing_else(
    operator: Stream, connect: Connect, rights: Rights
) -> None:
    """Its name goes with one subject: it can't be made for another, or for all."""
    guest = await connect(rights.service)
    for (durable, own), subject in product(rights.durables.items(), [*Subjects, None]):
        config = ConsumerConfig(name=durable, durable_name=durable, filter_subject=subject)
        if subject == own:
            await guest.jetstream.add_consumer(operator.name, config)
            await guest.jetstream.delete_consumer(operator.name, durable)
            assert await guest.refused() == ""
        else:
            with pytest.raises(TimeoutError):
                await guest.jetstream.add_consumer(operator.name, config, timeout=0.1)
            assert "permissions violation" in await guest.refused()
    # Nor by a body that says something else than the request's subject.
    durable, own = next(iter(rights.durables.items()))
    other = next(subject for subject in Subjects if subject != own)
    body = f'{{"stream_name":"{operator.name}","config":{{"name":"{durable}",' + (
        f'"durable_name":"{durable}","ack_policy":"explicit","filter_subject":"{other}"}}}}'
    )
    answer = await guest.client.request(
        f"$JS.API.CONSUMER.CREATE.{operator.name}.{durable}.{own}", body.encode()
    )
    assert b'"error"' in answer.data
    with pytest.raises(NotFoundError):
        await operator.jetstream.consumer_info(operator.name, durable)


@pytest.mark.parametrize("user", USERS_OF_SERVICES)
async def test_streams_are_the_keepers_to_change_and_nobodys_to_empty(
    operator: Stream, connect: Connect, user: str
) -> None:
    """No service deletes or purges, takes messages out, or reads dead letters; one may update."""
    guest = await connect(user)
    await operator.jetstream.publish("payment:created", FORGED)
    for name, verb in product(
        (operator.name, operator.dead_letters),
        ("DELETE", "PURGE", "MSG.DELETE", "MSG.GET", "SNAPSHOT", "RESTORE", "UPDATE", "CREATE"),
    ):
        if verb in ("UPDATE", "CREATE") and user.removesuffix(SECOND) == KEEPER:
            continue
        if (verb, name) == ("MSG.GET", operator.name) and rights_of(user).watches:
            continue
        await guest.client.publish(f"$JS.API.STREAM.{verb}.{name}", b'{"seq":1}', reply="_")
        asked = f"$JS.API.STREAM.{verb}.{name}".lower()
        assert f'for publish to "{asked}"' in await guest.refused()
    await guest.client.publish("$JS.API.STREAM.CREATE.another", b'{"name":"another"}')
    assert "permissions violation" in await guest.refused()
    assert await length(operator) == 1


@pytest.mark.parametrize("user", USERS_OF_SERVICES)
async def test_nobody_listens_to_others(operator: Stream, connect: Connect, user: str) -> None:
    """Not on their inboxes, not to the subjects themselves, not to everything."""
    guest = await connect(user)
    others = [other for other in USERS if other.removesuffix(SECOND) != user.removesuffix(SECOND)]
    inboxes = [f"_INBOX.{other}.>" for other in others]
    for subject in (*inboxes, "_INBOX.>", ">", "*", *Subjects, "$JS.>", "$SYS.>"):
        await guest.client.subscribe(subject)
        assert f'for subscription to "{subject.lower()}"' in await guest.refused()
    for other in others:  # nor tells them anything but answers
        if rights_of(user).service in rights_of(other).asks:
            continue
        await guest.client.publish(f"_INBOX.{other}.x", b"an answer")
        assert "for publish to" in await guest.refused()


@pytest.mark.parametrize("service", [name for name in SERVICES if name != KEEPER])
async def test_a_service_waits_for_the_keeper_to_make_the_streams(
    tmp_path: Path, service: str
) -> None:
    """Only the keeper makes them; the others are ready when they are there."""
    with knowing_its_clients(tmp_path) as broker:
        stream, keeper = Stream(settings(broker, service)), Stream(settings(broker, KEEPER))
        connecting = asyncio.create_task(stream.connect())
        done, _ = await asyncio.wait({connecting}, timeout=0.5)
        assert not done

        await keeper.connect()

        await asyncio.wait_for(connecting, 10)
        await stream.ping()
        await stream.close()
        await keeper.close()


async def test_a_refusal_is_told_as_what_it_is(
    broker: str, operator: Stream, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads the log of a service with wrong rights or a wrong password finds the reason."""
    stream = Stream(settings(broker, "tickets"))
    await stream.connect()
    await stream.client.publish("payment:created", FORGED)
    await stream.client.flush()
    stranger = Stream(settings(broker, "tickets", "p-wrong"))
    connecting = asyncio.create_task(stranger.connect())
    while not stranger.refusal:
        await asyncio.sleep(0.01)
    connecting.cancel()

    told = [record.reason for record in caplog.records if "refuses" in record.message]  # type: ignore[attr-defined]
    assert any('permissions violation for publish to "payment:created"' in each for each in told)
    assert any("Authorization Violation" in each for each in told)
    assert "p-wrong" not in caplog.text
    await stranger.close()
    await stream.close()
