"""The meeting: the figures of a pack one after the other, in letters that a room can read."""

from pages.parts.meeting.drawing import draw_meeting
from pages.parts.meeting.screens import current_meeting

meeting = current_meeting()
draw_meeting(meeting)
