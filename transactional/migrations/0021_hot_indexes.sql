-- Indexes that cost the hot path more than they help.

-- The transfer of a redemption has the redemption's id, so the redemptions of a member lead to it; a second way by
-- member was the dearest single write of a redemption, a new entry at a random place of a large index.
drop index mall.transfer_by_member;
create index transfer_by_member on mall.transfer (tenant_id, member_id, effective_at desc, transfer_id desc)
    where redemption_id is distinct from transfer_id;

create view mall.member_transfer with (security_invoker = true) as
select t.*
from mall.transfer t
where t.redemption_id is distinct from t.transfer_id
union all
select t.*
from mall.redemption r
join mall.transfer t
    on t.tenant_id = r.tenant_id and t.transfer_id = r.redemption_id and t.member_id = r.member_id
where t.redemption_id = t.transfer_id;
comment on view mall.member_transfer is 'All transfers, each found by its member; to be read by tenant and member';
grant select on mall.member_transfer to pointmart_api, pointmart_committer;

-- Stock and flash sales have few rows, each changed over and over. While an index names what changes, every update
-- is a new entry in all indexes of the table and look-ups walk past the dead ones. The landing reads these tables
-- whole.
drop index mall.stock_by_xid;
drop index mall.flash_sale_by_xid;
