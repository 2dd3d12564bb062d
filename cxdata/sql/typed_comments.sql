-- Grain: one row per answer with a comment, the newest first: which kind of comment it is.
-- ``guess`` is by the rules; ``kind`` what a person said of it, else of a comment of the same words,
-- else the guess. ``themes`` are those that a suggestion mentions.
-- Parameters: first_on, last_on, {answer_filters}; suggestion, question, problem, compliment
-- (patterns of words), problem_denied, compliment_denied (the same where they are taken back).
with noted as (
    select
        response_id,
        max(change_number) filter (where field = 'kind') as kind_number,
        arg_max(value, change_number) filter (where field = 'kind') as told_kind,
        nullif(arg_max(value, change_number) filter (where field = 'reply'), '') as reply
    from comment_notes
    group by response_id
),
read as (
    select response_id, batch_id, customer_id, responded_at, segment,
        contains(comment, '?') as is_asked,
        ' ' || trim(
            regexp_replace(strip_accents(lower(comment)), '[^\pL\pN]+', ' ', 'g')
        ) || ' ' as words,
        regexp_replace(words, $problem_denied, ' ', 'g') as meant
    from responses
    where comment is not null
        and responded_on between $first_on and $last_on
        and {answer_filters}
),
guessed as (
    select read.*, noted.told_kind, noted.kind_number, noted.reply,
        case
            when regexp_matches(words, $suggestion) then 'suggestion'
            when is_asked or regexp_matches(words, $question) then 'question'
            when regexp_matches(meant, $problem) then 'problem'
            when regexp_matches(regexp_replace(meant, $compliment_denied, ' ', 'g'), $compliment)
                then 'compliment'
            else 'none'
        end as guess
    from read
    left join noted on noted.response_id = read.response_id
    where words <> '  '
),
taught as (
    select words, arg_max(told_kind, kind_number) as kind
    from guessed
    where told_kind is not null
    group by words
),
typed as (
    select guessed.*,
        coalesce(guessed.told_kind, taught.kind, guessed.guess) as kind
    from guessed
    left join taught on taught.words = guessed.words
),
themes as (
    select response_id, batch_id, list(distinct label order by label) as themes
    from comment_terms
    where label <> '' and response_id in (select response_id from typed where kind = 'suggestion')
    group by response_id, batch_id
)
select typed.response_id,
    coalesce(typed.customer_id, 'answer ' || typed.response_id) as person,
    typed.responded_at, typed.segment, themes.themes, typed.guess, typed.kind,
    typed.told_kind is not null as is_told, typed.reply is not null as is_answered
from typed
left join themes on themes.response_id = typed.response_id and themes.batch_id = typed.batch_id
order by typed.responded_at desc, typed.response_id
