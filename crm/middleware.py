"""What every page's answer goes through: domain errors, fragments for htmx, and the content security policy."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from django_htmx.middleware import HtmxDetails
from whitenoise.middleware import WhiteNoiseFileResponse

from crm.errors import Forbidden, HandoffError

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
WITH_SCRIPTS_OF_THEIR_OWN = ("/admin/", "/api/")

WORDS = {
    400: "That could not be understood. Nothing was changed.",
    403: "You may read this and not change it.",
    404: "That is not here any more, or belongs to another team.",
}
FAILED = "Something failed on our side. Nothing was changed: try again in a moment."


class DomainErrors:
    """Says on the page what the write path refused.

    A plain post is sent back to its page with a message, or to the page for what is forbidden; htmx gets the message
    alone, with the error's status.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, HandoffError):
            return None
        if _htmx(request):
            return _message(request, exception.in_words, exception.status)
        if isinstance(exception, Forbidden):
            return render(request, "403.html", {"exception": exception.in_words}, status=exception.status)
        messages.error(request, exception.in_words)
        return HttpResponseRedirect(_page_of(request))


def _page_of(request: HttpRequest) -> str:
    """The page that a form was sent from, when the browser tells and it is one of ours."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return settings.LOGIN_REDIRECT_URL
    address = urlsplit(page)
    return urlunsplit(("", "", address.path, address.query, ""))


def back_after_sign_in(get_response: GetResponse) -> GetResponse:
    """Middleware that leads whoever must sign in again back to the page, not to the form's or fragment's address."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        must_sign_in = response.status_code == 302 and response["Location"].startswith(
            f"{settings.LOGIN_URL}?"
        )
        if must_sign_in and (request.method == "POST" or _htmx(request)):
            return redirect_to_login(_page_of(request))
        return response

    return answer


def fragments(get_response: GetResponse) -> GetResponse:
    """Middleware that keeps whole pages out of the places htmx fills.

    htmx follows a redirect unseen and would put what it finds, such as the sign-in page, into a fragment's place: it is
    told to load that page instead. What an error page would say becomes a message.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not _htmx(request):
            return response
        if response.status_code == 302:
            return HttpResponseClientRedirect(response["Location"])
        if response.status_code >= 400 and response.status_code != 422 and "HX-Retarget" not in response:
            words = WORDS.get(response.status_code, FAILED)
            return _message(request, words, response.status_code)
        return response

    return answer


def _htmx(request: HttpRequest) -> bool:
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx)


def _message(request: HttpRequest, words: str, status: int) -> HttpResponse:
    messages.error(request, words)
    return reswap(retarget(render(request, "_messages.html", status=status), "#messages"), "outerHTML")


def whole_files(get_response: GetResponse) -> GetResponse:
    """Middleware that hands a static file over whole: they are small, and an ASGI server cannot stream from a file
    that is read synchronously, so that Django would gather one piece by piece and warn about it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, WhiteNoiseFileResponse):
            return response
        whole = HttpResponse(response.getvalue(), status=response.status_code, headers=dict(response.items()))
        # Not the response, whose end is the end of the request.
        if response.file_to_stream:
            response.file_to_stream.close()
        return whole

    return answer


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Middleware that lets our pages load nothing from elsewhere and run no script in their text.

    The admin and the API's reference bring scripts of their own. So do Django's pages for developers.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for_developers = settings.DEBUG and response.status_code in (404, 500)
        if not request.path.startswith(WITH_SCRIPTS_OF_THEIR_OWN) and not for_developers:
            response["Content-Security-Policy"] = POLICY
        return response

    return answer
