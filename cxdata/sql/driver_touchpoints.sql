-- Grain: one row per touchpoint that answers with an NPS score rate, the most rated first.
-- Parameters: first_on, last_on, {answer_filters} (empty lists: all).
-- scale_top is the one that the touchpoint's files state, the longest if they differ. Where none
-- does, it is 10 if any rating of the touchpoint, whatever the filters, is 0 or above 5, else 5.
-- A top rating is one of the scale's two best. people are customers, and each answer without one.
with chosen as (
    select response_id, coalesce('customer ' || customer_id, 'answer ' || response_id) as person
    from responses
    where responded_on between $first_on and $last_on
        and nps_score is not null
        and {answer_filters}
),
counts as (
    select rating.touchpoint, rating.score,
        max(rating.scale) as stated_scale,
        count(chosen.response_id) as ratings
    from ratings as rating
    left join chosen on rating.response_id = chosen.response_id
    group by rating.touchpoint, rating.score
),
raters as (
    select rating.touchpoint, count(distinct chosen.person) as people
    from ratings as rating
    join chosen on rating.response_id = chosen.response_id
    group by rating.touchpoint
),
scales as (
    select touchpoint, score, ratings,
        coalesce(
            max(stated_scale) over (partition by touchpoint),
            case when max(score) over (partition by touchpoint) > 5
                or min(score) over (partition by touchpoint) = 0 then 10 else 5 end
        ) as scale_top
    from counts
)
select scales.touchpoint,
    cast(scale_top as bigint) as scale_top,
    cast(sum(ratings) as bigint) as rating_count,
    cast(sum(ratings * score) as bigint) as score_sum,
    cast(sum(case when score >= scale_top - 1 then ratings else 0 end) as bigint)
        as top_count,
    max(raters.people) as people_count
from scales
join raters on scales.touchpoint = raters.touchpoint
group by scales.touchpoint, scale_top
having sum(ratings) > 0
order by 3 desc, scales.touchpoint
