"""Widgets and text functions shared by all pages."""
