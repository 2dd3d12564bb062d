-- Marks of what the store holds, so that a check can prove it; see cxdata/store/marks.py. A mark is
-- a hash of rows in any order, of the columns that it names. What earlier versions brought is
-- marked as it is at the update: is_of_import is false.

-- How many transactions have changed something since this was counted.
alter table store_info add column commit_count bigint default 0;

-- One row per batch and table that it brought rows to.
create table batch_marks (
    table_name varchar not null,
    batch_id bigint not null,
    columns varchar not null,           -- with commas between them
    row_count bigint not null,
    mark varchar not null,
    made_at timestamp not null,
    is_of_import boolean not null       -- made when the batch came; false: later
);
-- One row per small table that people write to, renewed whenever it changes.
create table table_marks (
    table_name varchar not null,
    columns varchar not null,
    row_count bigint not null,
    mark varchar not null
);

create temporary macro written(value) as coalesce(cast(value as varchar), chr(30));
create temporary macro mark_of(digest) as md5(concat_ws('.',
    cast(count(*) as varchar),
    cast(sum(cast(digest >> 64 as ubigint)) as varchar),
    cast(sum(cast(digest & 18446744073709551615::uhugeint as ubigint)) as varchar)
));

insert into batch_marks
select 'response_versions', batch_id,
    'response_id,customer_id,responded_at,responded_on,survey,journey,channel,'
    || 'nps_score,csat_score,ces_score,ces_scale,comment,language,segment,region,'
    || 'product,batch_id,content_hash',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(response_id), written(customer_id), written(responded_at), written(responded_on),
        written(survey), written(journey), written(channel), written(nps_score),
        written(csat_score), written(ces_score), written(ces_scale), written(comment),
        written(language), written(segment), written(region), written(product), written(batch_id),
        written(content_hash)
    )) as digest
    from response_versions
) as rows_of_batches
group by batch_id;

insert into batch_marks
select 'rating_versions', batch_id,
    'response_id,touchpoint,score,batch_id,scale',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(response_id), written(touchpoint), written(score), written(batch_id), written(scale)
    )) as digest
    from rating_versions
) as rows_of_batches
group by batch_id;

insert into batch_marks
select 'comment_terms', batch_id,
    'response_id,batch_id,term,label',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(response_id), written(batch_id), written(term), written(label)
    )) as digest
    from comment_terms
) as rows_of_batches
group by batch_id;

insert into batch_marks
select 'contact_versions', batch_id,
    'contact_id,customer_id,channel,journey,reason,initiated_by,opened_at,opened_on,'
    || 'first_response_at,abandoned_at,resolved_at,segment,region,product,batch_id,'
    || 'content_hash',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(contact_id), written(customer_id), written(channel), written(journey),
        written(reason), written(initiated_by), written(opened_at), written(opened_on),
        written(first_response_at), written(abandoned_at), written(resolved_at), written(segment),
        written(region), written(product), written(batch_id), written(content_hash)
    )) as digest
    from contact_versions
) as rows_of_batches
group by batch_id;

insert into batch_marks
select 'customer_versions', batch_id,
    'customer_id,name,segment,region,product,is_strategic,owner_email,started_on,'
    || 'ended_on,end_reason,annual_revenue_amount,batch_id,content_hash',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(customer_id), written(name), written(segment), written(region), written(product),
        written(is_strategic), written(owner_email), written(started_on), written(ended_on),
        written(end_reason), written(annual_revenue_amount), written(batch_id),
        written(content_hash)
    )) as digest
    from customer_versions
) as rows_of_batches
group by batch_id;

insert into batch_marks
select 'assessment_versions', batch_id,
    'assessment_id,journey,level,indicator,value,assessed_on,assessed_by,evidence,'
    || 'batch_id,content_hash,case_count',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(assessment_id), written(journey), written(level), written(indicator),
        written(value), written(assessed_on), written(assessed_by), written(evidence),
        written(batch_id), written(content_hash), written(case_count)
    )) as digest
    from assessment_versions
) as rows_of_batches
group by batch_id;

insert into batch_marks
select 'refused_rows', batch_id,
    'batch_id,line,column,value,reason,reason_values',
    count(*), mark_of(digest), now() at time zone 'UTC', false
from (
    select batch_id, md5_number(concat_ws(chr(31),
        written(batch_id), written(line), written("column"), written(value), written(reason),
        written(reason_values)
    )) as digest
    from refused_rows
) as rows_of_batches
group by batch_id;

-- The small tables; batch_marks is one of them and comes after what fills it.

insert into table_marks
select 'batches',
    'batch_id,file_name,sha256,kind,loaded_by,loaded_at,extracted_at,mapping,'
    || 'row_count,accepted_count,corrected_count,replaced_count,refused_count,'
    || 'duplicate_count,undone_at,left_out_count',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(batch_id), written(file_name), written(sha256), written(kind), written(loaded_by),
        written(loaded_at), written(extracted_at), written(mapping), written(row_count),
        written(accepted_count), written(corrected_count), written(replaced_count),
        written(refused_count), written(duplicate_count), written(undone_at),
        written(left_out_count)
    )) as digest
    from batches
) as rows_of_table;

insert into table_marks
select 'batch_marks',
    'table_name,batch_id,columns,row_count,mark,made_at,is_of_import',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(table_name), written(batch_id), written(columns), written(row_count), written(mark),
        written(made_at), written(is_of_import)
    )) as digest
    from batch_marks
) as rows_of_table;

insert into table_marks
select 'annotations',
    'annotation_id,noted_on,text,author,changed_at',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(annotation_id), written(noted_on), written(text), written(author),
        written(changed_at)
    )) as digest
    from annotations
) as rows_of_table;

insert into table_marks
select 'reference_lines',
    'line_id,kind,survey,name,nps,source,published_on,author,changed_at',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(line_id), written(kind), written(survey), written(name), written(nps),
        written(source), written(published_on), written(author), written(changed_at)
    )) as digest
    from reference_lines
) as rows_of_table;

insert into table_marks
select 'snapshots',
    'snapshot_id,taken_at,taken_by,title,filters,figures',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(snapshot_id), written(taken_at), written(taken_by), written(title),
        written(filters), written(figures)
    )) as digest
    from snapshots
) as rows_of_table;

insert into table_marks
select 'scenarios',
    'scenario_id,name,moves,filters,figures,saved_at,saved_by',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(scenario_id), written(name), written(moves), written(filters), written(figures),
        written(saved_at), written(saved_by)
    )) as digest
    from scenarios
) as rows_of_table;

insert into table_marks
select 'journey_visions',
    'journey,vision,needless_levels,written_at,written_by',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(journey), written(vision), written(needless_levels), written(written_at),
        written(written_by)
    )) as digest
    from journey_visions
) as rows_of_table;

insert into table_marks
select 'settings_history',
    'setting,value_before,value_after,changed_at,changed_by,applies_from',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(setting), written(value_before), written(value_after), written(changed_at),
        written(changed_by), written(applies_from)
    )) as digest
    from settings_history
) as rows_of_table;

insert into table_marks
select 'import_profiles',
    'name,shape,kind,choices,headers,saved_at,saved_by',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(name), written(shape), written(kind), written(choices), written(headers),
        written(saved_at), written(saved_by)
    )) as digest
    from import_profiles
) as rows_of_table;

insert into table_marks
select 'value_spellings',
    'field,spelling,value,changed_at,changed_by',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(field), written(spelling), written(value), written(changed_at), written(changed_by)
    )) as digest
    from value_spellings
) as rows_of_table;

insert into table_marks
select 'cases',
    'case_id,response_id,customer_id,rule,owner_email,opened_at,due_at,'
    || 'first_contact_at,closed_at,outcome,note',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(case_id), written(response_id), written(customer_id), written(rule),
        written(owner_email), written(opened_at), written(due_at), written(first_contact_at),
        written(closed_at), written(outcome), written(note)
    )) as digest
    from cases
) as rows_of_table;

insert into table_marks
select 'alert_rules',
    'rule,definition,is_active,min_answer_count,changed_at,changed_by',
    count(*), mark_of(digest)
from (
    select md5_number(concat_ws(chr(31),
        written(rule), written(definition), written(is_active), written(min_answer_count),
        written(changed_at), written(changed_by)
    )) as digest
    from alert_rules
) as rows_of_table;

drop macro mark_of;
drop macro written;
