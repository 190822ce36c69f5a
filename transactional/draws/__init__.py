"""Draws: tickets for points, a seed committed before the first of them, winners anybody can work out again."""
