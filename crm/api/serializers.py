"""Shapes of the facts: `…In` as integrations send them, `…Out` as they get them back. They neither query nor write."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from crm.api.fields import (
    BIGGEST_ID,
    Address,
    Amount,
    Moment,
    OneOf,
    Strict,
    Switch,
    Text,
    Unvalued,
    Whole,
    text_like,
)
from crm.facts import Result
from crm.models import Activity, Company, Consent, Contact, EmailType, Stage, User

UNSAID: dict[str, Any] = {"required": False, "allow_null": True}
"""Options of a field that may be left out or null, which both mean *not said*."""

GIVEN_CONSENT = [choice for choice in Consent.choices if choice[0]]


def _id(**options: Any) -> Whole:
    return Whole(min_value=1, max_value=BIGGEST_ID, **UNSAID, **options)


class CompanyIn(Strict):
    """A company as somebody reports it: found by domain, else external id, else name."""

    name = text_like(Company, "name")
    domain = text_like(Company, "domain", help_text="A domain, or an address that holds one.")
    industry = text_like(Company, "industry")
    employees = Whole(min_value=0, max_value=2**31 - 1, **UNSAID)
    revenue = Amount(min_value=0, max_value=10**14 - 1, help_text="A year's, in your own currency.", **UNSAID)
    country = text_like(Company, "country")
    owner_id = _id(help_text="The id of the user who owns it.")
    external_id = text_like(Company, "external_id", help_text="Its id in your system.")
    properties = Unvalued(help_text="Whatever else rules should be able to name.", **UNSAID)
    created_at = Moment(**UNSAID)


class ContactIn(Strict):
    """A contact as somebody reports it, found by e-mail. What is left out, null or empty changes nothing."""

    email = Address(help_text="In any case: it is kept in lower case, and unique.")
    first_name = text_like(Contact, "first_name")
    last_name = text_like(Contact, "last_name")
    job_title = text_like(Contact, "job_title")
    phone = text_like(Contact, "phone")
    country = text_like(Contact, "country")
    source = text_like(Contact, "source", help_text="Where the contact came from.")  # type: ignore[assignment]
    utm_source = text_like(Contact, "utm_source")
    utm_medium = text_like(Contact, "utm_medium")
    utm_campaign = text_like(Contact, "utm_campaign")
    utm_term = text_like(Contact, "utm_term")
    utm_content = text_like(Contact, "utm_content")
    company = CompanyIn(
        help_text="The company and what is known of it. Without domain and external id, a business e-mail domain says "
        "which it is.",
        **UNSAID,
    )
    company_domain = text_like(Company, "domain", help_text="Names the company in place of `company`.")
    company_name = text_like(Company, "name", help_text="Names the company in place of `company`.")
    company_external_id = text_like(
        Company, "external_id", help_text="Names the company in place of `company`."
    )
    create_company = Switch(
        default=True,
        help_text="Whether a company that is named, or meant by a business e-mail domain, is recorded.",
    )
    stage = OneOf(choices=Stage.choices, allow_blank=True, **UNSAID)
    sales_consent = OneOf(
        choices=GIVEN_CONSENT,
        allow_blank=True,
        help_text="May sales contact them? No opt-out is undone here.",
        **UNSAID,
    )
    sales_consent_ground = text_like(Contact, "sales_consent_ground")
    marketing_consent = OneOf(
        choices=GIVEN_CONSENT, allow_blank=True, help_text="May marketing mail them? As above.", **UNSAID
    )
    marketing_consent_ground = text_like(Contact, "marketing_consent_ground")
    owner_id = _id(help_text="The id of the user who owns the contact.")
    external_id = text_like(Contact, "external_id", help_text="Its id in your system.")
    properties = Unvalued(help_text="Whatever else rules should be able to name.", **UNSAID)
    created_at = Moment(**UNSAID)


class ActivityIn(Strict):
    """An activity as somebody reports it, of a contact named by `contact` or by `email`."""

    contact = _id(help_text="The contact's id here.")
    email = Address(
        help_text="The contact's address. One that is not recorded yet is, with the activity's source as its own.",
        allow_blank=True,
        **UNSAID,
    )
    kind = Text(max_length=50, help_text="As in `page_view`: small letters, digits and _.")
    subject = text_like(Activity, "subject", help_text="URL path, or the name of the asset, form or mail.")
    campaign = text_like(Activity, "campaign")
    occurred_at = Moment(help_text="Now, where it is left out.", **UNSAID)
    source = text_like(  # type: ignore[assignment]
        Activity, "source", help_text="The system that reports it. The key's name, where left out."
    )
    external_id = text_like(
        Activity,
        "external_id",
        help_text="Its id there: the same one of the same contact and source is kept once.",
    )
    automated = Switch(
        default=False, help_text="Made by a machine. Link scanners and bots are found without it."
    )
    properties = Unvalued(**UNSAID)


class FaultOut(serializers.Serializer[Any]):
    pointer = serializers.CharField(source="where", help_text="Where in the body, as a JSON pointer.")
    detail = serializers.CharField()
    mend = serializers.CharField()


class AnswerOut(serializers.Serializer[Any]):
    """What became of one item of a list."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[result.value for result in Result])
    id = serializers.IntegerField(allow_null=True, help_text="Its id here; null where it was rejected.")
    errors = FaultOut(many=True)  # type: ignore[assignment]


class AnswersOut(serializers.Serializer[Any]):
    results = AnswerOut(many=True)


class OwnerOut(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="get_full_name")

    class Meta:
        model = User
        fields = ["id", "username", "name"]


class CompanyNameOut(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields = ["id", "name", "domain"]


class CompanyOut(serializers.ModelSerializer[Company]):
    revenue = serializers.FloatField(allow_null=True)
    owner = OwnerOut(allow_null=True)
    properties = Unvalued()
    created_at = Moment()
    updated_at = Moment()

    class Meta:
        model = Company
        fields = [
            "id", "name", "domain", "industry", "employees", "revenue", "country", "owner", "external_id",
            "properties", "created_at", "updated_at",
        ]  # fmt: skip


class ContactOut(serializers.ModelSerializer[Contact]):
    email_type = serializers.ChoiceField(choices=EmailType.choices)
    company = CompanyNameOut(allow_null=True)
    stage = serializers.ChoiceField(choices=Stage.choices)
    stage_changed_at = Moment()
    sales_consent = serializers.ChoiceField(
        choices=GIVEN_CONSENT, allow_blank=True, help_text="Empty: unknown."
    )
    sales_consent_at = Moment(allow_null=True)
    marketing_consent = serializers.ChoiceField(
        choices=GIVEN_CONSENT, allow_blank=True, help_text="Empty: unknown."
    )
    marketing_consent_at = Moment(allow_null=True)
    owner = OwnerOut(allow_null=True)
    properties = Unvalued()
    created_at = Moment()
    updated_at = Moment()

    class Meta:
        model = Contact
        fields = [
            "id", "email", "email_type", "first_name", "last_name", "job_title", "phone", "country", "company",
            "source", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "stage",
            "stage_changed_at", "sales_consent", "sales_consent_at", "sales_consent_ground", "marketing_consent",
            "marketing_consent_at", "marketing_consent_ground", "owner", "external_id", "properties", "created_at",
            "updated_at",
        ]  # fmt: skip


class ActivityOut(serializers.ModelSerializer[Activity]):
    contact = serializers.IntegerField(source="contact_id")
    occurred_at = Moment()
    recorded_at = Moment()
    properties = Unvalued()

    class Meta:
        model = Activity
        fields = [
            "id", "contact", "kind", "subject", "campaign", "occurred_at", "recorded_at", "source", "external_id",
            "automated", "properties",
        ]  # fmt: skip
