"""Lists that people filter, sort and page through, all of it in the address. No models; any app may use it."""

from sopdesk.listing.listing import PER_PAGE, Head, Listing

__all__ = ["PER_PAGE", "Head", "Listing"]
