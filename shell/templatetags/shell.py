"""Filters and components for every template (a built-in library, no load needed)."""

from django import template

register = template.Library()
