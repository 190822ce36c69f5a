"""`pointmart evaluate demand`: forecasts from anybody's history, scored on what came after beside other methods."""
