"""How much to order and by when, from what will be asked for and how sure that is; and what that is worth."""
