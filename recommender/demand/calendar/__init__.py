"""Which days are holidays, festivals and shopping days, and how far any other day is from them."""
