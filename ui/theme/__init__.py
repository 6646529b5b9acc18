"""How the window looks: colours by purpose from resources/themes, one font, one style sheet."""

from ui.theme.look import Look, restyle
from ui.theme.tokens import Tokens, load_tokens

__all__ = ["Look", "Tokens", "load_tokens", "restyle"]
