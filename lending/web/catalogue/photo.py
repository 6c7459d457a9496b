"""Photos: shown with a long cache, since their address names their content; and taken in."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound as PageNotFound

from lending.accounts.permissions import Action
from lending.catalogue.photos import PhotoStore
from lending.catalogue.queries import ItemDetail, get_item
from lending.catalogue.service import set_photo
from lending.errors import InvalidInput
from lending.web.catalogue import blueprint
from lending.web.catalogue.cards import item_name
from lending.web.context import allowed, database, principal, settings

A_YEAR = "public, max-age=31536000, immutable"


def store() -> PhotoStore:
    """Return the folder of the installation's photos."""
    return PhotoStore(settings().instance)


@blueprint.get("/photos/<name>-<int:width>.webp")
@allowed(Action.BROWSE_CATALOGUE)
def photo(name: str, width: int) -> ResponseReturnValue:
    """Send a photo."""
    content = store().read(name, width)
    if content is None:
        raise PageNotFound
    return Response(content, mimetype="image/webp", headers={"Cache-Control": A_YEAR})


@blueprint.get("/catalogue/<int:item_id>/photo")
@allowed(Action.EDIT_CATALOGUE)
def ask_photo(item_id: int) -> ResponseReturnValue:
    """Ask for a photo of an item."""
    return _form(_editable(item_id))


@blueprint.post("/catalogue/<int:item_id>/photo")
@allowed(Action.EDIT_CATALOGUE)
def take_photo(item_id: int) -> ResponseReturnValue:
    """Keep the photo that was sent, or take the present one away."""
    item = _editable(item_id)
    name, sent = "", request.files.get("photo")
    if not request.form.get("remove"):
        content = sent.read() if sent else b""
        if not content:
            return _form(item, gettext("Choose a photo.")), 422
        try:
            # Outside the transaction: the name is that of the content, so twice does no harm.
            name = store().save(content)
        except InvalidInput as error:
            return _form(item, gettext(error.errors[0].message)), 422
    database().write(lambda uow: set_photo(uow, principal(), item_id, name))
    flash(gettext("The photo is kept.") if name else gettext("The photo is removed."), "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)


def _editable(item_id: int) -> ItemDetail:
    with database().read() as uow:
        item = get_item(uow, item_id)
    principal().check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
    return item


def _form(item: ItemDetail, error: str = "") -> str:
    return render_template("catalogue/photo.html", item=item, name=item_name(item), error=error)
