with
    supplied as (select * from {{ ref("int_supplier_redemptions") }}),
    fulfilments as (select * from {{ ref("int_fulfilments") }}),
    virtual_redemptions as (select * from {{ ref("int_virtual_redemptions") }}),
    cases as (select * from {{ ref("int_after_sales_cases") }} where supplier_id is not null),
    counts as (
        select
            supplied.tenant_id,
            supplied.supplier_id,
            fulfilments.ship_due_date as date,
            'ship_48h' as component,
            cast(fulfilments.is_shipped_on_time as integer) as numerator,
            1 as denominator
        from supplied
        inner join
            fulfilments
            on fulfilments.tenant_id = supplied.tenant_id
            and fulfilments.redemption_id = supplied.redemption_id
        where supplied.is_shipped and fulfilments.is_shipped_on_time is not null
        union all
        select
            supplied.tenant_id,
            supplied.supplier_id,
            virtual_redemptions.paid_date as date,
            'virtual_issue' as component,
            cast(virtual_redemptions.is_prompt as integer) as numerator,
            1 as denominator
        from supplied
        inner join
            virtual_redemptions
            on virtual_redemptions.tenant_id = supplied.tenant_id
            and virtual_redemptions.redemption_id = supplied.redemption_id
        union all
        select
            supplied.tenant_id,
            supplied.supplier_id,
            supplied.effective_date as date,
            components.component,
            0 as numerator,
            1 as denominator
        from supplied
        cross join (values ('defect'), ('complaint')) as components(component)
        union all
        select
            tenant_id,
            supplier_id,
            opened_date as date,
            'defect' as component,
            1 as numerator,
            0 as denominator
        from cases
        where reason in ('damaged', 'wrong_item', 'missing', 'not_as_described', 'code_unusable')
        union all
        select
            tenant_id,
            supplier_id,
            opened_date as date,
            'complaint' as component,
            1 as numerator,
            0 as denominator
        from cases
        where type = 'complaint'
        union all
        select
            tenant_id,
            supplier_id,
            due_date as date,
            'answer' as component,
            cast(is_answered_on_time as integer) as numerator,
            1 as denominator
        from cases
        where is_answered_on_time is not null
    )

select
    tenant_id,
    supplier_id,
    cast(date_trunc('month', date) as date) as month,
    component,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from counts
group by tenant_id, supplier_id, cast(date_trunc('month', date) as date), component
