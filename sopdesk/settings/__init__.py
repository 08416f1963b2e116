"""Settings: `base` holds what every environment shares; the environment's module adds the rest."""
