"""`pointmart bench screens`: how long a person waits for each page, in a real browser."""
