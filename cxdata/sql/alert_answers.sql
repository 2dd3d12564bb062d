-- Grain: one row per answer that a rule of answers fires on, by the moment of the answer.
-- Only answers of known customers: nobody else could be called back.
-- Parameters: batch_id (only answers that it brought, or of customers that it brought; null: all),
-- first_on, last_on (null: no bound), surveys, most_score (null: any), is_of_accounts (only of
-- strategic ones: the file says so, of one of account_segments, or with least_revenue), segments
-- (only of these; null: all), asked and denied (patterns of words in a comment without accents,
-- null: not asked), themes (labels or terms of the comment; null: not asked).
with brought as (
    select response_id from response_versions where batch_id = $batch_id and is_current
    union
    select response.response_id
    from responses as response
    join customer_versions as version
        on response.customer_id = version.customer_id
        and version.batch_id = $batch_id and version.is_current
),
themes as (
    select response_id, batch_id, min(label) as theme
    from comment_terms
    where list_contains(cast($themes as varchar[]), term)
        or list_contains(cast($themes as varchar[]), label)
    group by response_id, batch_id
),
read as (
    select response.response_id, response.batch_id, response.customer_id, response.responded_at,
        response.responded_on, response.survey, response.nps_score, response.segment,
        response.region, customer.is_strategic, customer.segment as account_segment,
        customer.annual_revenue_amount, customer.owner_email,
        regexp_replace(
            ' ' || regexp_replace(
                strip_accents(lower(response.comment)), '[^\pL\pN]+', ' ', 'g'
            ) || ' ',
            coalesce($denied, '^$'), ' ', 'g'
        ) as words
    from responses as response
    left join customers as customer on customer.customer_id = response.customer_id
    where response.customer_id is not null
        and list_contains(cast($surveys as varchar[]), response.survey)
        and ($first_on is null or response.responded_on >= $first_on)
        and ($last_on is null or response.responded_on <= $last_on)
        and ($most_score is null or response.nps_score <= $most_score)
        and ($batch_id is null or response.response_id in (select response_id from brought))
        and ($segments is null
            or list_contains(cast($segments as varchar[]), response.segment))
)
select read.response_id, read.customer_id, read.responded_at, read.responded_on, read.survey,
    read.nps_score, read.segment, read.region, read.annual_revenue_amount, read.owner_email,
    themes.theme,
    regexp_extract(read.words, coalesce($asked, '^()$'), 1) as phrase
from read
left join themes on themes.response_id = read.response_id and themes.batch_id = read.batch_id
where (
        not $is_of_accounts
        or coalesce(read.is_strategic, false)
        or list_contains(cast($account_segments as varchar[]), read.account_segment)
        or read.annual_revenue_amount >= $least_revenue
    )
    and (
        ($asked is null and $themes is null)
        or regexp_matches(read.words, $asked)
        or themes.theme is not null
    )
order by read.responded_at, read.response_id
