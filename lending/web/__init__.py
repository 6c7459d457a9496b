"""Pages: one module per room, and those that span rooms."""

from flask import Flask

from lending.web import errors, security, shell, templating


def register(app: Flask) -> None:
    """Give the application its pages."""
    templating.register(app)
    security.register(app)
    errors.register(app)
    shell.register(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    if app.extensions["settings"].metrics:
        from lending.web import metrics

        app.register_blueprint(metrics.blueprint)
    if app.extensions["settings"].demo:
        from lending.web import demo

        app.register_blueprint(demo.blueprint)
    if app.extensions["settings"].demo or app.extensions["settings"].debug:
        from lending.web import developer

        app.register_blueprint(developer.blueprint)


def blueprints() -> list:  # type: ignore[type-arg]
    """Return every blueprint of pages."""
    from lending.web import (
        about,
        accounts,
        administration,
        allocations,
        attachments,
        audit,
        board,
        bookings,
        catalogue,
        charges,
        closures,
        documents,
        equity_register,
        handing_over,
        health,
        home,
        inbox,
        jobs,
        means,
        messages,
        organisations,
        overrides,
        planning,
        policies,
        preemption,
        preferences,
        programme,
        reference,
        rounds,
        safety,
        shortages,
        statements,
        subscriptions,
        telling,
        units,
        valuation,
    )
    from lending.web.routing import views as routing
    from lending.web.units import assigning

    return [
        health.blueprint,
        home.blueprint,
        preferences.blueprint,
        about.blueprint,
        accounts.blueprint,
        organisations.blueprint,
        attachments.blueprint,
        safety.blueprint,
        administration.blueprint,
        catalogue.blueprint,
        units.blueprint,
        programme.blueprint,
        reference.blueprint,
        bookings.blueprint,
        documents.blueprint,
        subscriptions.blueprint,
        inbox.blueprint,
        # the decisions' own blueprint, with the views of the hand-over
        handing_over.blueprint,
        assigning.blueprint,
        overrides.blueprint,
        preemption.blueprint,
        board.blueprint,
        shortages.blueprint,
        statements.blueprint,
        charges.blueprint,
        closures.blueprint,
        allocations.blueprint,
        # the field work's own blueprint, with the views of what is told of it
        telling.blueprint,
        means.blueprint,
        planning.blueprint,
        rounds.blueprint,
        policies.blueprint,
        valuation.blueprint,
        routing.blueprint,
        jobs.blueprint,
        messages.blueprint,
        audit.blueprint,
        equity_register.blueprint,
    ]
