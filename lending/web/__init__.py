"""Pages: one module per room, and those that span rooms."""

from flask import Flask

from lending.web import errors, security, templating


def register(app: Flask) -> None:
    """Give the application its pages."""
    templating.register(app)
    security.register(app)
    errors.register(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def blueprints() -> list:  # type: ignore[type-arg]
    """Return every blueprint of pages."""
    from lending.web import catalogue, health, home, subscriptions

    return [health.blueprint, home.blueprint, catalogue.blueprint, subscriptions.blueprint]
