"""What the project can measure about itself."""
