-- A case that is decided `replace` leads to goods that are sent again: pieces leave the stock with the decision, the
-- parcel names the case, and the case is closed once they have come.

alter table mall.shipment
    add column case_id uuid,
    add foreign key (tenant_id, case_id) references mall.after_sales_case;
create index shipment_by_case on mall.shipment (tenant_id, case_id) where case_id is not null;
create index after_sales_case_to_replace on mall.after_sales_case (decided_at) where outcome = 'replace' and closed_at is null;
