"""The site map."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("config.pages")),
    path("", include("parties.urls")),
    path("", include("ledger.urls")),
    path("", include("permits.urls")),
    path("", include("cardswipe.urls")),
    path("", include("trading.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
