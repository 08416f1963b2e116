"""Pages of improving."""
