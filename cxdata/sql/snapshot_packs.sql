-- Grain: one row per language of a snapshot's pack. Order: locale.
-- Parameters: snapshot_id.
select locale, format, pack, people
from snapshot_packs
where snapshot_id = $snapshot_id
order by locale
