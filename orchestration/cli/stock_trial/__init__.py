"""Rules for ordering goods, each let loose on the same simulated shop for a year; only `command` belongs to the terminal."""
