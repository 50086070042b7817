"""Widgets and text that every page uses."""
