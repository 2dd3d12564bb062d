-- Grain: one row per answer that was chosen of a group, most_rows of them at the most; one row
-- without an answer if none may be shown: those of fewer than minimum_count people in the group or
-- chosen of it. Several answers of a customer are of one person, one without a customer is of one.
-- group_answers, group_people, chosen_answers, chosen_people and theme (the words of the term) stand
-- in every row.
-- Order: strategic customers, then detractors, passives, promoters and answers without a score,
-- then the highest yearly revenue, the newest, the response_id.
-- Parameters: first_on, last_on, {answer_filters},
-- measure (nps, csat, ces, ces7: which score the answers have; any),
-- {own_values} (the dimensions of which one value was chosen, and that value; null: not known),
-- nps_class, score, term (each null: not chosen), minimum_count, most_rows.
with grouped as (
    select
        response_id,
        batch_id,
        customer_id,
        responded_at,
        case
            when nps_score >= 9 then 'promoter'
            when nps_score >= 7 then 'passive'
            when nps_score >= 0 then 'detractor'
        end as nps_class,
        case $measure
            when 'nps' then nps_score
            when 'csat' then csat_score
            when 'ces' then case when ces_scale = 5 then ces_score end
            when 'ces7' then case when ces_scale = 7 then ces_score end
            when 'any' then 0
        end as score
    from responses
    where responded_on between $first_on and $last_on
        and {answer_filters}
        and {own_values}
),
mentions as (
    select distinct response_id, batch_id from comment_terms where term = $term
),
chosen as (
    select
        grouped.response_id,
        grouped.batch_id,
        grouped.customer_id,
        grouped.responded_at,
        grouped.nps_class
    from grouped
    left join mentions
        on mentions.response_id = grouped.response_id and mentions.batch_id = grouped.batch_id
    where grouped.score is not null
        and ($score is null or grouped.score = $score)
        and ($nps_class is null or grouped.nps_class = $nps_class)
        and ($term is null or mentions.response_id is not null)
),
counts as (
    select
        (select count(1) from grouped where score is not null) as group_answers,
        (
            select count(distinct coalesce(customer_id, 'without ' || response_id || ' ' || batch_id))
            from grouped where score is not null
        ) as group_people,
        (select count(1) from chosen) as chosen_answers,
        (
            select count(distinct coalesce(customer_id, 'without ' || response_id || ' ' || batch_id))
            from chosen
        ) as chosen_people,
        (select min(label) from term_labels where term = $term) as theme
),
ranked as (
    select
        chosen.response_id,
        chosen.batch_id,
        chosen.nps_class,
        customers.name,
        customers.is_strategic,
        customers.annual_revenue_amount,
        row_number() over (
            order by
                coalesce(customers.is_strategic, false) desc,
                case chosen.nps_class
                    when 'detractor' then 1 when 'passive' then 2 when 'promoter' then 3 else 4
                end,
                customers.annual_revenue_amount desc nulls last,
                chosen.responded_at desc,
                chosen.response_id
        ) as place
    from chosen
    left join customers on customers.customer_id = chosen.customer_id
)
select
    response.response_id,
    response.responded_on,
    response.responded_at,
    response.nps_score,
    ranked.nps_class,
    response.csat_score,
    response.ces_score,
    response.ces_scale,
    response.comment,
    response.customer_id,
    ranked.name,
    ranked.is_strategic,
    ranked.annual_revenue_amount,
    {dimensions:response},
    response.language,
    counts.group_answers,
    counts.group_people,
    counts.chosen_answers,
    counts.chosen_people,
    counts.theme
from counts
left join ranked
    on ranked.place <= $most_rows
    and counts.group_people >= $minimum_count
    and counts.chosen_people >= $minimum_count
left join responses as response
    on response.response_id = ranked.response_id and response.batch_id = ranked.batch_id
order by ranked.place
