"""The one error of embedded servers."""


class EmbeddedError(RuntimeError):
    """A server could not be started or stopped; the message says why and what to do."""
