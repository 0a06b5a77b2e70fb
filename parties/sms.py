"""Handing one text message to the provider; whoever he is, the request is data.

`id` is the delivery's own number: a provider that knows it sends the message once, however
often it is handed over.
"""

import json
import os
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from parties.models.deliveries import ProviderKind, SmsProvider

PATIENCE_S = 10
LONGEST_ANSWER = 2000
FIELD = re.compile(r"\{(phone|text|id|template|secret)\}")


class NotTaken(Exception):
    """The provider did not take the message; its words say why."""


@dataclass(frozen=True)
class Message:
    """A text message: to whom, in which words, under which number."""

    phone: str
    text: str
    id: str
    template: str = ""


def hand_over(provider: SmsProvider, message: Message) -> str:
    """Give the message to the provider; returns his answer, raises NotTaken or OSError."""
    if provider.kind == ProviderKind.FILE:
        return write_down(message)
    status, answer = _post(provider, message)
    if status >= 300 or provider.success not in answer:
        raise NotTaken(f"{status} {answer}")
    return answer


def file_of_messages() -> Path:
    """Where the file-backed provider writes, one message per line."""
    return Path(settings.DATA_DIR) / "sms.jsonl"


def write_down(message: Message) -> str:
    """For trying out: the message as a line of the file, once per number."""
    path = file_of_messages()
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(vars(message), ensure_ascii=False)
    lines = path.read_text().splitlines() if path.exists() else []
    if line not in lines:
        with path.open("a") as file:
            file.write(f"{line}\n")
    return "OK"


def filled(template: str, provider: SmsProvider, message: Message, content_type: str) -> str:
    """The template with its fields, written as the content type asks, so that no text of a
    notice can become part of the request's form."""
    secret = os.environ.get(provider.secret_name, "") if provider.secret_name else ""
    values = {**vars(message), "secret": secret}

    def value(found: re.Match[str]) -> str:
        text = str(values[found[1]])
        if "json" in content_type:
            return json.dumps(text, ensure_ascii=False)[1:-1]
        return quote(text, safe="") if "form" in content_type else text

    return FIELD.sub(value, template)


def _post(provider: SmsProvider, message: Message) -> tuple[int, str]:
    kind = provider.content_type
    headers = {"Content-Type": f"{kind}; charset=utf-8"}
    for line in filled(provider.headers, provider, message, "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip()] = value.strip()
    request = urllib.request.Request(  # noqa: S310 -- the table lets http and https in only
        filled(provider.url, provider, message, "form"),
        data=filled(provider.body, provider, message, kind).encode(),
        headers=headers,
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read(LONGEST_ANSWER).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(LONGEST_ANSWER).decode(errors="replace")
