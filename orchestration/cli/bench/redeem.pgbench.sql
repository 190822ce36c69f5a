-- One redemption as one transaction, with the same reads, locks and writes as the service and in its order:
-- the account, then the stock, then everything else. Every statement is prepared (-M prepared).
\set member_number random(1, :members)
\set item_number random(:first_item, :last_item)
begin;
select a.account_id as member, a.version, uuidv7() as redemption, gen_random_uuid()::text as key
from mall.account a
join mall.member m on m.tenant_id = a.tenant_id and m.member_id = a.account_id
where a.tenant_id = :tenant and a.account_id = {member} and a.kind = 'member' and m.erased_at is null
for update of a
\gset
select s.item_id as item
from mall.stock s
where s.tenant_id = :tenant and s.item_id = {item} and s.on_hand >= 1
for update of s
\gset
select o.price_points as price, case o.handover when 'shipping' then 'allocated' else 'completed' end as status,
    jsonb_build_object(
        'redemption_id', :redemption::uuid, 'member_id', :member::uuid, 'status', 'completed',
        'points', o.price_points, 'available_points', 0, 'effective_at', now(),
        'lines', jsonb_build_array(jsonb_build_object(
            'item_id', o.item_id, 'quantity', 1, 'unit_points', o.price_points, 'points', o.price_points))
    )::text as answer
from mall.offer o
where o.tenant_id = :tenant and o.item_id = :item and o.listed_from <= now()
    and (o.listed_until is null or o.listed_until > now())
\gset
select count(*) as known from mall.idempotency_key where tenant_id = :tenant and key = :key
\gset
insert into mall.transfer (tenant_id, transfer_id, kind, member_id, redemption_id, effective_at)
values (:tenant, :redemption, 'redeem', :member, :redemption, now());
with spendable as (
    select lot_id, remaining_points,
        sum(remaining_points) over (order by expires_on, active_from, lot_id) - remaining_points as before
    from mall.lot
    where tenant_id = :tenant and account_id = :member and remaining_points > 0 and active_from <= now()
        and (expires_on is null or expires_on >= current_date)
), taken as (
    update mall.lot l set remaining_points = l.remaining_points - least(s.remaining_points, :price - s.before)
    from spendable s
    where l.tenant_id = :tenant and l.account_id = :member and l.lot_id = s.lot_id and s.before < :price
    returning l.lot_id, least(s.remaining_points, :price - s.before) as points, s.before
)
insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after)
select :tenant::uuid, :redemption::uuid, (row_number() over (order by t.before))::smallint, :member::uuid, t.lot_id, -t.points,
    a.balance - t.before - t.points
from taken t
join mall.account a on a.tenant_id = :tenant and a.account_id = :member
union all
select :tenant::uuid, :redemption::uuid, 0, p.account_id, null, :price::bigint, null
from mall.account p
where p.tenant_id = :tenant and p.kind = 'redeemed';
update mall.account set balance = balance - :price, version = version + 1
where tenant_id = :tenant and account_id = :member;
update mall.stock set on_hand = on_hand - 1 where tenant_id = :tenant and item_id = :item;
insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at, completed_at)
values (:tenant, :redemption, :member, :status, :price, now(), now());
insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points)
values (:tenant, :redemption, 1, :item, 1, :price);
insert into mall.idempotency_key
    (tenant_id, key, operation, body_hash, redemption_id, response_status, response_body)
values (:tenant, :key, 'redeem', sha256(:key::bytea), :redemption, 201, :answer);
insert into mall.outbox (tenant_id, outbox_id, topic, subject_id, payload)
values (:tenant, uuidv7(), 'redemption.' || :status, :redemption, :answer);
commit;
