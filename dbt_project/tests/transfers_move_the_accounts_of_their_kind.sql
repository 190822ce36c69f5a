-- A transfer moves each account in its own direction: the member's, and those of the program that
-- it is about. What is taken back may have expired before, and then never was; it may be owed,
-- and is settled later. An exchange is reversed by a transfer of its own kind.
with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where {{ on_changed_times("effective_at", ["entry"]) }}
    )

select tenant_id, transfer_id, entry_no, transfer_kind, account_kind, amount_points
from entries
where
    not coalesce(
        case
            when account_kind = 'member'
            then
                transfer_kind in ('adjust', 'correct', 'exchange_out', 'exchange_in')
                or (amount_points > 0) = (transfer_kind in ('earn', 'grant', 'refund'))
            when transfer_kind in ('earn', 'grant')
            then account_kind = 'issuance' and amount_points < 0
            when transfer_kind in ('return', 'correct')
            then
                (account_kind = 'issuance' and amount_points > 0)
                or (account_kind = 'expired' and amount_points < 0)
                or (account_kind = 'receivable' and transfer_kind = 'return' and amount_points < 0)
                or (account_kind = 'adjustment' and transfer_kind = 'correct')
            when transfer_kind = 'settle'
            then account_kind = 'receivable' and amount_points > 0
            when transfer_kind = 'redeem'
            then account_kind = 'redeemed' and amount_points > 0
            when transfer_kind = 'refund'
            then account_kind = 'redeemed' and amount_points < 0
            when transfer_kind = 'expire'
            then account_kind = 'expired' and amount_points > 0
            when transfer_kind = 'adjust'
            then account_kind = 'adjustment'
            when transfer_kind = 'exchange_out'
            then account_kind in ('exchange', 'fee')
            when transfer_kind = 'exchange_in'
            then account_kind = 'exchange'
        end,
        false
    )
