"""What people add to the figures, to follow them up: nothing here is a fact.

Events and lines to hold the NPS against, views from the top, scenarios and snapshots; and the file
that an assessment comes in, which is imported like any other. Cases and messages are to live here.
"""
