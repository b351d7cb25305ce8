"""The one row that keeps at most one drain job asked for."""

from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("scoring", "DrainRequest").objects.get_or_create(pk=1)


def remove(apps, schema_editor):
    apps.get_model("scoring", "DrainRequest").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("scoring", "0002_published_versions_frozen")]

    operations = [migrations.RunPython(add, remove)]
