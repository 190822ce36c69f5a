"""What is refused about the gates of suppliers.

Problem
├── SupplierNotActive  409  the supplier stands before a gate, so nothing is ordered there
├── TrialOrderSize     409  a trial order has 500 to 1,000 pieces
├── TrialUnderWay      409  another trial order of the supplier is not judged yet
├── UnknownDocument    404  the supplier has no such document
├── DocumentExists     409  the number names a document with other contents
├── DocumentJudged     409  the document was verified or rejected otherwise
├── GateNotReached     409  another gate comes first
├── SampleExists       409  the reference names a test with other findings
├── UnknownTrial       404  the order is no trial of the supplier
├── TrialNotDue        409  the trial does not say enough yet
├── AlreadySuspended   409  the supplier is suspended for another reason
└── UnknownDocumentAlert       404  there is no such alert of a document
"""

from typing import Final
from uuid import UUID

from transactional.brand_authorisations.domain import SupplierNotAuthorised
from transactional.problems import Problem
from transactional.supplier_gates.domain import LEAST_DUE, LEAST_TRIAL, MOST_TRIAL, TrialFigures
from transactional.suppliers.domain import SupplierSuspended


class SupplierNotActive(Problem):
    """The supplier stands before a gate, so nothing is ordered there."""

    slug = "supplier-not-active"
    title = "The supplier has a gate before it"
    status = 409

    def __init__(self, supplier_id: UUID, gate: str) -> None:
        super().__init__(
            f"supplier {supplier_id} stands before its {gate}, so nothing is ordered there; "
            f"GET /v1/suppliers/{supplier_id}/dossier shows what is missing",
            supplier_id=str(supplier_id),
            gate=gate,
        )


class TrialOrderSize(Problem):
    """A trial order has 500 to 1,000 pieces."""

    slug = "trial-order-size"
    title = "Not the size of a trial order"
    status = 409

    def __init__(self, supplier_id: UUID, quantity: int) -> None:
        super().__init__(
            f"supplier {supplier_id} stands before its trial, which is an order of {LEAST_TRIAL} to {MOST_TRIAL} pieces "
            f"and not of {quantity}",
            supplier_id=str(supplier_id),
            quantity=quantity,
        )


class TrialUnderWay(Problem):
    """Another trial order of the supplier is not judged yet."""

    slug = "trial-under-way"
    title = "A trial is under way"
    status = 409

    def __init__(self, supplier_id: UUID, order_id: UUID) -> None:
        super().__init__(
            f"supplier {supplier_id} has the trial order {order_id}, which is to be judged first",
            supplier_id=str(supplier_id),
            purchase_order_id=str(order_id),
        )


# Why nothing may be ordered from a supplier.
UNORDERABLE: Final[tuple[type[Problem], ...]] = (
    SupplierSuspended,
    SupplierNotActive,
    TrialOrderSize,
    TrialUnderWay,
    SupplierNotAuthorised,
)


class UnknownDocument(Problem):
    """The supplier has no such document."""

    slug = "unknown-supplier-document"
    title = "No such document"
    status = 404

    def __init__(self, document_id: UUID) -> None:
        super().__init__(f"the supplier has no document {document_id}; its dossier lists them")


class DocumentExists(Problem):
    """The number names a document with other contents."""

    slug = "supplier-document-exists"
    title = "There is such a document with other contents"
    status = 409

    def __init__(self, kind: str, number: str) -> None:
        super().__init__(
            f"the {kind} {number} was handed in with other contents; a renewal has a number of its own"
        )


class DocumentJudged(Problem):
    """The document was verified or rejected otherwise."""

    slug = "supplier-document-judged"
    title = "The document was judged otherwise"
    status = 409

    def __init__(self, document_id: UUID, verdict: str) -> None:
        super().__init__(
            f"document {document_id} was {verdict} before; hand the right one in again", verdict=verdict
        )


class GateNotReached(Problem):
    """Another gate comes first."""

    slug = "supplier-gate-not-reached"
    title = "Another gate comes first"
    status = 409

    def __init__(self, gate: str, standing: str) -> None:
        first = "lift its suspension" if standing == "suspended" else f"its {standing} come first"
        told = "has its trial behind it" if standing == "active" else first
        super().__init__(f"the {gate} are not to be dealt with now: the supplier {told}", standing=standing)


class SampleExists(Problem):
    """The reference names a test with other findings."""

    slug = "supplier-sample-exists"
    title = "The reference was used for another test"
    status = 409

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"the reference {reference!r} names a test with other findings; tests are not edited"
        )


class UnknownTrial(Problem):
    """The order is no trial of the supplier."""

    slug = "unknown-supplier-trial"
    title = "No such trial"
    status = 404

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"purchase order {order_id} is no trial of this supplier; its dossier lists them")


class TrialNotDue(Problem):
    """The trial does not say enough yet."""

    slug = "supplier-trial-not-due"
    title = "The trial does not say enough yet"
    status = 409

    def __init__(self, order_status: str, figures: TrialFigures) -> None:
        why = (
            f"the order is {order_status} and has to be received first"
            if order_status != "received"
            else f"{figures.due_quantity} pieces had to be shipped so far, and {LEAST_DUE} are needed"
        )
        super().__init__(f"the trial cannot be judged yet: {why}", due_quantity=figures.due_quantity)


class AlreadySuspended(Problem):
    """The supplier is suspended for another reason."""

    slug = "supplier-already-suspended"
    title = "The supplier is suspended already"
    status = 409

    def __init__(self, supplier_id: UUID, reason: str) -> None:
        super().__init__(
            f"supplier {supplier_id} is suspended already: {reason}", supplier_id=str(supplier_id)
        )


class UnknownDocumentAlert(Problem):
    """There is no such alert of a document."""

    slug = "unknown-supplier-document-alert"
    title = "No such alert"
    status = 404

    def __init__(self, alert_id: UUID) -> None:
        super().__init__(
            f"your tenant has no alert {alert_id} of a document; GET /v1/supplier-document-alerts lists them"
        )
