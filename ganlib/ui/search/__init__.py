"""The page Search: sets up searches, shows them while they go on, and uses what they found."""
