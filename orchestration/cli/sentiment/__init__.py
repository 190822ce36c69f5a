"""`pointmart sentiment`: learning from labelled texts whether a text is negative, neutral or positive."""
