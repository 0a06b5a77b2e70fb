"""What tests of permits' pages share."""

import pytest


@pytest.fixture
def signed_in(client):
    """The client, signed in as the member asked for."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
