"""From arrays to charts: pure functions that know neither page nor training."""
