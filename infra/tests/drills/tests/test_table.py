from infra.tests.drills.running import Results, Row
from infra.tests.drills.table import remarks, table


def test_a_table_as_in_the_readme() -> None:
    """A fault once, however many alerts it brings; what did not come about is never."""
    rows = [
        Row("NATS frozen", "NewsIsNotPublished", "orders", fired=128.6, over=3.2),
        Row("NATS frozen", "OrdersEndLate", fired=420.0),
        Row("a store frozen", "BuyingFails", fired=27.0, over=1800.0),
    ]

    assert table(rows).splitlines()[2:] == [
        "| NATS frozen | NewsIsNotPublished (orders) | 129 s | 3 s |",
        "| | OrdersEndLate | 420 s | never |",
        "| a store frozen | BuyingFails | 27 s | 30 min |",
    ]


def test_what_a_run_fails_for() -> None:
    """An alert before there was a fault, one that did not fire, one that did not end; not one that
    fired besides, which is named."""
    well = Row("a fault", "An", fired=1.0, over=2.0)

    assert not Results([well], beside={"a fault": ["Another"]}).failed
    assert Results([well, Row("a fault", "Other", fired=1.0)]).failed
    assert Results([well, Row("a fault", "Other")]).failed
    assert Results([well], early=["An"]).failed
    assert list(remarks(Results([well], {"a fault": ["Another"], "quiet": []}, ["An"]))) == [
        "fired before there was any fault: An",
        "fired besides, with a fault: Another",
    ]
