"""The `pointmart` command line: the composition root, which alone may reach into every folder."""
