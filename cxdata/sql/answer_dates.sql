-- Grain: one row per local day that has answers. Order: by day. Parameters: none.
select responded_on
from responses
group by responded_on
order by responded_on
