"""What the sessions of a server share: runs, logins, viewers, and the run each page shows."""
