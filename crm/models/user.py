"""Who signs in: reps, marketers and administrators."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who signs in. What a rep may take on is kept in `leads.Rep`, not here."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
