"""What the application's role may not do to the tables of permits; read by `grant_app_role`."""

APPEND_ONLY = (
    "permits_admissioncheck",
    "permits_purchaseobligation",
    "permits_certificate",
    "permits_limit",
    "permits_limityear",
    "permits_opendataday",
    "permits_reviewstep",
    "permits_totalsnapshot",
)
UPDATE_COLUMNS: dict[str, tuple[str, ...]] = {
    "permits_rightscertificate": ("state", "void_cause", "voided_at"),
}
