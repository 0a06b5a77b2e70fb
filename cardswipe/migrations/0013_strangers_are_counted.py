import django.db.models.expressions
from django.db import migrations, models


def frames_of_strangers():
    return models.PositiveIntegerField(
        default=200, verbose_name="frames of strangers kept per address and hour"
    )


class Migration(migrations.Migration):
    dependencies = [("cardswipe", "0012_loads_from_both_sources")]

    operations = [
        migrations.AddField("keepingrule", "stranger_frames", frames_of_strangers()),
        migrations.AddField("historicalkeepingrule", "stranger_frames", frames_of_strangers()),
        migrations.AddConstraint(
            "keepingrule",
            models.CheckConstraint(
                condition=models.Q(stranger_frames__gte=10, stranger_frames__lte=100_000),
                name="keeping_rule_keeps_ten_frames_of_a_stranger_or_more",
            ),
        ),
        migrations.CreateModel(
            name="StrangerHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hour", "address", blank=True, editable=False,
                        primary_key=True, serialize=False,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=43, verbose_name="address")),
                ("hour", models.DateTimeField(verbose_name="hour")),
                ("frames", models.BigIntegerField(verbose_name="arrived")),
                ("kept", models.BigIntegerField(verbose_name="kept")),
                ("last_mn", models.CharField(blank=True, max_length=32, verbose_name="last MN")),
                ("last_verdict", models.CharField(max_length=4, verbose_name="last verdict")),
                ("last_at", models.DateTimeField(verbose_name="last seen")),
            ],
            options={
                "ordering": ["-hour", "address"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            frames__gte=django.db.models.expressions.F("kept"),
                            kept__gte=0,
                        )
                        & models.Q(frames__gte=1),
                        name="stranger_hour_keeps_no_more_than_came",
                    )
                ],
            },
        ),
    ]  # fmt: skip
