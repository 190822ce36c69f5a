-- A transfer moves a member's account in its own direction, against the one account of the
-- program it is about.
with entries as (select * from {{ ref("stg_entries") }})

select tenant_id, transfer_id, entry_no, transfer_kind, account_kind, amount_points
from entries
where
    case
        when account_kind = 'member'
        then
            (transfer_kind in ('earn', 'grant', 'refund') and amount_points < 0)
            or (transfer_kind in ('redeem', 'expire') and amount_points > 0)
        else
            account_kind <> case
                when transfer_kind in ('earn', 'grant')
                then 'issuance'
                when transfer_kind in ('redeem', 'refund')
                then 'redeemed'
                when transfer_kind = 'expire'
                then 'expired'
                else 'adjustment'
            end
    end
