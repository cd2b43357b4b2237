"""A sentence for staff that knows what it was made of, so that a page can say it in another language."""

from typing import Any


class Sentence(str):
    """An English sentence with its values filled in; the words before that, and the values, are kept beside it."""

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> "Sentence":
        """Fill `values` into the `{names}` of `template`; without values it is taken as it is.

        >>> Sentence("{name} is away", name="Zulekha")
        'Zulekha is away'
        """
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made


def sentences(*templates: str) -> tuple[Sentence, ...]:
    """Return words that pages show and that are written elsewhere in another form: names of states, roles, acts."""
    return tuple(Sentence(template) for template in templates)
