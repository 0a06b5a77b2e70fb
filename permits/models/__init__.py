"""Models of permits, by noun."""

from .sites import Outlet, Site

__all__ = ["Outlet", "Site"]
