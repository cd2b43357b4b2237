"""The subcommands of `jawab`, one subject a file."""
