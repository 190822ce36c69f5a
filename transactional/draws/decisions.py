"""Decides about tickets: sold while a draw is open, settled once it was revealed or cancelled."""

from datetime import datetime

from transactional.changes import Change
from transactional.draws.commands import BuyTicket, CancelDraw, SettleTicket
from transactional.draws.domain import Draw, Outcome
from transactional.draws.refusals import UnknownDraw
from transactional.engine.book import Book, Message
from transactional.engine.reply import Reply
from transactional.identifiers import derived
from transactional.ledger.telling import account_of
from transactional.redemption.commands import Cancel
from transactional.redemption.domain import Line, Redemption
from transactional.redemption.ending import redemption_of, undo
from transactional.redemption.fulfilment import fulfil
from transactional.redemption.making import begin
from transactional.redemption.states import Status
from transactional.redemption.telling import announce


def buy_ticket(command: BuyTicket, book: Book) -> Reply:
    """Take the points of a ticket and sell it; its redemption stays paid until the draw has ended.

    A ticket has its number at once, so nothing can be parked: where a risk rule wants a person to look, it is refused.
    """
    tenant_id = command.tenant_id
    draw = _draw_of(book, command)
    account = account_of(book, tenant_id, command.member_id)
    moment = account.moment(command.at)
    counted = (tenant_id, command.draw_id, command.member_id)
    held = book.ticket_counts[counted]
    draw.check(quantity=1, held=held, moment=moment)
    redemption = Redemption(
        command.redemption_id, command.member_id, "draw", Status.CREATED, draw.ticket_points, moment, [],
        draw_id=draw.draw_id,
    )  # fmt: skip
    begun = begin(command, book, account, redemption)
    assert begun, "a ticket waits for nobody"
    ticket = draw.sell(
        redemption_id=redemption.redemption_id, member_id=command.member_id, held=held, moment=moment
    )
    book.ticket_counts[counted] += 1
    book.sold.append((tenant_id, draw.draw_id, ticket))
    return announce(
        book, tenant_id, redemption, account, command.at, status=201,
        draw_id=draw.draw_id, ticket_no=ticket.ticket_no, head=ticket.head.hex(), pseudonym=ticket.pseudonym.hex(),
    )  # fmt: skip


def cancel_draw(command: CancelDraw, book: Book) -> Reply:
    """Cancel a draw whose winners are not known and put its prizes back; its tickets are settled one by one.

    A draw that is cancelled already stays as it is.
    """
    draw = _draw_of(book, command)
    slot = (command.tenant_id, draw.draw_id)
    if draw.cancel(command.reason, moment=command.at):
        for item_id, pieces in book.prizes[slot]:
            stock = book.stock[command.tenant_id][item_id]
            stock.allotted -= pieces
            stock.on_hand += pieces
            stock.touch()
        book.messages.append(
            Message(command.tenant_id, "draw.cancelled", draw.draw_id, _told(draw), command.at)
        )
    return Reply(200, _told(draw))


def settle_ticket(command: SettleTicket, book: Book) -> Reply:
    """Let the redemption of a ticket go on as its draw has ended; one that has gone on stays as it is."""
    tenant_id = command.tenant_id
    redemption, account = redemption_of(book, command)
    outcome = book.outcomes.get((tenant_id, redemption.redemption_id))
    if outcome is None or redemption.status is not Status.PAID:
        return Reply(200, {})
    moment = account.moment(command.at)
    codes = []
    if outcome.cancelled is not None:
        undo(_cancel(command, outcome.cancelled), book, redemption, account, moment)
    else:
        _add_prize(book, command, redemption, outcome)
        codes = fulfil(book, tenant_id, redemption, moment)
    won = {} if outcome.prize is None else {"prize_no": outcome.prize[0]}
    return announce(
        book, tenant_id, redemption, account, command.at, codes=codes,
        draw_id=outcome.draw_id, ticket_no=outcome.ticket_no, **won,
    )  # fmt: skip


def _draw_of(book: Book, command: BuyTicket | CancelDraw) -> Draw:
    draw = book.draws.get((command.tenant_id, command.draw_id))
    if draw is None:
        raise UnknownDraw(command.draw_id)
    return draw


def _add_prize(book: Book, command: SettleTicket, redemption: Redemption, outcome: Outcome) -> None:
    """Give a winner its piece, which was set aside when the draw was opened."""
    if outcome.prize is None:
        return
    _, item_id = outcome.prize
    redemption.lines.append(Line(1, item_id, 1, 0, change=Change.ADDED))
    stock = book.stock[command.tenant_id][item_id]
    stock.allotted -= 1
    stock.touch()


def _cancel(command: SettleTicket, reason: str) -> Cancel:
    return Cancel(
        tenant_id=command.tenant_id,
        key=None,
        body_hash=command.body_hash,
        at=command.at,
        redemption_id=command.redemption_id,
        # The same in every try, so that nothing can give the points back twice.
        transfer_id=derived(command.redemption_id, 20),
        reason=reason,
    )


def _told(draw: Draw) -> dict[str, object]:
    at: datetime | None = draw.cancelled_at
    return {
        "draw_id": draw.draw_id,
        "ticket_count": draw.ticket_count,
        "cancelled_at": at,
        "reason": draw.cancel_reason,
    }
