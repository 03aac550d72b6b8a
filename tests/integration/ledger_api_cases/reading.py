"""What cases that read have in common: they read from where the ledger ended when they began, as
other cases may have pruned what was before."""

from case import LedgerCase
from ledger_api import END

NOT_VISIBLE = "Transaction not found, or not visible."


def at(offset: str) -> dict:
    return {"absolute": offset}


def asking(*parties: str, templates=(), interfaces=()) -> dict:
    """A filter with the same wishes of each party; without any it keeps nothing back."""
    wishes = {}
    if templates or interfaces:
        wishes = {"inclusive": {"template_ids": list(templates),
                                "interface_filters": list(interfaces)}}
    return {"filters_by_party": {party: wishes for party in parties}}


def interface(identifier: dict, view: bool = True) -> dict:
    """A wish for contracts of an interface."""
    return {"interface_id": identifier, "include_interface_view": view}


class ReadingCase(LedgerCase):
    def setUp(self):
        super().setUp()
        self.began = self.client.end()

    def dummy(self) -> dict:
        return self.template("model-tests", "Test:Dummy")

    def create_dummy(self, party: str) -> str:
        return self.create(party, self.dummy(), operator={"party": party})

    def submit_flat(self, party, *commands: dict):
        return self.client.call("CommandService/SubmitAndWaitForTransaction",
                                {"commands": self.envelope(party, *commands)}).transaction

    # ---- streams, read to their end

    def read(self, wishes: dict, *, trees=False, begin=None, end=END, verbose=True) -> list:
        method = "GetTransactionTrees" if trees else "GetTransactions"
        request = {"filter": wishes, "begin": begin or at(self.began), "verbose": verbose}
        if end:
            request["end"] = end
        answers = self.client.stream(f"TransactionService/{method}", request)
        return [transaction for answer in answers for transaction in answer.transactions]

    def flat(self, *parties: str, **more) -> list:
        return self.read(asking(*parties), **more)

    def trees(self, *parties: str, **more) -> list:
        return self.read(asking(*parties), trees=True, **more)

    def active(self, wishes: dict, **more) -> tuple[list, str]:
        """The created events, and the offset that the last message tells."""
        answers = list(self.client.stream("ActiveContractsService/GetActiveContracts",
                                          {"filter": wishes, "verbose": True, **more}))
        contracts = [event for answer in answers for event in answer.active_contracts]
        return contracts, answers[-1].offset

    def active_ids(self, *parties: str, **more) -> list[str]:
        return [event.contract_id for event in self.active(asking(*parties), **more)[0]]

    # ---- one transaction

    def by_id(self, transaction: str, *parties: str, flat=False):
        return self.lookup("FlatTransactionById" if flat else "TransactionById",
                           transaction_id=transaction, requesting_parties=list(parties))

    def by_event_id(self, event: str, *parties: str, flat=False):
        return self.lookup("FlatTransactionByEventId" if flat else "TransactionByEventId",
                           event_id=event, requesting_parties=list(parties))

    def lookup(self, what: str, **request):
        return self.client.call(f"TransactionService/Get{what}", request).transaction
