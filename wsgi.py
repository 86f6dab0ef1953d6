"""The WSGI entry point: `app` is the product, set up from the environment."""

from referral.app import create_app

app = create_app()
