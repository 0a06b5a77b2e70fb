"""Pages of permits, by who opens them: anyone, the enterprise, the officers."""
