"""What to show a member: the release's list, moved by what the member just did, cut to what can be had."""
