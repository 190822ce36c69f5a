"""`pointmart evaluate`: trains on anybody's history and scores the models on what came after."""
