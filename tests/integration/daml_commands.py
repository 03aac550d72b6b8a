"""Commands of the Ledger API as dictionaries, of what Python has for their values."""


class Party(str):
    """A text that is a party's name."""


class ContractId(str):
    """A text that is a contract's id."""


class Numeric(str):
    """A text that is a decimal number."""


class Optional:
    def __init__(self, content=None):
        self.content = content


def value(content) -> dict:
    """Dictionaries are records."""
    match content:
        case Optional():
            return {"optional": {} if content.content is None else
                    {"value": value(content.content)}}
        case Party():
            return {"party": content}
        case ContractId():
            return {"contract_id": content}
        case Numeric():
            return {"numeric": content}
        case str():
            return {"text": content}
        case int():
            return {"int64": str(content)}
        case list():
            return {"list": {"elements": [value(item) for item in content]}}
        case dict():
            return {"record": record(content)}
    raise TypeError(f"no value is made of {content!r}")


def record(fields: dict) -> dict:
    return {"fields": [{"label": label, "value": value(content)}
                       for label, content in fields.items()]}


def identifier(template: str) -> dict:
    """Of "package:Module:Name"."""
    package, module, name = template.split(":")
    return {"package_id": package, "module_name": module, "entity_name": name}


def create(template: str, arguments: dict) -> dict:
    return {"create": {"template_id": identifier(template), "create_arguments": record(arguments)}}


def exercise(template: str, contract: str, choice: str, argument: dict) -> dict:
    return {"exercise": {"template_id": identifier(template), "contract_id": contract,
                         "choice": choice, "choice_argument": value(argument)}}


def exercise_by_key(template: str, key, choice: str, argument: dict) -> dict:
    return {"exerciseByKey": {"template_id": identifier(template), "contract_key": value(key),
                              "choice": choice, "choice_argument": value(argument)}}


def created(tree, name: str) -> ContractId:
    """The contract of the template of that name that a submitted command made."""
    for event in tree.transaction.events_by_id.values():
        if event.HasField("created") and event.created.template_id.entity_name == name:
            return ContractId(event.created.contract_id)
    raise AssertionError(f"no {name} was created: {tree}")
