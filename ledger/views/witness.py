"""This installation as a witness of other logs (C2SP tlog-witness)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from ledger import services
from ledger.models import WitnessedLog
from ledger.views.proof import FRESH, plain
from parties.access import PUBLIC, allow

LONGEST_REQUEST = 50_000


@allow(PUBLIC, methods=("POST",))
@csrf_exempt
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """Cosign another log's checkpoint; its own signature is all the permission it needs."""
    raw = request.read(LONGEST_REQUEST + 1)
    if len(raw) > LONGEST_REQUEST:
        return plain("the request is too long\n", cache="no-store", status=413)
    try:
        body = raw.decode()
    except UnicodeDecodeError:
        return plain("the request is not UTF-8\n", cache="no-store", status=400)
    verdict = services.witness_checkpoint(raw=body, now=timezone.now())
    return plain(verdict.body, cache="no-store", kind=verdict.kind, status=verdict.status)


@allow(PUBLIC)
def witnessed_checkpoint(request: HttpRequest, origin_hash: str) -> HttpResponse:
    """The last checkpoint of a log that was cosigned here, with the cosignature."""
    return plain(
        get_object_or_404(WitnessedLog, origin_hash=origin_hash, size__gt=0).note, cache=FRESH
    )


@allow(PUBLIC)
def witness_key(request: HttpRequest) -> HttpResponse:
    """The name and key under which this installation cosigns, as one line."""
    return plain(services.own_witness().vkey + "\n", cache=FRESH)
