-- One redemption as one transaction, with the same reads, locks and writes as the service and in its order:
-- the account, what few share, the stock, the flash sale (if :flash), what the whole tenant shares, then the writes.
-- What risk rules count is kept as the service keeps it; the rules themselves are not applied.
-- Every statement is prepared (-M prepared).
\set member_number random(1, :members)
\set item_number random(:first_item, :last_item)
begin;
select a.account_id as member, a.version, uuidv7() as redemption, gen_random_uuid()::text as key
from mall.account a
join mall.member m on m.tenant_id = a.tenant_id and m.member_id = a.account_id
where a.tenant_id = :tenant and a.account_id = {member} and a.kind = 'member' and m.erased_at is null
for update of a
\gset
insert into mall.velocity (tenant_id, dimension, subject, seen_at)
values (:tenant::uuid, 'device', decode(md5('device' || :member_number::text), 'hex'), now()),
    (:tenant::uuid, 'ip', decode(md5('ip' || :member_number::text), 'hex'), now())
on conflict do nothing;
select v.recent from mall.velocity v
where v.tenant_id = :tenant and v.dimension = 'device'
    and v.subject = decode(md5('device' || :member_number::text), 'hex')
for update;
select v.recent from mall.velocity v
where v.tenant_id = :tenant and v.dimension = 'ip' and v.subject = decode(md5('ip' || :member_number::text), 'hex')
for update;
select count(*) from mall.device_member d
where d.tenant_id = :tenant and d.device = decode(md5('device' || :member_number::text), 'hex');
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
\if :flash
select s.left_count from mall.flash_sale s
where s.tenant_id = :tenant and s.sale_id = {sale} and s.left_count >= 1
for update;
\endif
select v.recent from mall.velocity v
where v.tenant_id = :tenant and v.dimension = 'tenant' and v.subject = uuid_send(:tenant::uuid)
for update;
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
update mall.account set balance = balance - :price, version = version + 1, changed_at = now(),
    recent = int4send(extract(epoch from now())::int) || int4send(1) || int8send(:price)
where tenant_id = :tenant and account_id = :member;
update mall.stock set on_hand = on_hand - 1 where tenant_id = :tenant and item_id = :item;
insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at, completed_at)
values (:tenant, :redemption, :member, :status, :price, now(), now());
insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points)
values (:tenant, :redemption, 1, :item, 1, :price);
\if :flash
update mall.flash_sale set left_count = left_count - 1 where tenant_id = :tenant and sale_id = {sale};
insert into mall.flash_sale_member (tenant_id, sale_id, member_id, bought_count)
values (:tenant, {sale}, :member, 1)
on conflict (tenant_id, sale_id, member_id) do update set bought_count = flash_sale_member.bought_count + 1;
\endif
-- A bucket is 16 bytes: the second, attempts, points. The tenant's counts stay as long as the service left them.
update mall.velocity
set recent = int4send(extract(epoch from now())::int) || int4send(1) || int8send(:price), seen_at = now()
where tenant_id = :tenant and dimension = 'device'
    and subject = decode(md5('device' || :member_number::text), 'hex');
update mall.velocity
set recent = int4send(extract(epoch from now())::int) || int4send(1) || int8send(:price), seen_at = now()
where tenant_id = :tenant and dimension = 'ip' and subject = decode(md5('ip' || :member_number::text), 'hex');
update mall.velocity
set recent = overlay(recent placing int4send(extract(epoch from now())::int) from 1), seen_at = now()
where tenant_id = :tenant and dimension = 'tenant' and subject = uuid_send(:tenant::uuid);
insert into mall.device_member (tenant_id, device, member_id, first_seen_at)
values (:tenant, decode(md5('device' || :member_number::text), 'hex'), :member, now())
on conflict do nothing;
insert into mall.idempotency_key
    (tenant_id, key, operation, body_hash, redemption_id, response_status, response_body)
values (:tenant, :key, 'redeem', sha256(:key::bytea), :redemption, 201, :answer);
insert into mall.outbox (tenant_id, outbox_id, topic, subject_id, payload)
values (:tenant, uuidv7(), 'redemption.' || :status, :redemption, :answer);
commit;
