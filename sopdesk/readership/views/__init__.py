"""Pages of readership: one's own reading, readiness, and what is planned with a change."""
