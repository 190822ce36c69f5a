"""Published demand forecasts of an item or a category."""
