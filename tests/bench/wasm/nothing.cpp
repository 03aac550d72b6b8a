// Does nothing: what remains of a call's time is the engine's own.
#include "tenon/contract/contract.hpp"

static void init() {}
static void nothing() {}

TENON_CONTRACT("nothing", TENON_INIT(init), TENON_EXECUTE(nothing));
