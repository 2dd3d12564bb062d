-- Grain: one row per kind that the rules gave to comments which were drawn by chance and checked: how
-- many, and of how many a person said the same. Order: by kind.
with last_told as (
    select response_id, arg_max(guess, change_number) as guess,
        arg_max(value, change_number) as told
    from comment_notes
    where field = 'kind' and is_drawn
    group by response_id
)
select guess as kind, count(*) as checked_count,
    count(*) filter (where told = guess) as right_count
from last_told
group by guess
order by guess
