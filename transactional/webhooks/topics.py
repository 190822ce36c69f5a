"""The catalogue of what can happen, and the filters that choose from it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transactional.problems import Problem

# Sent on request only, to one endpoint, whatever its filters.
PING = "webhook.ping"

_FILTER = re.compile(r"\*|[a-z_]+(\.[a-z_]+)*(\.\*)?")


@dataclass(frozen=True)
class Topic:
    """Something that happens.

    Attributes:
        name: the outbox row's topic, `<what>.<happened>`.
        subject: what the message's `subject_id` identifies; messages of one subject come in order.
        meaning: a sentence for those who receive it.
    """

    name: str
    subject: str
    meaning: str


TOPICS = (
    Topic("redemption.created", "redemption", "A redemption was accepted; its points are taken or set aside."),
    Topic("redemption.in_review", "redemption", "A redemption waits for a decision of risk control."),
    Topic("redemption.paid", "redemption", "Everything a redemption costs, points and cash, has been paid."),
    Topic("redemption.allocated", "redemption", "The pieces of a redemption are reserved in a warehouse."),
    Topic("redemption.shipped", "redemption", "The goods of a redemption are on their way."),
    Topic("redemption.delivered", "redemption", "The goods of a redemption have arrived."),
    Topic("redemption.completed", "redemption", "A redemption is fulfilled; nothing more is to be done for it."),
    Topic("redemption.cancelled", "redemption", "A redemption ended unfulfilled; points, stock and cash go back."),
    Topic("redemption.refunded", "redemption", "Everything paid for a redemption was given back."),
    Topic("redemption.partially_refunded", "redemption", "A part of what was paid for a redemption was given back."),
    Topic("draw.revealed", "draw", "A draw has ended; its seed is public and its winners are drawn."),
    Topic("draw.cancelled", "draw", "A draw was cancelled; the points of its tickets are given back."),
    Topic("campaign.draft", "campaign", "A campaign was drafted; it gives nothing before it is approved."),
    Topic("campaign.approved", "campaign", "A campaign was approved; it runs from its start on."),
    Topic("campaign.running", "campaign", "A campaign has begun."),
    Topic("campaign.ended", "campaign", "A campaign is over; nothing is given in it any more."),
    Topic("campaign.stopped", "campaign", "A campaign was ended before its time, or its draft thrown away."),
    Topic("points.earn", "transfer", "A member earned points with an act of their own, such as a purchase."),
    Topic("points.grant", "transfer", "The tenant gave a member points."),
    Topic("points.adjust", "transfer", "A member's points were adjusted by hand."),
    Topic("points.correct", "transfer", "An earlier transfer was corrected by a new one."),
    Topic("points.return", "transfer", "Points earned were taken back, as after the return of a purchase."),
    Topic("points.expire", "transfer", "A member's points expired."),
    Topic("points.exchange_out", "transfer", "A member's points left for another program, or came back from it."),
    Topic("points.exchange_in", "transfer", "A member received points from another program, or they were taken back."),
    Topic("member.erased", "member", "A member was erased; what is left of them are the ledger's facts."),
    Topic("hold.placed", "hold", "A member's points were set aside."),
    Topic("hold.captured", "hold", "Points set aside were taken, all or a part of them."),
    Topic("hold.released", "hold", "Points set aside are available to the member again."),
    Topic("hold.expired", "hold", "Points set aside are available again because their time was up."),
    Topic("payment.refund_due", "payment", "Cash of a member is to be given back."),
    Topic("payment.refunded", "payment", "Cash of a member was given back by the payment provider."),
    Topic("shipment.collected", "shipment", "The carrier has a parcel; its delivery is promised by `due_at`."),
    Topic("shipment.in_transit", "shipment", "A parcel is on its way."),
    Topic("shipment.out_for_delivery", "shipment", "A parcel is on its last way."),
    Topic("shipment.attempted", "shipment", "A parcel could not be handed over; the carrier tries again."),
    Topic("shipment.delivered", "shipment", "A parcel was handed over."),
    Topic("shipment.returned", "shipment", "A parcel came back."),
    Topic("shipment.lost", "shipment", "The carrier has lost a parcel."),
    Topic("compensation.opened", "compensation", "A promise was not kept; it says who is responsible."),
    Topic("after_sales.opened", "after-sales case", "A member asks for something; answer by `due_at`."),
    Topic("after_sales.answered", "after-sales case", "A case was answered for the first time."),
    Topic("after_sales.overdue", "after-sales case", "Nobody answered a case in time."),
    Topic("after_sales.refund_refused", "after-sales case", "A refund was refused; the case is undecided again."),
    Topic("after_sales.replacing", "after-sales case", "Goods of a case are sent again; ship them as an order."),
    Topic(
        "after_sales.closed",
        "after-sales case",
        "A case was decided, and what it refunds was given back, or what it replaces has come.",
    ),
    Topic("survey.invited", "survey", "A member was invited to a survey after a redemption; ask them for answers."),
    Topic("top_up.succeeded", "top-up", "A provider has topped up what was redeemed."),
    Topic("top_up.failed", "top-up", "A provider could not top up what was redeemed; it is given back."),
    Topic("purchase_order.proposed", "purchase order", "An order of goods was proposed; somebody has to approve it."),
    Topic("purchase_order.approved", "purchase order", "An order of goods was approved and can be placed."),
    Topic("purchase_order.rejected", "purchase order", "An order of goods was rejected; nothing is ordered."),
    Topic("purchase_order.ordered", "purchase order", "An order of goods was placed with the supplier."),
    Topic("purchase_order.partially_received", "purchase order", "A part of an order of goods was delivered."),
    Topic("purchase_order.received", "purchase order", "An order of goods is complete, or its rest no longer comes."),
    Topic("purchase_order.cancelled", "purchase order", "An order of goods was cancelled; nothing of it comes."),
    Topic("stock.alert_opened", "stock alert", "The stock of an item fell below the threshold of its alert."),
    Topic("stock.expired", "expired stock", "The last day of pieces in a warehouse is over; somebody has to take them out."),
    Topic("stock.expired_removed", "expired stock", "Pieces past their last day were taken off the books."),
    Topic("invoice.issued", "invoice", "A month was invoiced; it is to be paid by `due_on`."),
    Topic("invoice.paid", "invoice", "Nothing of an invoice is left to pay."),
    Topic("invoice.overdue", "invoice", "The last day to pay an invoice is over, and something of it is left."),
    Topic("settlement.stated", "settlement statement", "What a day's goods or exchanges cost was stated; it is due on `due_on`."),
    Topic("settlement.settled", "settlement statement", "What a statement says has changed hands."),
    Topic("stock.alert_closed", "stock alert", "The stock of an item is no longer below the threshold of its alert."),
)  # fmt: skip


class UnknownTopic(Problem):
    """A filter chooses nothing that can happen."""

    slug = "unknown-topic"
    title = "No such topic"
    status = 422


def matches(topic: str, chosen: Iterable[str]) -> bool:
    """Tell whether one of the filters chooses a topic: its name, `<beginning>.*`, or `*` for every topic."""
    return any(
        one in ("*", topic) or (one.endswith(".*") and topic.startswith(one.removesuffix("*")))
        for one in chosen
    )


def check_filters(chosen: Sequence[str]) -> list[str]:
    """Return the filters, each once, in their order.

    Raises:
        UnknownTopic: naming the one that chooses nothing.
    """
    for one in chosen:
        if not _FILTER.fullmatch(one) or not any(matches(topic.name, [one]) for topic in TOPICS):
            raise UnknownTopic(
                f"the topic {one!r} chooses nothing; GET /v1/webhooks/topics lists the topics, "
                "`redemption.*` chooses all of a kind and `*` every one"
            )
    return list(dict.fromkeys(chosen))
