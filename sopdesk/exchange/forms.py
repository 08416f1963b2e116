"""What people say of files that they bring."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission
from sopdesk.documents.kinds import all_kinds
from sopdesk.exchange.candidates import HTML, MARKDOWN, PICTURES
from sopdesk.exchange.sources import MAX_TOTAL_BYTES

ACCEPTED = (*MARKDOWN, *HTML, *PICTURES, ".docx", ".zip")


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleaned to a list."""

    widget = FilesInput(attrs={"accept": ",".join(ACCEPTED)})

    def clean(self, data: Any, initial: Any = None) -> Any:
        each = data if isinstance(data, list | tuple) else [data]
        files = [super(FilesField, self).clean(one, initial) for one in each]
        if sum(file.size or 0 for file in files) > MAX_TOTAL_BYTES:
            limit = {"limit": MAX_TOTAL_BYTES // 1000**2}
            raise forms.ValidationError(
                _("These are more than %(limit)d MB together. Import them in parts.") % limit
            )
        return files


class FilesForm(forms.Form):
    """Files, and what holds for those that do not say it themselves."""

    file = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "Markdown (.md), Word (.docx) or HTML, up to 100 at once; a zip holds up to 10,000."
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("They become"), help_text=gettext_lazy("Unless a file names its kind itself.")
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("Of new documents that name none."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        writers = [role.value for role, granted in GRANTS.items() if Permission.CHANGE_EDIT in granted]
        self.fields["kind"].choices = [(kind.name, kind.plural) for kind in all_kinds()]  # type: ignore[attr-defined]
        owners = User.objects.filter(is_active=True, roles__overlap=writers)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        self.fields["owner"].initial = person

    def offered(self) -> list[tuple[str, UploadedFile[Any]]]:
        """The files with their names."""
        return [(file.name or "", file) for file in self.cleaned_data["file"]]

    def name(self) -> str:
        """What the lot is called: its only file, or how many there are."""
        files = self.cleaned_data["file"]
        return str(files[0].name) if len(files) == 1 else _("%(n)d files") % {"n": len(files)}
