"""Reports as files: what the pages show of a month or a year, as PDF, Excel and CSV."""
