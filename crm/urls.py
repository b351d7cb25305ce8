"""The project's addresses. The other rooms are named in strings, so that nothing here imports upward."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path, re_path

from crm.api.views import nowhere

urlpatterns = [
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    # Before the admin, which takes every address below it for its own.
    path("admin/history/", include("leads.admin.history")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("crm.api.urls")),
    path("api/v1/", include("scoring.api.urls")),
    path("api/v1/", include("leads.api.urls")),
    re_path(r"^api/v1/(?P<path>(?s:.*))$", nowhere),
    path("", include("leads.urls")),
]

handler500 = "crm.api.problems.server_error"
