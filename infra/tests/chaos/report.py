"""What a run prints at its end."""

from collections import Counter

from infra.tests.chaos.running import Outcome

SHOWN = 5  # violations of one invariant
MANY = 5  # starts: more than faults alone bring about in a minute or so


def print_report(outcome: Outcome) -> None:
    print()
    for line in summary(outcome):
        print(f"  {line}")
    print()
    for name, violations in outcome.violations.items():
        print(f"  {'VIOLATED' if violations else 'holds   '}  {name}")
        for violation in violations[:SHOWN]:
            print(f"              {violation}")
        if len(violations) > SHOWN:
            print(f"              and {len(violations) - SHOWN} more")
    print(flush=True)


def summary(outcome: Outcome) -> list[str]:
    """The run in figures."""
    facts = outcome.facts
    status = Counter(order["status"] for order in facts.orders.values())
    refunds = sum(account["refunds"] for account in facts.ledger.values())
    charges = sum(account["charges"] for account in facts.ledger.values())
    declines = sum(account["declines"] for account in facts.ledger.values())
    expired = status["cancelled"] - len(
        [
            id
            for id, order in facts.orders.items()
            if order["status"] == "cancelled" and id in facts.journal.cancel_tried
        ]
    )
    failed = sum(refund["status"] == "failed" for refund in facts.refunds.values())
    webhooks = ", ".join(f"{count} {what}" for what, count in sorted(facts.webhooks.items()))
    answers: Counter[str] = Counter()
    for (_, code), count in facts.journal.answers.items():
        answers[f"{code // 100}xx" if code < 500 else str(code)] += count
    faults = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.faults.items()))
    outages = ", ".join(f"{name} {took:.1f} s" for name, took in outcome.outages.items())
    many = (f"{name} {count} times" for name, count in outcome.starts.items() if count > MANY)
    started = ", ".join(many) or "nothing over and over"
    said = ", ".join(f"{count} x {code}" for code, count in sorted(answers.items()))
    return [
        f"faults: {faults}",
        f"tickets {len(facts.tickets)}, orders {len(facts.orders)}: {status['complete']} complete, "
        f"{status['cancelled']} cancelled, of which {expired} expired",
        f"charges {charges}, refunds {refunds}, declines {declines}; events {len(facts.messages)}",
        f"refunds that failed {failed}, disputes {len(facts.disputes)}, cases {len(facts.cases)}; "
        f"webhooks: {webhooks}",
        f"answers: {said}; {facts.journal.unanswered} requests without one",
        f"longest outage: {outages}; at rest {outcome.rest:.1f} s after healing",
        f"started anew: {started}",
    ]
