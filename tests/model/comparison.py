"""What the cards and the AWS model say differently. Both sides are {operation: {"request", "response", "errors"}}: members by
name, errors by name. Pure.

Of a request everything is compared. An answer's bounds, patterns and enums are promises about values that nothing checks
when it is written: a table that states one must state AWS's, and none has to. A member of an answer may be there always
(`required`) although AWS does not promise it, but not the other way round."""

import dataclasses

MARKS = ("sensitive", "idempotency_token")
CONSTRAINTS = ("min", "max", "pattern", "enum")


@dataclasses.dataclass(frozen=True)
class Difference:
    kind: str  # "missing operation", "extra member", "max", ...
    operation: str
    member: str = ""  # "request.Filters[].Key", "errors.LimitExceededException"
    coffer: object = None
    aws: object = None

    def __post_init__(self):
        for side in ("coffer", "aws"):  # enums, which must be hashable
            if isinstance(getattr(self, side), list):
                object.__setattr__(self, side, tuple(getattr(self, side)))

    def __str__(self):
        where = f"{self.operation}: {self.member}" if self.member else self.operation
        if self.kind.startswith("missing"):
            return f"{where}: {self.kind}: in the AWS model only"
        if self.kind.startswith("extra"):
            return f"{where}: {self.kind}: in the cards only"
        return f"{where}: {self.kind}: {_said(self.coffer)} in the card, {_said(self.aws)} in the AWS model"


def _said(value):
    return "nothing" if value is None else repr(value)


def compare(cards, aws):
    """All differences, in the order of the names."""
    found = []
    for operation in sorted(cards.keys() | aws.keys()):
        if operation not in cards:
            found.append(Difference("missing operation", operation))
        elif operation not in aws:
            found.append(Difference("extra operation", operation))
        else:
            found += _Comparison(operation).operations(cards[operation], aws[operation])
    return found


class _Comparison:
    """Of one operation."""

    def __init__(self, operation):
        self.operation = operation
        self.found = []

    def operations(self, card, aws):
        self.is_answer = False
        self.members("request", card["request"], aws["request"])
        self.is_answer = True
        self.members("response", card["response"], aws["response"])
        self.names("error", "errors", card["errors"], aws["errors"])
        return self.found

    def add(self, kind, member, coffer=None, aws=None):
        self.found.append(Difference(kind, self.operation, member, coffer, aws))

    def names(self, what, path, ours, theirs):
        """Reports what only one side has; returns what both have."""
        for name in sorted(set(theirs) - set(ours)):
            self.add(f"missing {what}", f"{path}.{name}")
        for name in sorted(set(ours) - set(theirs)):
            self.add(f"extra {what}", f"{path}.{name}")
        return sorted(set(ours) & set(theirs))

    def members(self, path, ours, theirs):
        for name in self.names("member", path, ours, theirs):
            inner = f"{path}.{name}"
            our_required, their_required = ours[name]["required"], theirs[name]["required"]
            is_promised = self.is_answer and our_required
            if our_required != their_required and not is_promised:
                self.add("required", inner, our_required, their_required)
            self.value(inner, ours[name], theirs[name])

    def value(self, path, ours, theirs):
        if ours["type"] != theirs["type"]:
            return self.add("type", path, ours["type"], theirs["type"])
        for mark in MARKS:
            if bool(ours.get(mark)) != bool(theirs.get(mark)):
                self.add(mark, path, bool(ours.get(mark)), bool(theirs.get(mark)))
        for key in CONSTRAINTS:
            if ours.get(key) != theirs.get(key) and not (self.is_answer and key not in ours):
                self.add(key, path, ours.get(key), theirs.get(key))
        for key, suffix in (("item", "[]"), ("key", "{key}"), ("value", "{}")):
            if key in theirs:
                self.value(path + suffix, ours[key], theirs[key])
        if "members" in theirs:
            self.members(path, ours["members"], theirs["members"])


def unexplained(differences, deviations, version):
    """What is wrong with the list of deviations, as sentences: differences that it does not explain, and entries that explain
    nothing. `version` is that of the model: an entry `since` a later one may stand, but need not. The operation "*" stands for
    all that do not have an entry of their own."""
    wrong = []
    entries = {}
    for entry in deviations:
        known = Difference(**{key: entry[key] for key in ("kind", "operation", "member", "coffer", "aws") if key in entry})
        if not entry.get("reason", "").strip():
            wrong.append(f"{known}: this deviation has no reason")
        if known in entries:
            wrong.append(f"{known}: this deviation is listed twice")
        entries[known] = entry
    def of_all(one):
        return dataclasses.replace(one, operation="*")

    wrong += [str(one) for one in differences if one not in entries and of_all(one) not in entries]
    differences = [*differences, *(of_all(one) for one in differences if one not in entries)]
    missing = {one.operation for one in differences if one.kind == "missing operation"}
    for known, entry in entries.items():
        is_later = "since" in entry and version < tuple(int(part) for part in entry["since"].split("."))
        is_hidden = known.operation in missing and known.kind != "missing operation"
        if known not in differences and not is_later and not is_hidden:
            wrong.append(f"{known}: this deviation is not needed any more, remove it")
    return wrong
