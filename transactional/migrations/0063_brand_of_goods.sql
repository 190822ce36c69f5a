-- Whether a supplier is the brand of an item is told to the warehouse, which counts the brand-direct share by it.

create or replace view export.item as
select item_id, code, name, category, kind, class, recorded_at, xid, storage_units, brand_id
from mall.item;

create or replace view export.supplier as
select tenant_id, supplier_id, code, name, status, recorded_at, xid, brand_id
from mall.supplier;
