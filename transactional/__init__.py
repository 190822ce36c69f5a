"""The mall's transactional service: the only writer of business truth (PostgreSQL)."""
