// The protocol as a state machine: events in, actions out. It has no thread, clock, socket or disk:
// whoever drives it (the plugin's shell, the simulator) gives it messages, time and answers, and
// does what it asks for, in order. Same events, same actions. docs/spec/consensus.md says which
// rules it follows and why they suffice; the files core_*.cpp each hold one part of them:
//
//   core.cpp            events, timers, what is due
//   core_messages.cpp   from frames to the handlers below, and back
//   core_views.cpp      votes, certificates, entering views, giving them up
//   core_proposals.cpp  building, judging and voting for blocks
//   core_finality.cpp   execution, final votes, commits, epochs
//   core_catch_up.cpp   what a replica does that has missed something
//   core_transfer.cpp   what it does when blocks are of no help: it takes over a state
//
// Owned by its driver; one thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <variant>

#include "bft/core/batch_pool.hpp"
#include "bft/core/block_index.hpp"
#include "bft/core/pacemaker.hpp"
#include "bft/core/range_plan.hpp"
#include "bft/core/vote_book.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::consensus::bft {

struct Settings {
  std::uint64_t term_length = 1; // views that one leader has in a row
  std::size_t max_block_bytes = 4u << 20;
  std::size_t max_block_transactions = 4096;
  std::size_t max_inline_bytes = 64u << 10; // of batches that a proposal carries along
  std::size_t acknowledge_bytes = 8u << 10; // batches from this size on are acknowledged
  std::size_t max_answer_bytes = 4u << 20;  // of one answer to one that catches up
  BatchPool::Limits pool;
  TimeUs delta_floor_us = 20'000;
  TimeUs delta_cap_us = 2'000'000;
  // Blocks with fewer bytes of batches follow each other at this distance at least.
  std::size_t small_block_bytes = 64u << 10;
  TimeUs small_block_wait_us = 8'000;
  bool state_transfer = false; // the ledger can give and take states
  bool has_peers = true;       // there is a network, whoever is in it
  // Whoever is behind by more takes over a state; and whoever lacks what nobody has any more.
  std::uint64_t snapshot_after_blocks = 10'000;
  std::size_t max_range_bytes = 1u << 20; // of one range of a state
  std::size_t state_slices = 256;         // a power of two, at most 256: see RangePlan
};

// What the core asks of the replica and gets at once.
class Ledger {
public:
  virtual ~Ledger() = default;
  // A block on the parent for the view; its rules are those of the state after `executed`.
  [[nodiscard]] virtual Result<Bytes> propose(BytesView parent_header, const Hash& executed,
                                              std::uint64_t epoch, View view,
                                              std::span<const Bytes> batches) = 0;
  [[nodiscard]] virtual Status verify(BytesView block, BytesView parent_header,
                                      const Hash& executed) = 0;
};

// A range of a state that has not come after so long is asked of another peer; after longer where
// they are seen to take longer.
inline constexpr TimeUs kRangeWaitUs = 2'000'000;

enum class Lane : std::uint32_t { kControl = 0, kBulk = 1 };

// --- Actions, to be done in the order given ------------------------------------------------------

// Append to the vote log; once everything up to the sequence is on stable storage: persisted().
struct Persist {
  std::uint64_t sequence = 0;
  Bytes record;
};
// Replace the vote log by these records.
struct RewriteLog {
  std::uint64_t sequence = 0;
  std::vector<Bytes> records;
};
struct Send {
  std::string to; // empty: all other validators
  Lane lane = Lane::kControl;
  std::shared_ptr<const Bytes> frame;
};
struct Execute {
  Hash id;
  Bytes block;
};
struct Commit {
  Hash id;
  Height height = 0;
  Bytes certificate; // as the ledger keeps it
};
struct Abandon {
  Hash id;
};
// Answer with committed blocks, as a Chain message: encode_chain(). When there are none to give:
// nothing_to_serve().
struct ServeChain {
  std::string to;
  std::uint64_t epoch = 0;
  Height first = 0;
  Height last = 0;
  std::size_t max_bytes = 0;
};
// Answer with a state that can be taken over, newest when the height is 0: encode_target().
struct ServeTarget {
  std::string to;
  std::uint64_t epoch = 0;
  std::uint64_t from_epoch = 0; // whose validators the receiver trusts
  Height height = 0;
};
// Answer with a range of a state, an empty one when it is not there: encode_range().
struct ServeRange {
  std::string to;
  std::uint64_t epoch = 0;
  Height height = 0;
  Hash first;
  std::size_t max_bytes = 0;
};
// Begin to take over the state of an encoded StateTarget: import_begun(). What was imported of
// another is dropped.
struct BeginImport {
  Height height = 0;
  Bytes target;
};
// Check a range and keep it: range_imported(). Several may be under way at once.
struct ImportRange {
  std::string from;
  Height height = 0;
  Hash first;
  Bytes range;
};
// Make the imported state the ledger's: imported(). Until then nothing else is asked for.
struct FinishImport {
  Height height = 0;
};
struct AbandonImport {};
struct Accuse {
  std::string validator;
  std::uint64_t epoch = 0;
  Evidence evidence;
};
// The peer broke the protocol in a way that no fault of the network explains.
struct Misbehaved {
  std::string peer;
  std::string what;
};
// This replica cannot go on: it never votes again.
struct Halt {
  Status why;
};
using Action = std::variant<Persist, RewriteLog, Send, Execute, Commit, Abandon, ServeChain,
                            ServeTarget, ServeRange, BeginImport, ImportRange, FinishImport,
                            AbandonImport, Accuse, Misbehaved, Halt>;

// Where the core starts: the committed head and what its vote log held.
struct Start {
  tenon::v1::ValidatorSet validators; // of the epoch that the next block belongs to
  Block head;                         // committed
  Bytes head_certificate;             // as the ledger keeps it; empty at genesis
  bool epoch_first = false;           // the head belongs to the epoch before
  std::vector<Bytes> records;
  bool log_lost = false; // votes may have been cast that nobody here remembers
  Height oldest = 0;     // block that the ledger still has
  // Height and block of an import that an earlier life has begun.
  std::optional<std::pair<Height, Hash>> unfinished_import;
};

struct Counters {
  std::uint64_t proposed = 0;
  std::uint64_t carried = 0;
  std::uint64_t votes_sent = 0;
  std::uint64_t notarized_views = 0;
  std::uint64_t nullified_views = 0;
  std::uint64_t skipped_leaders = 0;
  std::uint64_t final_blocks = 0;
  std::uint64_t indirectly_final_blocks = 0; // through a descendant
  std::uint64_t abandoned_blocks = 0;
  std::uint64_t chain_blocks = 0; // taken from others' committed chain
  std::uint64_t evidence = 0;
  std::uint64_t rejected_messages = 0;
  std::uint64_t epochs = 0;
  std::uint64_t state_targets = 0;   // states that were begun, or gone on with
  std::uint64_t state_ranges = 0;    // ranges of them that came and were right
  std::uint64_t state_lies = 0;      // and that were wrong
  std::uint64_t state_transfers = 0; // taken over as a whole
};

class Core {
public:
  Core(const Hash& chain, Bytes own_key, std::string own_name, const Settings& settings,
       Ledger& ledger, Scheme& scheme);

  // A record of the vote log that says: there was another log before, and it is lost.
  [[nodiscard]] static Bytes encode_loss();

  // --- Events. Each may add actions; take_actions() empties the list.
  void start(Start start, TimeUs now_us);
  void receive(const std::string& from, BytesView frame, TimeUs now_us);
  void peer_up(const std::string& peer, TimeUs now_us);
  void peer_down(const std::string& peer, TimeUs now_us);
  // A batch of this replica's clients, checked. RESOURCE_EXHAUSTED when the window is full.
  [[nodiscard]] Status submit(Bytes batch, TimeUs now_us);
  // A batch that `from` sent (a BatchList frame is taken apart and checked by the driver).
  void batch_received(const std::string& from, Bytes batch, TimeUs now_us);
  // The answer to Execute: the hash of the result header; the height at which the epoch ends in
  // that state, 0 for an open one.
  void executed(const Hash& id, const Result<Hash>& result, Height epoch_end, TimeUs now_us);
  // The answer to Commit, once the block is durable.
  void committed(Height height, TimeUs now_us);
  // After the commit of an epoch's last block: the validators of the next.
  void begin_epoch(tenon::v1::ValidatorSet validators, TimeUs now_us);
  // The oldest block that the ledger still has.
  void keeps_from(Height oldest) { oldest_ = oldest; }
  // The answer to ServeChain where blocks are missing: the peer learns which are here.
  void nothing_to_serve(const std::string& peer, Height oldest, TimeUs now_us);
  // The answers to BeginImport and ImportRange: what is missing now. A failure that is no fault:
  // INVALID_ARGUMENT for what is not as it was certified.
  void import_begun(Height height, const Result<std::vector<merkle::KeySpan>>& missing,
                    TimeUs now_us);
  void range_imported(const std::string& from, Height height, const Hash& first,
                      const Result<std::vector<merkle::KeySpan>>& missing, TimeUs now_us);
  // The answer to FinishImport: where the ledger stands now.
  void imported(Result<Start> start, TimeUs now_us);
  void persisted(std::uint64_t sequence, TimeUs now_us);
  void tick(TimeUs now_us);

  // When tick() is due; nothing while there is nothing to wait for.
  [[nodiscard]] std::optional<TimeUs> next_deadline_us() const;
  [[nodiscard]] std::vector<Action> take_actions() { return std::exchange(actions_, {}); }

  // --- What is seen from outside: status, metrics, the simulator's checks.
  [[nodiscard]] const std::string& own_name() const { return own_name_; }
  [[nodiscard]] View view() const { return view_; }
  [[nodiscard]] std::uint64_t epoch() const { return committee_->epoch(); }
  [[nodiscard]] Height final_height() const { return blocks_.root().height; }
  [[nodiscard]] Height committed_height() const { return committed_height_; }
  [[nodiscard]] const Committee& committee() const { return *committee_; }
  // Is it a validator that may vote now?
  [[nodiscard]] bool votes() const { return can_vote(view_); }
  [[nodiscard]] bool halted() const { return halted_; }
  [[nodiscard]] bool result_split() const { return result_split_; }
  [[nodiscard]] bool idle() const { return !has_work_; }
  [[nodiscard]] const BatchPool& pool() const { return pool_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] TimeUs delta_us() const { return pace_.delta_us(); }
  // What it holds in memory, in items; each is bounded.
  struct Sizes {
    std::size_t blocks = 0;
    std::size_t views = 0; // beyond the last final one, with votes or certificates
    std::size_t proposals = 0;
    std::size_t wants = 0;
    std::size_t finalities = 0;
  };
  [[nodiscard]] Sizes sizes() const;
  // Numbers for people: name and value of each.
  void describe(FunctionRef<void(const char* name, std::uint64_t value)> tell) const;
  // Everything that it waits for, for people who ask why it waits.
  [[nodiscard]] std::string waiting_for() const;
  // Why it is not able to take part; empty when it is.
  [[nodiscard]] std::string unready() const;

private:
  friend struct Mutations; // planted bugs: tests/simulation shows that it finds them

  struct Peer {
    bool up = false;
    Height committed = 0;
    Height oldest = 0;
    TimeUs helped_us = 0;
    TimeUs told_us = 0;
    TimeUs chain_us = 0;                  // when it last asked for committed blocks
    std::size_t answer_bytes = 64u << 20; // that it may still be sent …
    TimeUs answer_since_us = 0;           // … since then
    TimeUs target_us = 0;                 // when it last asked for an offer of a state
    Height lent_height = 0;               // the state of which it asks for ranges …
    TimeUs lent_us = 0;                   // … since then
  };
  // A proposal that has come for a view.
  struct Proposed {
    Hash block;
    bool carried = false;
    TimeUs since_us = 0;
    bool refused = false;
  };
  struct PendingVote {
    std::uint64_t sequence = 0;
    Vote vote;
  };
  // Something asked of others and not here yet.
  struct Want {
    TimeUs asked_us = 0;
    std::uint32_t attempts = 0;
    std::string peer; // asked last
  };
  struct WantChain : Want {
    Height last = 0;
  };
  // Batches that came with a proposal, until its block is put together.
  struct Assembly {
    std::map<Hash, Bytes> contents;
    std::string from;
  };

  // A peer from which ranges come.
  struct Source {
    std::uint32_t failures = 0; // in a row
    std::uint32_t delays = 0;   // likewise
    bool lacks = false;         // said so: it does not have that state
    TimeUs paused_until_us = 0;
  };
  // A state that is being taken over.
  struct Transfer {
    explicit Transfer(std::size_t slices) : plan(slices) {}

    enum class Step : std::uint8_t { kOffers, kBegin, kRanges, kFinish };
    Step step = Step::kOffers;
    TimeUs since_us = 0; // of the step
    Want offers;
    Height resumes = 0;            // only this target will do
    std::uint32_t resumed = 0;     // so often, in a row
    std::uint32_t retargets = 0;   // chosen anew for the sake of more sources
    bool begun = false;            // the ledger may hold ranges
    bool gone = false;             // the ledger does not take them any more, or too few give them
    std::set<std::string> asked;   // for an offer, and have not made it yet
    std::map<std::string, Height> offered;
    std::map<std::uint64_t, Committee> crossed; // by epoch: what offers have proved
    std::set<std::string> banned;  // they lied
    Height height = 0;             // of the best offer, then of the target
    Hash id;                       // of its block
    Bytes target;                  // encoded StateTarget
    std::string offered_by;
    std::map<std::string, Source> sources;
    std::string last_asked; // for a range
    TimeUs range_us = 0;    // smoothed, from asking for one to its coming
    std::optional<TimeUs> few_since_us; // no more sources than may be liars
    RangePlan plan;
  };

  // core.cpp
  void stand_on(Start& start, TimeUs now_us);
  void progress(TimeUs now_us);
  bool progress_once(TimeUs now_us);
  void update_work(TimeUs now_us);
  void check_timers(TimeUs now_us);
  void resend(TimeUs now_us);
  void halt(Status why);
  void restore(const std::vector<Bytes>& records, TimeUs now_us);
  void keep_for_later(std::uint64_t epoch, const Bytes& record);
  void restore_kept(TimeUs now_us);
  void restore_vote(Vote vote);
  [[nodiscard]] bool restore_loss(const tenon::bft::v1::Record& record);
  [[nodiscard]] tenon::bft::v1::Record loss_record() const;
  std::uint64_t persist(const tenon::bft::v1::Record& record);
  void rewrite_log();
  [[nodiscard]] bool can_vote(View view) const;
  [[nodiscard]] bool behind_its_log() const;
  [[nodiscard]] bool asks_positions() const;

  // core_messages.cpp
  using Message = tenon::bft::v1::Message;
  [[nodiscard]] Message message() const;
  void send(const std::string& to, const Message& message, Lane lane = Lane::kControl);
  void broadcast(const Message& message, Lane lane = Lane::kControl) { send({}, message, lane); }
  void dispatch(const std::string& from, const Message& message, TimeUs now_us);
  bool dispatch_in_any_epoch(const std::string& from, const Message& message, TimeUs now_us);
  void reject(const std::string& from, const std::string& what);
  void misbehaved(const std::string& from, const std::string& what);
  void on_vote(const std::string& from, const tenon::bft::v1::Vote& message, TimeUs now_us);
  void on_certificate(const std::string& from, const tenon::bft::v1::Certificate& message,
                      TimeUs now_us);
  void on_position(const std::string& from, std::uint64_t epoch,
                   const tenon::bft::v1::Position& position, TimeUs now_us);
  void on_want_certificates(const std::string& from, const tenon::bft::v1::ViewRange& range,
                            TimeUs now_us);
  void on_want_batches(const std::string& from, const tenon::bft::v1::DigestList& digests,
                       TimeUs now_us);
  void on_held(const std::string& from, const tenon::bft::v1::DigestList& digests);
  void add_certificates(View first, View last, tenon::bft::v1::CertificateList& list) const;
  [[nodiscard]] Message position_message() const;
  void tell_position(const std::string& name, TimeUs now_us);
  [[nodiscard]] bool may_answer(const std::string& peer, std::size_t bytes, TimeUs now_us);
  void help(const std::string& peer, View their_view, TimeUs now_us);

  // core_views.cpp
  // Takes in a certificate whose signatures are checked.
  void accept(Certificate certificate, TimeUs now_us);
  void accepted(const Certificate& certificate, TimeUs now_us);
  bool collect_certificates(TimeUs now_us);
  void enter(View view, TimeUs now_us);
  void nullify(const char* why);
  void cast(VoteSubject subject);
  void publish(Vote vote);
  void accuse(const Evidence& evidence);
  [[nodiscard]] bool within_window(View view) const;
  [[nodiscard]] View final_view() const { return blocks_.root().notarized.value_or(0); }
  // The first view of (from, to) that is known neither notarized nor nullified as asked.
  [[nodiscard]] std::optional<View> first_not_nullified(View after, View before) const;

  // core_proposals.cpp
  struct Parent {
    const Block* block = nullptr;
    View view = 0;
  };
  void on_proposal(const std::string& from, const tenon::bft::v1::Proposal& proposal,
                   TimeUs now_us);
  [[nodiscard]] std::optional<Parent> choose_parent(TimeUs now_us);
  bool lead(TimeUs now_us);
  [[nodiscard]] bool waits_for_more(const std::vector<BatchPool::Choice>& choice,
                                    TimeUs now_us) const;
  void propose_new(const Parent& parent, const std::vector<BatchPool::Choice>& choice,
                   TimeUs now_us);
  void propose_carried(const Parent& tip, TimeUs now_us);
  void fill_reasons(const Parent& parent, tenon::bft::v1::Proposal& proposal) const;
  bool vote(TimeUs now_us);
  [[nodiscard]] bool extends_properly(const Proposed& proposed, const Block& block, TimeUs now_us);
  [[nodiscard]] bool judge(Proposed& proposed, Block& block);
  [[nodiscard]] bool assemble(Block& block, TimeUs now_us);
  void misled(Block& block);
  void keep_batches(std::vector<Bytes> batches, const std::string& origin, TimeUs now_us);
  void record_block(Block& block);
  [[nodiscard]] BatchPool::Digests batches_up_to(const Hash& tip);
  [[nodiscard]] Height epoch_end(const Hash& tip) const;
  [[nodiscard]] bool must_carry(const Block& tip) const;

  // core_finality.cpp
  void request_execution(const Hash& id);
  void make_room(const std::vector<Block*>& path);
  bool cast_final_votes();
  Block& add_block(Block block);
  void learn_finality(const Certificate& certificate);
  bool finalize();
  void commit_up_to(const Certificate& certificate, const std::vector<Block*>& path);
  void abandon(const std::vector<Hash>& blocks);
  void watch_for_split(const Vote& vote);
  void change_committee(tenon::v1::ValidatorSet validators);

  // core_catch_up.cpp
  void on_chain(const std::string& from, const tenon::bft::v1::Chain& chain);
  bool take_chain(const tenon::bft::v1::Chain& chain);
  void catch_up(TimeUs now_us);
  void on_block(const std::string& from, BytesView encoded, TimeUs now_us);
  bool want_chains(Height target, TimeUs now_us);
  [[nodiscard]] bool ask_for_chain(Height first, WantChain& want, std::size_t range);
  [[nodiscard]] const Block& final_here();
  [[nodiscard]] bool takes_more_ahead();
  [[nodiscard]] TimeUs ask_again_us(const Want& want) const;
  [[nodiscard]] bool may_ask(Want& want, TimeUs now_us) const;
  [[nodiscard]] std::string whom_to_ask(Want& want, const std::string& hint, TimeUs now_us) const;
  void want_block(const Hash& id, const std::string& hint, TimeUs now_us);
  void want_batches(const std::vector<Hash>& digests, const Hash& block, const std::string& hint,
                    TimeUs now_us);
  void want_certificates(View first, View last, TimeUs now_us);
  [[nodiscard]] std::vector<std::string> live_peers() const;
  [[nodiscard]] std::string pick_peer(std::uint32_t attempt, const std::string& hint) const;
  void regain_vote();
  void await_view(ValidatorIndex of, View votes_from, TimeUs now_us);
  [[nodiscard]] bool awaits_later_view() const;
  [[nodiscard]] Hash first_unknown(const Hash& id) const;

  // core_transfer.cpp
  [[nodiscard]] std::size_t witnesses(const std::vector<std::string>& names) const;
  [[nodiscard]] Height far_behind() const;
  [[nodiscard]] std::optional<Height> needs_state() const;
  [[nodiscard]] bool takes_over() const;
  bool transfer_state(TimeUs now_us);
  void ask_for_targets(TimeUs now_us);
  void choose_target(TimeUs now_us);
  void look_for_target(Height resumes, TimeUs now_us);
  void misled_by(const std::string& from, const std::string& what);
  [[nodiscard]] std::vector<std::string> sources() const;
  void ask_for_ranges(TimeUs now_us);
  void ask_for_range(const std::string& name, const std::vector<std::string>& able, TimeUs now_us);
  [[nodiscard]] bool some_may_have_it() const;
  [[nodiscard]] bool keeps_too_few(const std::vector<std::string>& able, TimeUs now_us);
  [[nodiscard]] std::vector<Block> recorded_above(Height height);
  [[nodiscard]] const Committee* cross_epochs(const tenon::v1::LedgerProof& proof,
                                              std::uint64_t epoch, bool& lie);
  void on_target(const std::string& from, const Bytes& encoded, TimeUs now_us);
  void on_range(const std::string& from, const tenon::bft::v1::StateRange& range, TimeUs now_us);
  void on_want_target(const std::string& from, std::uint64_t epoch, Height height, TimeUs now_us);
  void on_want_range(const std::string& from, const tenon::bft::v1::RangeRequest& request,
                     TimeUs now_us);

  Settings settings_;
  Hash chain_;
  Bytes own_key_;
  std::string own_name_;
  Ledger& ledger_;
  Scheme& scheme_;

  std::unique_ptr<Committee> committee_;
  std::unique_ptr<VoteBook> book_;
  BlockIndex blocks_;
  BatchPool pool_;
  Pacemaker pace_;
  std::map<std::string, Peer> peers_;

  TimeUs seen_us_ = 0; // of the last event
  View view_ = 1;
  TimeUs view_since_us_ = 0;
  std::optional<TimeUs> work_since_us_; // in this view; nothing while there is none
  bool has_work_ = false;
  TimeUs resent_us_ = 0;
  TimeUs batches_resent_us_ = 0;
  TimeUs asked_positions_us_ = 0;
  bool behind_ = false; // and nobody is known to have what is missing
  std::uint32_t resends_ = 0; // in this view
  TimeUs next_small_us_ = 0; // from then on small blocks are proposed again
  std::map<View, Proposed> proposals_;
  std::map<Hash, Assembly> assemblies_;
  std::set<View> to_finalize_;                  // notarized, no final vote of this replica yet
  std::set<std::pair<View, VoteKind>> touched_; // new votes since certificates were looked for
  std::map<Hash, View> notarized_;              // blocks above the root, known here or not
  Hash tip_;                                    // the one of the highest view
  View tip_view_ = 0;
  std::optional<Certificate> finality_;            // of the root, or of a block above it
  std::map<View, Certificate> pending_finalities_; // blocks that are not the root yet
  Height committed_height_ = 0;
  std::map<Hash, std::map<ValidatorIndex, Hash>> results_; // final votes per block above the root
  bool result_split_ = false;
  bool epoch_over_ = false; // its last block is final; begin_epoch() is awaited

  std::deque<PendingVote> pending_votes_;
  std::uint64_t next_sequence_ = 1;
  std::size_t logged_bytes_ = 0;
  // Without memory of its votes a replica casts none below this view.
  std::optional<View> silent_below_;
  bool log_lost_ = false;
  std::map<ValidatorIndex, View> reported_views_;
  // Of others that have lost theirs: the view in which each votes again, and when it said so.
  std::map<ValidatorIndex, std::pair<View, TimeUs>> awaited_views_;
  // The last epoch of which the log held anything, and its records while it is still ahead.
  std::uint64_t logged_epoch_ = 0;
  std::vector<Bytes> later_records_;

  std::map<Hash, Want> wanted_blocks_;
  std::map<Hash, Want> wanted_batches_; // by block
  Want wanted_certificates_;
  std::map<Height, WantChain> wanted_chains_;                              // by first height
  std::map<Height, std::pair<std::string, tenon::bft::v1::Chain>> chains_; // come too early
  std::vector<Hash> acknowledgements_;
  Height oldest_ = 0; // block that the ledger still has
  std::optional<Transfer> transfer_;
  std::uint32_t takeovers_ = 0; // in a row, without as many blocks between
  Height taken_over_ = 0;       // the state of this height, last
  std::optional<std::pair<Height, Hash>> unfinished_import_;

  bool started_ = false;
  bool halted_ = false;
  std::vector<Action> actions_;
  Counters counters_;
};

// A frame for ServeChain: the blocks of [first, last] that `read` gives (block, certificate) for,
// cut where a block is certified by itself and where max_bytes are reached. Nothing when there is
// none to give.
struct CommittedBlock {
  Bytes block;
  Bytes certificate;
};
[[nodiscard]] std::optional<Bytes>
encode_chain(const ServeChain& request,
             FunctionRef<Result<std::optional<CommittedBlock>>(Height height)> read);
// Frames for the other two.
[[nodiscard]] Bytes encode_target(const ServeTarget& request, Bytes target);
[[nodiscard]] Bytes encode_range(const ServeRange& request, Bytes range);

} // namespace tenon::consensus::bft
