"""A board pack as plain data: what every face of it (slides, PDF, workbook, mail) lays out."""
