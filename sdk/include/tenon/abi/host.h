/*
 * Services a host offers to its plugins, found by id through tenon_host::query. An id that a host
 * does not know gives NULL; a plugin lists the ids it cannot do without under "needs".
 *
 * Every function takes the table's own `self`. All are [any] unless tagged.
 */
#ifndef TENON_ABI_HOST_H
#define TENON_ABI_HOST_H

#include "tenon/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_HOST_LOG_INTERFACE "tenon.host.log/1"
#define TENON_HOST_METRICS_INTERFACE "tenon.host.metrics/1"
#define TENON_HOST_EXECUTOR_INTERFACE "tenon.host.executor/1"
#define TENON_HOST_CLOCK_INTERFACE "tenon.host.clock/1"
#define TENON_HOST_KEYSTORE_INTERFACE "tenon.host.keystore/1"
#define TENON_HOST_TLS_INTERFACE "tenon.host.tls/1"
#define TENON_HOST_NODE_INTERFACE "tenon.host.node/1"
#define TENON_HOST_LEDGER_INTERFACE "tenon.host.ledger/1"
#define TENON_HOST_PEERS_INTERFACE "tenon.host.peers/1"
#define TENON_HOST_SIGNATURES_INTERFACE "tenon.host.signatures/1"

enum {
  TENON_LOG_TRACE = 0,
  TENON_LOG_DEBUG = 1,
  TENON_LOG_INFO = 2,
  TENON_LOG_WARN = 3,
  TENON_LOG_ERROR = 4
};

typedef struct tenon_host_log {
  uint32_t struct_size;
  uint32_t lowest_level; /* messages below it are not wanted */
  void* self;
  /* `fields` is a JSON object or empty. The host adds time, plugin and node. */
  void (*write)(void* self, uint32_t level, tenon_bytes message, tenon_bytes fields);
} tenon_host_log;

typedef struct tenon_metric tenon_metric;

enum { TENON_METRIC_COUNTER = 0, TENON_METRIC_GAUGE = 1, TENON_METRIC_HISTOGRAM = 2 };

typedef struct tenon_host_metrics {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* A metric of that name and labels (JSON object of strings, or empty), made on first use; the
   * same arguments give the same handle. NULL when the name is not [a-z_][a-z0-9_]* or the kind
   * differs. The host prefixes "tenon_". Histograms are in seconds. */
  tenon_metric* (*get)(void* self, uint32_t kind, tenon_bytes name, tenon_bytes help,
                       tenon_bytes labels);
  /* Counter: add (value >= 0). Gauge: set. Histogram: observe. */
  void (*record)(void* self, tenon_metric* metric, double value);
} tenon_host_metrics;

typedef void (*tenon_task)(void* context);

typedef struct tenon_host_executor {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* Runs task(context) on a worker thread, soon. RESOURCE_EXHAUSTED when the queue is full. */
  int32_t (*post)(void* self, tenon_task task, void* context, tenon_status* status);
  /* Runs task(context) on a worker thread after delay_ms; *timer names it for cancel(). */
  int32_t (*after)(void* self, uint64_t delay_ms, tenon_task task, void* context, uint64_t* timer,
                   tenon_status* status);
  /* 1: it will not run. 0: it has run, is running, or is unknown. */
  int32_t (*cancel)(void* self, uint64_t timer);
} tenon_host_executor;

typedef struct tenon_host_clock {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  uint64_t (*monotonic_us)(void* self);
  uint64_t (*wall_us)(void* self);   /* since the Unix epoch; never use it in execution */
  uint64_t (*ledger_us)(void* self); /* record time of the last committed block */
  /* Sets a wall clock that stands still, which only tests choose ("static_time" in the node's
   * info): FAILED_PRECONDITION elsewhere, and when current_us is not its time; INVALID_ARGUMENT
   * when it would run back. */
  int32_t (*set_wall_us)(void* self, uint64_t current_us, uint64_t new_us, tenon_status* status);
} tenon_host_clock;

/* Ed25519 keys that the host holds; private keys never cross. */
typedef struct tenon_host_keystore {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* NOT_FOUND for an unknown id. Known here: "node". */
  int32_t (*public_key)(void* self, tenon_bytes key_id, uint8_t out[32], tenon_status* status);
  int32_t (*sign)(void* self, tenon_bytes key_id, tenon_bytes message, uint8_t out[64],
                  tenon_status* status);
} tenon_host_keystore;

/* Signatures of others. What is found right here the host need not check again when it comes back
 * to it, in the certificate of a block for one. */
typedef struct tenon_host_signatures {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* 1: an Ed25519 signature of the message by the key, by the host's rule; else 0. */
  int32_t (*verify)(void* self, tenon_bytes public_key, tenon_bytes message,
                    tenon_bytes signature);
} tenon_host_signatures;

/* What the operator demands of every listener and connection. */
typedef struct tenon_host_tls {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* JSON object: {"minimum_version": "1.3", "cipher_suites": "…", "allow_plaintext_loopback": bool}
   */
  int32_t (*policy)(void* self, tenon_sink json, tenon_status* status);
} tenon_host_tls;

typedef struct tenon_host_node {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* SHA-256 of the genesis document. */
  void (*chain_id)(void* self, tenon_hash* out);
  /* JSON object: {"name", "role", "version", "chain_id", "static_time", "key_unused",
   * "store_durable"}. key_unused: no node has ever run with the key "node". The last is there once
   * the store has started, which is after create() and before start(). */
  int32_t (*info)(void* self, tenon_sink json, tenon_status* status);
  /* A directory (mode 0700) that belongs to this plugin instance alone. */
  int32_t (*data_directory)(void* self, tenon_sink path, tenon_status* status);
} tenon_host_node;

/* Receives the encoded Completion of a submission, exactly once, on any thread. */
typedef void (*tenon_completion)(void* context, tenon_bytes completion);
/* The head moved to `height`. Called on a host thread: return at once. */
typedef void (*tenon_head_moved)(void* context, uint64_t height);

/* The ledger as applications see it. Requests and responses are the messages of
 * proto/tenon/v1/ledger.proto named in each comment. Reads block on the store only. Parties are the
 * caller's word: an API plugin authenticates before it asks. */
typedef struct tenon_host_ledger {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* Submission -> Completion. A refusal before admission (form, limits, full queues) is returned
   * here and `done` is not called. */
  int32_t (*submit)(void* self, tenon_bytes submission, void* context, tenon_completion done,
                    tenon_status* status);
  /* QueryRequest -> QueryResponse */
  int32_t (*query)(void* self, tenon_bytes request, tenon_sink response, tenon_status* status);
  /* ProofRequest -> LedgerProof */
  int32_t (*prove)(void* self, tenon_bytes request, tenon_sink response, tenon_status* status);
  /* BlocksRequest -> BlocksResponse */
  int32_t (*blocks)(void* self, tenon_bytes request, tenon_sink response, tenon_status* status);
  /* TransactionsRequest -> TransactionsResponse: what the parties may see, from an offset on */
  int32_t (*transactions)(void* self, tenon_bytes request, tenon_sink response,
                          tenon_status* status);
  /* PartiesRequest -> PartiesResponse */
  int32_t (*parties)(void* self, tenon_bytes request, tenon_sink response, tenon_status* status);
  /* -> StatusResponse */
  int32_t (*status)(void* self, tenon_sink response, tenon_status* status);
  /* -> PluginsResponse */
  int32_t (*plugins)(void* self, tenon_sink response, tenon_status* status);
  /* Calls head_moved after each commit until unwatch(), which returns only when no call is under
   * way. Must not be called from inside head_moved. */
  int32_t (*watch)(void* self, void* context, tenon_head_moved head_moved, uint64_t* watch_id,
                   tenon_status* status);
  void (*unwatch)(void* self, uint64_t watch_id);
} tenon_host_ledger;

/* Frames of one lane arrive in order; what waits in one never delays the other. */
enum {
  TENON_LANE_CONTROL = 0, /* small and urgent: votes */
  TENON_LANE_BULK = 1     /* payloads */
};

enum {
  TENON_PEER_REPLICA = 1, /* one of the validators */
  TENON_PEER_CLIENT = 2
};

/* Whom the host tells of peers: one call at a time per peer and lane, on a host thread that serves
 * all peers: return at once, and do what takes time elsewhere. */
typedef struct tenon_peers_handler {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* [any] A frame of a connected peer. Borrowed for the call. */
  void (*received)(void* context, tenon_bytes peer, uint32_t lane, tenon_bytes frame);
  /* [any] Both lanes are up: frames can be sent, and some may come. Told again, for each peer that
   * is connected, to a handler that opens late. */
  void (*connected)(void* context, tenon_bytes peer, uint32_t role);
  /* [any] A lane ended, which ends the other too. What was sent and not received is lost. */
  void (*disconnected)(void* context, tenon_bytes peer);
} tenon_peers_handler;

/* Authenticated channels to the other nodes of the network, for consensus plugins. Peers have the
 * names of the genesis document. None of these functions blocks on the network. */
typedef struct tenon_host_peers {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* Names the handler, which is copied; its context stays alive until close() returns. One at a
   * time: ALREADY_EXISTS. connected() may be called before this returns. */
  int32_t (*open)(void* self, const tenon_peers_handler* handler, tenon_status* status);
  /* Returns only when no call of the handler is under way. Must not be called from inside one, nor
   * while holding what one waits for. */
  void (*close)(void* self);
  /* Queues a frame, which is copied. RESOURCE_EXHAUSTED: the peer's queue of that lane is full.
   * UNAVAILABLE: the peer is not connected. NOT_FOUND: it is none. */
  int32_t (*send)(void* self, tenon_bytes peer, uint32_t lane, tenon_bytes frame,
                  tenon_status* status);
  /* The same to every connected replica, from one copy of the frame; *reached, where it is not
   * NULL, is set to how many took it. */
  int32_t (*broadcast)(void* self, uint32_t lane, tenon_bytes frame, uint32_t* reached,
                       tenon_status* status);
  /* The peer breaks the rules: ends its connections, telling it why, and stays away from it for a
   * time that doubles with each cut. */
  int32_t (*cut)(void* self, tenon_bytes peer, tenon_bytes reason, tenon_status* status);
  /* JSON object: {"peers": [{"name", "role", "address", "connected", …}]} */
  int32_t (*describe)(void* self, tenon_sink json, tenon_status* status);
} tenon_host_peers;

#ifdef __cplusplus
}
#endif
#endif
