"""Who was asked for an answer, who gave one, and who left afterwards."""
