-- Grain: one row per channel that has contacts, in the order of their names. Parameters: none.
select channel, known_on
from contacts_known
order by channel
