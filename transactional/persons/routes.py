"""`/v1/persons`: a person joins accounts of several tenants, sees them beside each other, and parts them."""

from uuid import UUID

from fastapi import APIRouter, Request

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.consents.domain import ConsentNeeded
from transactional.consents.queries import require_consent
from transactional.database import NO_TENANT, tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.link_codes import LinkCodeRefused, issue_code
from transactional.persons import operations
from transactional.persons.asking import Itself, Reader
from transactional.persons.balances import accounts_of, balances_of
from transactional.persons.documents import (
    Account,
    AccountBalance,
    AccountRequest,
    Balances,
    NewPerson,
    NewToken,
    PersonCode,
    PersonRequest,
    PersonShown,
)
from transactional.persons.domain import (
    MemberHasPerson,
    PersonTokenNeeded,
    TenantJoined,
    TooManyAccounts,
    UnknownAccount,
    UnknownPerson,
)
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge

router = APIRouter(prefix="/v1", tags=["persons"])


@router.post(
    "/members/{member_id}/person-codes",
    status_code=201,
    summary="Issue a code to join accounts",
    responses=responses(Unauthenticated, UnknownMember, ConsentNeeded, InvalidRequest, RequestTooLarge),
)
async def issue(member_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> PersonCode:
    """Issue a code for a member who agrees to `identity_link`; it is good for ten minutes and ends the one before.

    Show it to the member alone: whoever has it can join the account and then see its balance.
    """
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await issue_code(
            connection, tenant_id=tenant_id, member_id=member_id, purpose="person", now=state.clock()
        )
        await require_consent(connection, tenant_id=tenant_id, member_id=member_id, purpose="identity_link")
    return PersonCode.model_validate(row)


@router.post(
    "/persons",
    status_code=201,
    summary="Join accounts as one person's",
    responses=responses(
        LinkCodeRefused, ConsentNeeded, MemberHasPerson, TenantJoined, InvalidRequest, RequestTooLarge
    ),
)
async def create(body: PersonRequest, request: Request, dry_run: DryRun = False) -> NewPerson:
    """Join the accounts that the codes were issued for; the codes are the proof, so no key is needed.

    A token that was lost cannot be told again, for a single tenant could ask for it: withdraw, and join anew.
    """
    state = request.app.state
    async with tenant_transaction(state.pools.committer, NO_TENANT, dry_run=dry_run) as connection:
        person_id, token = await operations.create_person(connection, codes=body.codes, now=state.clock())
        accounts = await accounts_of(connection, person_id=person_id)
    return NewPerson(
        person_id=person_id, token=token, accounts=[Account.model_validate(one) for one in accounts]
    )


@router.post(
    "/persons/{person_id}/accounts",
    status_code=201,
    summary="Join a further account",
    responses=responses(
        PersonTokenNeeded,
        UnknownPerson,
        LinkCodeRefused,
        ConsentNeeded,
        MemberHasPerson,
        TenantJoined,
        TooManyAccounts,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def join(
    person_id: Itself, body: AccountRequest, request: Request, dry_run: DryRun = False
) -> PersonShown:
    """Join the account that a code was issued for."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, NO_TENANT, dry_run=dry_run) as connection:
        await operations.join(connection, person_id=person_id, code=body.code, now=state.clock())
        accounts = await accounts_of(connection, person_id=person_id)
    return PersonShown(person_id=person_id, accounts=[Account.model_validate(one) for one in accounts])


@router.get(
    "/persons/{person_id}/balances",
    summary="Show all balances of a person",
    responses=responses(PersonTokenNeeded, PlatformKeyNeeded, UnknownPerson, InvalidRequest),
)
async def show_balances(person_id: Reader, request: Request) -> Balances:
    """Show each account's points, what of them expires within 30 days, and what they would buy of the others'.

    For the person's own token, or a platform key of the scope `persons`. To a tenant there is no such person.
    """
    state = request.app.state
    accounts = await accounts_of(state.pools.committer, person_id=person_id)
    found = await balances_of(state.pools.api, accounts, state.clock())
    return Balances(person_id=person_id, accounts=[AccountBalance.model_validate(one) for one in found])


@router.delete(
    "/persons/{person_id}/accounts/{member_id}",
    status_code=204,
    summary="Take an account away",
    responses=responses(PersonTokenNeeded, UnknownPerson, UnknownAccount, InvalidRequest),
)
async def leave(person_id: Itself, member_id: UUID, request: Request, dry_run: DryRun = False) -> None:
    """Withdraw the consent to an account being seen with the others; without the last one the person is gone."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, NO_TENANT, dry_run=dry_run) as connection:
        await operations.leave(connection, person_id=person_id, member_id=member_id, now=state.clock())


@router.delete(
    "/persons/{person_id}",
    status_code=204,
    summary="Part all accounts",
    responses=responses(PersonTokenNeeded, UnknownPerson, InvalidRequest),
)
async def end(person_id: Itself, request: Request, dry_run: DryRun = False) -> None:
    """Withdraw the consent to all accounts: the person is gone, the members stay as they are."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, NO_TENANT, dry_run=dry_run) as connection:
        await operations.end(connection, person_id=person_id, now=state.clock())


@router.post(
    "/persons/{person_id}/token",
    status_code=201,
    summary="Renew the token",
    responses=responses(PersonTokenNeeded, UnknownPerson, InvalidRequest, RequestTooLarge),
)
async def renew(person_id: Itself, request: Request, dry_run: DryRun = False) -> NewToken:
    """Take another token; the one that was sent ends at once."""
    async with tenant_transaction(
        request.app.state.pools.committer, NO_TENANT, dry_run=dry_run
    ) as connection:
        return NewToken(token=await operations.renew_token(connection, person_id=person_id))
