"""How fast training is, beside the books' own loops and beside what the machine can do."""
