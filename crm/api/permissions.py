"""What whoever asks may do: a key what its scopes say; a person reads what the pages show and, as staff, writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from crm.api.authentication import REALM
from crm.models import ApiKey, Scope

if TYPE_CHECKING:  # it reads this module's name from the settings
    from rest_framework.views import APIView


class MissingScope(PermissionDenied):
    """The key is good and its scopes do not cover this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            f"The key lacks the scope {scope}. Make one that has it with `manage.py api_key create`."
        )
        self.challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'


class HasScope(BasePermission):
    """`read` for reading; for everything else the view's `write_scope`, or `write:facts` where it names none."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not (isinstance(request.auth, ApiKey) or request.user.is_authenticated):
            return False
        if request.method not in view.allowed_methods:
            return True  # nothing runs, and the answer is 405
        reading = request.method in SAFE_METHODS
        if not isinstance(request.auth, ApiKey):
            return reading or request.user.is_staff
        scope = Scope.READ if reading else getattr(view, "write_scope", Scope.WRITE_FACTS)
        if not request.auth.allows(scope):
            raise MissingScope(scope)
        return True
