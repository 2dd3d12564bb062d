-- Grain: one row if there is a case of that number; none if there isn't.
-- Parameters: case_number.
select case_number, revision from cases where case_number = $case_number
