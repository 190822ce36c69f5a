"""What a person is told when the pipeline refuses: one sentence they can act on, never a stack trace."""


class Refusal(Exception):
    """A refusal whose message is one clear sentence; subclasses are named after it, where they are raised."""
