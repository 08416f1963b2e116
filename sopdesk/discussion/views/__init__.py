"""Pages of the discussion: threads, steps, words."""
