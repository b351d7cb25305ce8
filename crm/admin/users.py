"""Who signs in, and what their group may do."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from crm.admin.base import HandoffAdmin
from crm.models import User

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin, HandoffAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin, HandoffAdmin):
    pass
