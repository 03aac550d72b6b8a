package tenon.example;

import com.daml.ledger.javaapi.data.Command;
import com.daml.ledger.javaapi.data.CreateCommand;
import com.daml.ledger.javaapi.data.CreatedEvent;
import com.daml.ledger.javaapi.data.DamlRecord;
import com.daml.ledger.javaapi.data.Event;
import com.daml.ledger.javaapi.data.ExerciseByKeyCommand;
import com.daml.ledger.javaapi.data.ExerciseCommand;
import com.daml.ledger.javaapi.data.ExercisedEvent;
import com.daml.ledger.javaapi.data.FiltersByParty;
import com.daml.ledger.javaapi.data.Identifier;
import com.daml.ledger.javaapi.data.Int64;
import com.daml.ledger.javaapi.data.LedgerOffset;
import com.daml.ledger.javaapi.data.NoFilter;
import com.daml.ledger.javaapi.data.Numeric;
import com.daml.ledger.javaapi.data.Party;
import com.daml.ledger.javaapi.data.Text;
import com.daml.ledger.javaapi.data.Transaction;
import com.daml.ledger.javaapi.data.TransactionTree;
import com.daml.ledger.javaapi.data.TreeEvent;
import com.daml.ledger.rxjava.DamlLedgerClient;
import io.reactivex.Flowable;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An application of the Ledger API: a bank makes a promise to itself, has part of it paid, and reads
 * all that back from transactions, completions and active contracts. Prints a line for each step
 * that succeeded.
 */
public final class Main {
  private static final String APPLICATION = "example";

  private final DamlLedgerClient client;
  private final String party;
  private final Identifier iou;
  private final FiltersByParty ownParty;

  private Main(DamlLedgerClient client, String party, String packageId) {
    this.client = client;
    this.party = party;
    this.iou = new Identifier(packageId, "Iou", "Iou");
    this.ownParty = new FiltersByParty(Map.of(party, NoFilter.instance));
  }

  /** Arguments: port, party, package; the token, if there is one, is in LEDGER_TOKEN. */
  public static void main(String[] arguments) throws Exception {
    var builder =
        DamlLedgerClient.newBuilder("127.0.0.1", Integer.parseInt(arguments[0]));
    String token = System.getenv("LEDGER_TOKEN");
    if (token != null) {
      builder = builder.withAccessToken(token);
    }
    DamlLedgerClient client = builder.build();
    client.connect();
    System.out.println("connected to " + client.getLedgerId());
    new Main(client, arguments[1], arguments[2]).run();
    client.close();
  }

  private void run() {
    CreatedEvent promise = create();
    String rest = settle(promise.getContractId());
    settleByKey();
    submitAndAwaitCompletion();
    readTransactions(promise.getContractId(), rest);
    readActiveContracts();
  }

  private Transaction submit(String commandId, Command command) {
    return client
        .getCommandClient()
        .submitAndWaitForTransaction("", APPLICATION, commandId, party, List.of(command))
        .timeout(30, TimeUnit.SECONDS)
        .blockingGet();
  }

  private CreateCommand promiseOf(long number, String amount) {
    return new CreateCommand(
        iou,
        new DamlRecord(
            new DamlRecord.Field("issuer", new Party(party)),
            new DamlRecord.Field("owner", new Party(party)),
            new DamlRecord.Field("number", new Int64(number)),
            new DamlRecord.Field("currency", new Text("EUR")),
            new DamlRecord.Field("amount", new Numeric(new BigDecimal(amount)))));
  }

  private static DamlRecord paid(String amount) {
    return new DamlRecord(new DamlRecord.Field("paid", new Numeric(new BigDecimal(amount))));
  }

  private CreatedEvent create() {
    Transaction transaction = submit("create", promiseOf(1, "10"));
    CreatedEvent created = (CreatedEvent) single(transaction.getEvents());
    require(created.getSignatories().equals(Set.of(party)), "signatories");
    require(created.getContractKey().isPresent(), "key");
    System.out.println("created");
    return created;
  }

  private String settle(String contract) {
    TransactionTree tree =
        client
            .getCommandClient()
            .submitAndWaitForTransactionTree(
                "",
                APPLICATION,
                "settle",
                party,
                List.<Command>of(new ExerciseCommand(iou, contract, "Settle", paid("4.5"))))
            .timeout(30, TimeUnit.SECONDS)
            .blockingGet();
    TreeEvent root = tree.getEventsById().get(single(tree.getRootEventIds()));
    ExercisedEvent exercised = (ExercisedEvent) root;
    require(exercised.getChoice().equals("Settle") && exercised.isConsuming(), "choice");
    require(exercised.getChildEventIds().size() == 1, "children");
    String rest = exercised.getExerciseResult().asOptional().get().getValue().get()
        .asContractId().get().getValue();
    System.out.println("exercised");
    return rest;
  }

  private void settleByKey() {
    DamlRecord key =
        new DamlRecord(
            new DamlRecord.Field("issuer", new Party(party)),
            new DamlRecord.Field("number", new Int64(1)));
    submit("settle-by-key", new ExerciseByKeyCommand(iou, key, "Settle", paid("0.5")));
    System.out.println("exercised by key");
  }

  private void submitAndAwaitCompletion() {
    LedgerOffset end =
        client.getCommandCompletionClient().completionEnd().blockingGet().getOffset();
    client
        .getCommandSubmissionClient()
        .submit("", APPLICATION, "later", party, List.<Command>of(promiseOf(2, "7")))
        .timeout(30, TimeUnit.SECONDS)
        .blockingGet();
    var completion =
        client
            .getCommandCompletionClient()
            .completionStream(APPLICATION, end, Set.of(party))
            .flatMap(response -> Flowable.fromIterable(response.getCompletions()))
            .filter(each -> each.getCommandId().equals("later"))
            .timeout(30, TimeUnit.SECONDS)
            .blockingFirst();
    require(completion.getStatus().getCode() == 0, "status of the completion");
    require(!completion.getTransactionId().isEmpty(), "transaction of the completion");
    System.out.println("completed");
  }

  private void readTransactions(String first, String rest) {
    List<Event> events =
        client
            .getTransactionsClient()
            .getTransactions(
                LedgerOffset.LedgerBegin.getInstance(),
                LedgerOffset.LedgerEnd.getInstance(),
                ownParty,
                true)
            .timeout(30, TimeUnit.SECONDS)
            .flatMap(transaction -> Flowable.fromIterable(transaction.getEvents()))
            .toList()
            .blockingGet();
    List<String> created =
        events.stream()
            .filter(event -> event instanceof CreatedEvent)
            .map(Event::getContractId)
            .collect(Collectors.toList());
    require(created.contains(first) && created.contains(rest), "created contracts");
    require(events.stream().filter(e -> e.getContractId().equals(first)).count() == 2, "archival");
    System.out.println("read transactions");
  }

  private void readActiveContracts() {
    List<CreatedEvent> active =
        client
            .getActiveContractSetClient()
            .getActiveContracts(ownParty, true)
            .timeout(30, TimeUnit.SECONDS)
            .flatMap(response -> Flowable.fromIterable(response.getCreatedEvents()))
            .toList()
            .blockingGet();
    Map<Long, BigDecimal> amounts =
        active.stream()
            .collect(
                Collectors.toMap(
                    each -> field(each, "number").asInt64().get().getValue(),
                    each -> field(each, "amount").asNumeric().get().getValue()));
    require(amounts.keySet().equals(Set.of(1L, 2L)), "active contracts");
    require(amounts.get(1L).compareTo(new BigDecimal(5)) == 0, "amount");
    System.out.println("read active contracts");
  }

  private static com.daml.ledger.javaapi.data.Value field(CreatedEvent event, String name) {
    return event.getArguments().getFieldsMap().get(name);
  }

  private static <T> T single(List<T> list) {
    require(list.size() == 1, "one element, found " + list.size());
    return list.get(0);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("not as expected: " + what);
    }
  }
}
