{# What an incremental model recomputes: the business days that the orchestrator names in the variable
   `changed_spans`, by kind of news, as pairs of a first and a last day; without it everything. Never derived
   from the table itself: late and corrected facts lie before its newest day.

   A model says in its `meta` by which column and because of which news its rows change:
       changed_date: a date column · changed_time: a timestamp · changed_period: the first day of a period
       beside a column `grain` · changed_month: the first day of a month · changed_from: a date column, all days
       from the first changed one on · changed_month_from: the first day of a month, all months from the first
       changed one on · changed_year_from: the first day of a year, likewise
       changed_views: the kinds of news that decide: a landed view's name, or another time of its rows
       (orchestration/warehouse/news.py lists them)
       changed_days_back: how many days before a changed day change with it. #}
{% macro changed_spans(views, days_back=0, days_ahead=0) -%}
    {%- set given = var("changed_spans", none) -%}
    {%- if given is none -%} {{ return(none) }}{%- endif -%}
    {%- set spans = [] -%}
    {%- for view in views -%}
        {%- for first, last in given.get(view, []) -%}
            {%- set span = [moved_day(first, -days_back), moved_day(last, days_ahead)] -%}
            {%- if span not in spans -%} {%- do spans.append(span) -%} {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(spans | sort) }}
{%- endmacro %}

{# Stretches of days as the whole months that they touch. #}
{% macro months_of(spans) -%}
    {%- set months = [] -%}
    {%- for first, last in spans -%}
        {%- set following = modules.datetime.datetime.strptime(
            last[:8] ~ "01", "%Y-%m-%d"
        ) + modules.datetime.timedelta(days=31) -%}
        {%- set end = following.replace(day=1) - modules.datetime.timedelta(days=1) -%}
        {%- set month = [first[:8] ~ "01", end.strftime("%Y-%m-%d")] -%}
        {%- if month not in months -%} {%- do months.append(month) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(months) }}
{%- endmacro %}

{# A day so many days later, within the calendar. #}
{% macro moved_day(day, days) -%}
    {%- if not days -%} {{ return(day) }}{%- endif -%}
    {%- set moved = (
        modules.datetime.datetime.strptime(day, "%Y-%m-%d")
        + modules.datetime.timedelta(days=days)
    ).strftime("%Y-%m-%d") -%}
    {{ return([[moved, var("calendar_from")] | max, var("calendar_until")] | min) }}
{%- endmacro %}

{# The days of a date column that changed. #}
{% macro on_changed_dates(column, views, days_back=0, days_ahead=0, whole_months=false) -%}
    {%- set spans = changed_spans(views, days_back, days_ahead) -%}
    {%- if spans and whole_months -%} {%- set spans = months_of(spans) -%} {%- endif -%}
    {%- if spans is none -%} true
    {%- elif not spans -%} false
    {%- else -%}
        (
            {%- for first, last in spans -%}
                {{ column }} between date '{{ first }}' and date '{{ last }}'
                {{- " or " if not loop.last }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}

{# The same of a UTC timestamp, in a form by which a reader of landed files leaves out the row groups of other
   days. #}
{% macro on_changed_times(column, views, days_back=0, days_ahead=0, whole_months=false) -%}
    {%- set spans = changed_spans(views, days_back, days_ahead) -%}
    {%- if spans and whole_months -%} {%- set spans = months_of(spans) -%} {%- endif -%}
    {%- if spans is none -%} true
    {%- elif not spans -%} false
    {%- else -%}
        (
            {%- for first, last in spans -%}
                (
                    {{ column }} >= {{ business_day_start(first) }}
                    and {{ column }} < {{ business_day_end(last) }}
                )
                {{- " or " if not loop.last }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}

{# The periods, days and months, that hold a changed day. #}
{% macro on_changed_periods(period_start, grain, views, days_back=0) -%}
    {%- set spans = changed_spans(views, days_back) -%}
    {%- if spans is none -%} true
    {%- elif not spans -%} false
    {%- else -%}
        (
            {%- for first, last in spans -%}
                {{ period_start }} between case
                    when {{ grain }} = 'month'
                    then cast(date_trunc('month', date '{{ first }}') as date)
                    else date '{{ first }}'
                end and date '{{ last }}'
                {{- " or " if not loop.last }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}

{# The first changed day less as many days as a change may reach back; the calendar's first for everything and
   its day after the last for nothing. #}
{% macro changed_from(views, days_back=0) -%}
    {%- set spans = changed_spans(views, days_back) -%}
    {%- if spans is none -%} date '{{ var("calendar_from") }}'
    {%- elif not spans -%} date '{{ var("calendar_until") }}' + 1
    {%- else -%} date '{{ spans[0][0] }}'
    {%- endif -%}
{%- endmacro %}

{# The first instant of that day, UTC. #}
{% macro changed_time_from(views) -%}
    {%- set spans = changed_spans(views) -%}
    {%- if spans is none -%} {{ business_day_start(var("calendar_from")) }}
    {%- elif not spans -%} {{ business_day_end(var("calendar_until")) }}
    {%- else -%} {{ business_day_start(spans[0][0]) }}
    {%- endif -%}
{%- endmacro %}

{# The first day of its month. #}
{% macro changed_month_from(views, days_back=0) -%}
    cast(date_trunc('month', {{ changed_from(views, days_back) }}) as date)
{%- endmacro %}

{# The first day of its year. #}
{% macro changed_year_from(views) -%}
    cast(date_trunc('year', {{ changed_from(views) }}) as date)
{%- endmacro %}

{# The rows of a relation that belong to changed rows of another; all of them on a full build, where they all do.
   `since` is a condition on the relation's columns that each of them meets, such as that none is older than the
   first changed day: by it the rest of history is not even read. #}
{% macro rows_of_changed(relation, changed, columns, views, since=none) -%}
    select belonging.*
    from {{ relation }} as belonging
    {%- if changed_spans(views) is not none %}
        semi join
            {{ changed }}
            on {% for column in columns -%}
                {{ changed }}.{{ column }} = belonging.{{ column }} {{ "and " if not loop.last }}
            {%- endfor %}
        {%- if since %} where {{ since }} {%- endif %}
    {%- endif %}
{%- endmacro %}

{# The condition on the rows of a model that are replaced, or none if all are. #}
{% macro changed_rows(meta) -%}
    {%- set views = meta.get("changed_views") -%}
    {%- set days_back = meta.get("changed_days_back", 0) -%}
    {%- if not views or changed_spans(views) is none -%} {{ return(none) }}
    {%- elif meta.get("changed_date") -%}
        {{ return(on_changed_dates(meta["changed_date"], views, days_back)) }}
    {%- elif meta.get("changed_time") -%}
        {{ return(on_changed_times(meta["changed_time"], views, days_back)) }}
    {%- elif meta.get("changed_period") -%}
        {{ return(on_changed_periods(meta["changed_period"], "grain", views, days_back)) }}
    {%- elif meta.get("changed_month") -%}
        {{ return(on_changed_periods(meta["changed_month"], "'month'", views, days_back)) }}
    {%- elif meta.get("changed_from") -%}
        {{ return(meta["changed_from"] ~ " >= " ~ changed_from(views, days_back)) }}
    {%- elif meta.get("changed_month_from") -%}
        {{ return(meta["changed_month_from"] ~ " >= " ~ changed_month_from(views, days_back)) }}
    {%- elif meta.get("changed_year_from") -%}
        {{ return(meta["changed_year_from"] ~ " >= " ~ changed_year_from(views)) }}
    {%- endif -%}
    {{
        exceptions.raise_compiler_error(
            "changed_views need a column that says which rows change"
        )
    }}
{%- endmacro %}

{# dbt asks this for what a generic test reads of its model: on an incremental run the rows that were replaced. #}
{% macro default__get_where_subquery(relation) -%}
    {%- set conditions = [config.get("where")] | select | list -%}
    {%- set tested = graph.nodes.get(model.get("attached_node")) if execute else none -%}
    {%- set replaced = (
        changed_rows(tested.config.meta)
        if tested and tested.name == relation.identifier
        else none
    ) -%}
    {%- if replaced -%} {%- do conditions.append(replaced) -%} {%- endif -%}
    {%- if not conditions -%} {{ return(relation) }}{%- endif -%}
    {%- set filtered -%}
        (select * from {{ relation }} where {{ conditions | join(" and ") }}) dbt_subquery
    {%- endset -%}
    {{ return(filtered) }}
{%- endmacro %}

{# Leaves out the rows of members of whom the model itself knows, from before the first changed day, when they did
   something first: what they do later is no longer the first. #}
{% macro without_earlier_firsts(relation, views) -%}
    {%- if changed_spans(views) is not none -%}
        anti join
            (
                select tenant_id, member_id
                from {{ this }}
                where first_date < {{ changed_from(views) }}
            ) as known_before
            on known_before.tenant_id = {{ relation }}.tenant_id
            and known_before.member_id = {{ relation }}.member_id
    {%- endif -%}
{%- endmacro %}
