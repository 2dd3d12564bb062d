-- Grain: one row. Customers of the filters whose version that counts came with other files than
-- those named, whenever they started; corrected_count of them were there before.
-- Parameters: {customer_filters}, batches (the files that counted before).
select count(*) as row_count,
    count(*) filter (where customer_id in (
        select customer_id from customer_versions where batch_id in (select unnest($batches))
    )) as corrected_count
from customers
where {customer_filters} and batch_id not in (select unnest($batches))
