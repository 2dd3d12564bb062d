-- Grain: one row per snapshot, newest first.
-- Parameters: snapshot_id (null: all of them).
select snapshot_id, taken_at, taken_by, title, filters, figures, note, made_with, scope,
    snapshot_id in (select snapshot_id from snapshot_packs) as has_pack
from snapshots
where $snapshot_id is null or snapshot_id = $snapshot_id
order by taken_at desc, snapshot_id
