with
    tenants as (select * from {{ ref("dim_tenant") }} where last_fact_date is not null),
    suppliers as (
        select suppliers.*, tenants.last_fact_date as as_of_date
        from {{ ref("stg_suppliers") }} as suppliers
        inner join tenants on tenants.tenant_id = suppliers.tenant_id
    ),
    documents as (select * from {{ ref("stg_supplier_documents") }} where verified_at is not null),
    samples as (select * from {{ ref("stg_supplier_samples") }}),
    trials as (select * from {{ ref("stg_supplier_trials") }} where judged_at is not null),
    suspensions as (select * from {{ ref("stg_supplier_suspensions") }}),
    failures as (
        select
            tenant_id,
            supplier_id,
            max(case when failed_gate = 'documents' then suspended_at end) as documents_at,
            max(case when failed_gate = 'samples' then suspended_at end) as samples_at,
            max(case when failed_gate = 'trial' then suspended_at end) as trial_at
        from suspensions
        group by tenant_id, supplier_id
    ),
    kinds as (
        select *
        from
            (values ('business_licence'), ('brand_authorisation'), ('quality_report')) as kinds(
                kind
            )
    ),
    holding as (
        select documents.*
        from documents
        inner join
            suppliers
            on suppliers.tenant_id = documents.tenant_id
            and suppliers.supplier_id = documents.supplier_id
            and suppliers.as_of_date between documents.valid_from and documents.expires_on
        where documents.rejected_at is null
    ),
    -- A kind is asked for of whoever is gated, and of others once they had one that was verified.
    asked as (
        select suppliers.tenant_id, suppliers.supplier_id, kinds.kind
        from suppliers
        cross join kinds
        where
            suppliers.is_gated
            or exists (
                select 1
                from documents
                where
                    documents.tenant_id = suppliers.tenant_id
                    and documents.supplier_id = suppliers.supplier_id
                    and documents.kind = kinds.kind
            )
    ),
    by_kind as (
        select
            asked.tenant_id,
            asked.supplier_id,
            asked.kind,
            max(holding.expires_on) as last_day,
            max(holding.verified_at) as verified_at
        from asked
        left join
            holding
            on holding.tenant_id = asked.tenant_id
            and holding.supplier_id = asked.supplier_id
            and holding.kind = asked.kind
        group by asked.tenant_id, asked.supplier_id, asked.kind
    ),
    papers as (
        select
            tenant_id,
            supplier_id,
            bool_and(last_day is not null) as is_complete,
            min(last_day) as last_day,
            max(verified_at) as verified_at
        from by_kind
        group by tenant_id, supplier_id
    ),
    newest_sample as (
        select
            tenant_id,
            supplier_id,
            max(noted_at) as found_at,
            arg_max(result, noted_at) = 'passed' as is_passed
        from samples
        group by tenant_id, supplier_id
    ),
    newest_trial as (
        select
            tenant_id,
            supplier_id,
            max(judged_at) as found_at,
            arg_max(result, judged_at) = 'passed' as is_passed
        from trials
        group by tenant_id, supplier_id
    ),
    judged as (
        select
            suppliers.tenant_id,
            suppliers.supplier_id,
            suppliers.code as supplier_code,
            suppliers.name as supplier_name,
            suppliers.status,
            suppliers.is_gated,
            suppliers.as_of_date,
            papers.last_day,
            papers.verified_at,
            newest_sample.found_at as sample_at,
            newest_trial.found_at as trial_at,
            coalesce(papers.is_complete, true)
            and (
                failures.documents_at is null
                or coalesce(papers.verified_at > failures.documents_at, false)
            ) as documents_passed,
            coalesce(
                newest_sample.is_passed
                and newest_sample.found_at > coalesce(failures.samples_at, timestamptz '-infinity'),
                not suppliers.is_gated and failures.samples_at is null
            ) as samples_passed,
            coalesce(
                newest_trial.is_passed
                and newest_trial.found_at > coalesce(failures.trial_at, timestamptz '-infinity'),
                not suppliers.is_gated and failures.trial_at is null
            ) as trial_passed
        from suppliers
        left join
            failures
            on failures.tenant_id = suppliers.tenant_id
            and failures.supplier_id = suppliers.supplier_id
        left join
            papers
            on papers.tenant_id = suppliers.tenant_id
            and papers.supplier_id = suppliers.supplier_id
        left join
            newest_sample
            on newest_sample.tenant_id = suppliers.tenant_id
            and newest_sample.supplier_id = suppliers.supplier_id
        left join
            newest_trial
            on newest_trial.tenant_id = suppliers.tenant_id
            and newest_trial.supplier_id = suppliers.supplier_id
    ),
    stood as (
        select
            *,
            case
                when status = 'suspended'
                then 'suspended'
                when not documents_passed
                then 'documents'
                when not samples_passed
                then 'samples'
                when not trial_passed
                then 'trial'
                else 'active'
            end as standing
        from judged
    ),
    gates as (
        select
            *,
            1 as gate_no,
            'documents' as gate,
            documents_passed as is_passed,
            verified_at as found_at
        from stood
        union all
        select
            *, 2 as gate_no, 'samples' as gate, samples_passed as is_passed, sample_at as found_at
        from stood
        union all
        select *, 3 as gate_no, 'trial' as gate, trial_passed as is_passed, trial_at as found_at
        from stood
    )

select
    tenant_id,
    supplier_id,
    gate,
    gate_no,
    supplier_code,
    supplier_name,
    standing,
    is_gated,
    is_passed,
    case when is_passed then found_at end as passed_at,
    case when gate = 'documents' then last_day end as expires_date,
    as_of_date,
    case when gate = 'documents' then cast(last_day - as_of_date as integer) end as days_to_expiry
from gates
