"""Transcripts of chats with members, sent one by one or imported from the system where they took place."""
