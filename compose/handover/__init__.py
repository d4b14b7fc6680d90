"""What is handed over with a film: subtitle files and a sheet that shows what was chosen and why."""
