/*
 * Interface "tenon.api/1": a way in for applications. All an API plugin does goes through the
 * host's ledger service (host.h); the host only asks it where it listens.
 */
#ifndef TENON_ABI_API_H
#define TENON_ABI_API_H

#include "tenon/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_API_INTERFACE "tenon.api/1"

typedef struct tenon_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] JSON array of {"protocol", "address", "tls"}, true once start() has returned. */
  int32_t (*endpoints)(tenon_instance* api, tenon_sink json, tenon_status* status);
} tenon_api;

#ifdef __cplusplus
}
#endif
#endif
