"""Files that leave the dashboard: data as CSV and XLSX, with filters and data date inside."""
