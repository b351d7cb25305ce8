"""The form that takes a scoring model as a file or as pasted text."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

MOST_BYTES = 1_000_000


class ImportForm(forms.Form):
    file = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="YAML, as examples/model.yaml shows it and “Export as a file” writes it.",
    )
    pasted = forms.CharField(
        label="Or paste it",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "false"}),
    )
    note = forms.CharField(
        label="Why this version", required=False, max_length=2000, widget=UnfoldAdminTextInputWidget
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        upload, pasted = cleaned.get("file"), cleaned.get("pasted")
        if bool(upload) == bool(pasted):
            raise forms.ValidationError("Choose a file or paste its text, one of the two.")
        if upload and upload.size > MOST_BYTES:
            raise forms.ValidationError(f"The file holds {upload.size:,} bytes. Keep it to {MOST_BYTES:,}.")
        try:
            cleaned["text"] = upload.read().decode("utf-8-sig") if upload else pasted
        except UnicodeDecodeError as error:
            raise forms.ValidationError("The file is not UTF-8 text. Save it as UTF-8.") from error
        return cleaned
