"""Who else can help, and who has a say: passing requests on, opinions, delegations."""

from flask import Blueprint

blueprint = Blueprint("routing", __name__)
