"""State of the server and its sessions: run manager, login, viewers, and each page's shown run."""
