"""The sign-off desk."""
