from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0014_held_back")]

    operations = [
        migrations.AddField(
            model_name="mql",
            name="below_since",
            field=models.DateTimeField(
                editable=False, help_text="Since when the live version would not open it any more.", null=True
            ),
        ),
    ]
