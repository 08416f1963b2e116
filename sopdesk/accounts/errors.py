"""What cannot be done to people."""


class StaffingRefused(Exception):
    """The change would lock somebody out for good. The message is shown to the administrator."""
